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
 * const app = new web.Application({ logger: { error() {} } });
 * const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
 * const { promise: gate, resolve: open } = Promise.withResolvers<void>();
 * app.addRoutes([web.get("/", () => (enter(), gate.then(() => web.textResponse("late"))))]);
 * const stop = new AbortController();
 * const { promise: url, resolve: tell } = Promise.withResolvers<string>();
 * const running = web.runApp(app, {
 *   host: "127.0.0.1",
 *   port: 0,
 *   shutdownTimeout: 10,
 *   signal: stop.signal,
 *   handleSignals: false,
 *   print: (text) => tell(/http:\S+/.exec(text)?.[0] ?? ""),
 * }).catch((error) => error);
 * const reply = fetch(await url).then((response) => response.body?.cancel(), () => {});
 * await entered;
 * stop.abort();
 * console.assert(await running instanceof web.ShutdownTimeoutError);
 * open();
 * await reply;
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
