/**
 * One hop of a request.
 * @module
 */
import type { Payload } from "./payload.ts";

/** What is sent in one hop; a redirect makes another. It knows nothing of options. */
export interface ClientRequest {
  /** Method in upper case. */
  readonly method: string;
  /** URL without credentials and fragment. */
  readonly url: URL;
  /** Headers, without those that the jar and the platform add. */
  readonly headers: Headers;
  /** Cookies of this request alone, beside the jar's. */
  readonly cookies: ReadonlyMap<string, string>;
  /** The body, `null` for none. */
  readonly payload: Payload | null;
}
