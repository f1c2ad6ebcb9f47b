/**
 * An answer that leaves while its handler runs on.
 * @module
 */

/** An answer given before the handler is done: a stream or a WebSocket that was prepared. */
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
