/**
 * An answer sent before the handler is done, so that middlewares see it afterwards: a prepared
 * `StreamResponse`, `SSEResponse` or `WebSocketResponse`.
 */
export interface EarlyAnswer {
  /** Response for the platform. */
  readonly response: Response;
}
