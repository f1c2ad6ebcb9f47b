/**
 * Handlers that did not end in time.
 * @module
 */

/**
 * Handlers were still running when `shutdownTimeout` had passed; they were left behind.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.ShutdownTimeoutError(60_000); // runApp() rejects with it
 * console.assert(error.timeout === 60_000);
 * ```
 */
export class ShutdownTimeoutError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ShutdownTimeoutError";
  /** The limit that was passed, in ms. */
  readonly timeout: number;

  /**
   * Creates one.
   *
   * @param timeout The limit, in ms.
   */
  constructor(timeout: number) {
    super(
      `Cannot stop in time: handlers were still running after shutdownTimeout (${timeout} ms). ` +
        `Let them watch request.signal or onShutdown, or raise the limit`,
    );
    this.timeout = timeout;
  }
}
