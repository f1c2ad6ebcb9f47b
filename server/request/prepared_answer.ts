/**
 * An answer that leaves while its handler runs on.
 * @module
 */

/**
 * An answer given before the handler is done: a stream or a WebSocket that was prepared.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * // A StreamResponse is one, and so is a WebSocketResponse: a middleware sees it after it was sent.
 * const isEarly = (result: web.HandlerResult): result is web.EarlyAnswer =>
 *   !(result instanceof Response) && "finish" in result;
 * const seen: boolean[] = [];
 * const app = new web.Application({
 *   middlewares: [async (request, handler) => {
 *     const result = await handler(request);
 *     seen.push(isEarly(result));
 *     return result;
 *   }],
 * });
 * app.addRoutes([web.get("/", async (request) => {
 *   const response = new web.StreamResponse();
 *   await response.prepare(request);
 *   return response;
 * })]);
 * await (await app.request("/")).text();
 * console.assert(seen[0] === true);
 * ```
 */
export interface EarlyAnswer {
  /** What the platform gets. */
  readonly response: Response;
  /**
   * Told when the handler is done.
   *
   * @param error What the handler threw, if it did.
   */
  finish(error?: unknown): Promise<void>;
  /** Told when the application stops while the handler runs; without it, `finish()` is called. */
  shutdown?(): Promise<void>;
}
