/**
 * The client closed the connection while a handler was still writing to it. Dispatch treats it as
 * the end of the request and does not log it.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.ConnectionResetError(); // write() rejects with it
 * console.assert(error.message === "Cannot write: the client has closed the connection");
 * ```
 */
export class ConnectionResetError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ConnectionResetError";

  /** Creates one. */
  constructor(cause?: unknown, reason = "the client has closed the connection") {
    super(
      `Cannot write: ${reason}`,
      cause === undefined ? undefined : { cause },
    );
  }
}
