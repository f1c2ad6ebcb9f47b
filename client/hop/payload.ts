import type { SendableBody } from "../../http/bytes/sendable_body.ts";

/** A request body with its metadata; closed after the request. */
export interface Payload extends SendableBody {
  /** Value of `Content-Encoding`, `null` for none. */
  readonly contentEncoding?: string | null;
}
