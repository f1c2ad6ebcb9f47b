/**
 * The client closed the connection while a handler was still writing to it. Dispatch treats it as
 * the end of the request and does not log it.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const ticks: web.Handler = async (request) => {
 *   const response = new web.StreamResponse();
 *   await response.prepare(request);
 *   try {
 *     for (;;) await response.write("tick\n");
 *   } catch (error) {
 *     if (!(error instanceof web.ConnectionResetError)) throw error;
 *     return response; // the client has gone: free the loop's resources
 *   }
 * };
 * console.assert(typeof ticks === "function");
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
