/**
 * An answer that leaves while its handler runs on.
 * @module
 */

/**
 * An answer given before the handler is done, which middlewares see after it was sent: a
 * `StreamResponse`, `SSEResponse` or `WebSocketResponse` that was prepared.
 */
export interface EarlyAnswer {
  /** What the platform gets. */
  readonly response: Response;
}
