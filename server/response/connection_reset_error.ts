/**
 * The client has closed the connection to which a handler writes; it is not logged.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.ConnectionResetError(); // write() rejects with it
 * console.assert(error.message === "Cannot write: the client has closed the connection");
 * ```
 */
export class ConnectionResetError extends Error {
  /** Name of the class. */
  override readonly name = "ConnectionResetError";

  /** Creates one. */
  constructor(cause?: unknown, reason = "the client has closed the connection") {
    super(`Cannot write: ${reason}`, cause === undefined ? undefined : { cause });
  }
}
