/**
 * A body on its way into a request.
 * @module
 */
import type { SendableBody } from "../../http/bytes/sendable_body.ts";

/** A body, and what has to be known about it; it is closed when the request is over. */
export interface Payload extends SendableBody {
  /** Value of `Content-Encoding`, `null` for none. */
  readonly contentEncoding?: string | null;
}
