/**
 * A body on its way into a request.
 * @module
 */
import type { HopBody } from "./transport.ts";

/** A body, and what has to be known about it. */
export interface Payload extends HopBody {
  /** Content type, used unless the caller set one. */
  readonly contentType: string;
  /** Value of `Content-Encoding`, `null` for none. */
  readonly contentEncoding?: string | null;
  /** Whether `stream()` can be called again, which a redirect or a retry may ask for. */
  readonly replayable: boolean;
  /** Called once when the request is over: frees what the body holds. */
  close?(): void;
}
