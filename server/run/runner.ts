import { NotSupportedError } from "../../http/not_supported_error.ts";
import { OptionTable } from "../../http/options.ts";
import { type AccessLogOptions, logged } from "./access_log.ts";
import { abandon, type Application, drain } from "../application/application.ts";
import { denoEngine } from "../engine/deno_engine.ts";
import type { Engine, EngineHandler, EngineServer, ListenOptions } from "../engine/engine.ts";
import { checkListenOptions } from "../engine/listen_options.ts";
import { runAll } from "../application/lifecycle.ts";

/** Options of {@linkcode AppRunner}. */
export interface AppRunnerOptions {
  /** Time for handlers and `onShutdown` when the server stops, in ms. @default {60000} */
  readonly shutdownTimeout?: number;
  /** Time in ms to go on after `app.ready` is `false`, for load balancers. @default {0} */
  readonly shutdownDelay?: number;
  /** Options of the access log; `null` for no log, which costs nothing. @default {null} */
  readonly accessLog?: AccessLogOptions | null;
  /** The engine. @default {denoEngine; nodeEngine() on Node and Bun} */
  readonly engine?: Engine;
}

export const APP_RUNNER_OPTIONS = new OptionTable<AppRunnerOptions>({
  shutdownTimeout: "a number",
  shutdownDelay: "a number",
  accessLog: "an object or null",
  engine: "a function",
});

/** @throws {NotSupportedError} On Workers and in browsers. */
export function checkRuntime(): void {
  const { navigator } = globalThis;
  if ("Deno" in globalThis) return;
  if (navigator?.userAgent !== "Cloudflare-Workers" && "process" in globalThis) return;
  throw new NotSupportedError("Listening here", "write export default { fetch: app.fetch }");
}

const defaultEngine: Engine = "Deno" in globalThis ? denoEngine : async (options, handler) => {
  checkRuntime();
  const { nodeEngine } = await import("../sockets/node_engine.ts");
  return await nodeEngine()(options, handler);
};

/**
 * Runs an application without touching signals or the console, aiohttp's `AppRunner`.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * await using runner = new web.AppRunner(new web.Application());
 * const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
 * console.assert((await fetch(url)).status === 404);
 * ```
 */
export class AppRunner {
  readonly #app: Application;
  readonly #engine: Engine;
  readonly #handler: EngineHandler;
  readonly #shutdownTimeout: number;
  readonly #shutdownDelay: number;
  readonly #servers: EngineServer[] = [];
  #stopping: Promise<void> | null = null;
  #timedOut = false;
  #isBroken = false; // start-up failed and was cleaned up

  /** Creates one. @throws {RangeError} If a time is negative or not a number. */
  constructor(app: Application, options: AppRunnerOptions = {}) {
    APP_RUNNER_OPTIONS.check("new web.AppRunner", options);
    this.#app = app;
    this.#engine = options.engine ?? defaultEngine;
    this.#shutdownTimeout = checkTime("shutdownTimeout", options.shutdownTimeout ?? 60_000);
    this.#shutdownDelay = checkTime("shutdownDelay", options.shutdownDelay ?? 0);
    const log = options.accessLog ?? null;
    this.#handler = log === null ? app.fetch : logged(app.fetch, log, app.logger);
  }

  /** URLs the application listens on. */
  get addresses(): readonly string[] {
    return this.#servers.map((server) => server.url);
  }

  /** Whether `cleanup()` abandoned handlers that were still running after `shutdownTimeout`. */
  get timedOut(): boolean {
    return this.#timedOut;
  }

  /** Resolves when every server has stopped. */
  get finished(): Promise<void> {
    return Promise.all(this.#servers.map((server) => server.finished)).then(() => {});
  }

  /**
   * Starts the application, unless started, and listens; call it again for more addresses.
   * @returns The URL, with the bound port.
   * @throws {AddressInUseError} If the address is in use.
   * @throws {TypeError} If the runner was stopped.
   */
  async listen(options: ListenOptions): Promise<string> {
    const where = checkListenOptions(options);
    try {
      await this.#app.startup();
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
    this.#checkRunning();
    const server = await this.#engine(where, this.#handler);
    this.#servers.push(server);
    if (this.#stopping !== null) { // while the engine was starting: it is not stopped with others
      server.abort();
      await server.finished;
    }
    this.#checkRunning();
    return server.url;
  }

  /**
   * Stops: `app.ready` becomes `false`, `onShutdown` runs and WebSockets are closed, then new
   * connections are refused; pending handlers have up to `shutdownTimeout`, then `onCleanup` runs.
   * An application that failed to start gets none of these.
   */
  cleanup(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  /** The same as `cleanup()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.cleanup();
  }

  #checkRunning(): void {
    if (this.#stopping !== null) throw new TypeError("Cannot listen: the runner was stopped");
  }

  async #stop(): Promise<void> {
    if (this.#isBroken) return;
    drain(this.#app);
    if (this.#servers.length > 0 && this.#shutdownDelay > 0) {
      await new Promise((resolve) => setTimeout(resolve, this.#shutdownDelay));
    }
    await runAll([
      () => this.#drain(),
      () => {
        for (const server of this.#servers) server.abort();
      },
      () => this.#app.cleanup(),
    ]);
  }

  async #drain(): Promise<void> {
    // The application first: the engine may close WebSockets itself before onShutdown could send
    // messages on them.
    const ended = this.#app.shutdown();
    const closed = ended.catch(() => {})
      .then(() => Promise.all(this.#servers.map((server) => server.shutdown())));
    // An error of onShutdown is thrown at the end: handlers still get their time.
    const drained = closed.then(() => ended).then(() => this.#app.idle());
    if (await isDone(drained, this.#shutdownTimeout)) return;
    this.#timedOut = true;
    abandon(this.#app);
    drained.catch((error) => this.#app.logger.error("Error shutting down", error));
    // Abandoned handlers are answered at once; an endless body is left to abort().
    await isDone(closed, LAST_WORDS);
  }
}

const LAST_WORDS = 200; // ms

/** Waits for a promise for a limited time; rethrows its error. */
function isDone(promise: Promise<unknown>, ms: number): Promise<boolean> {
  return new Promise<boolean>((resolve, reject) => {
    const timer = setTimeout(resolve, ms, false);
    promise.then(() => resolve(true), reject).finally(() => clearTimeout(timer));
  });
}

function checkTime(name: string, value: number): number {
  if (value >= 0 && value <= 2 ** 31 - 1) return value;
  throw new RangeError(`Cannot run with ${name} ${value}: expected 0 to 2147483647 ms`);
}
