/**
 * Starts an application on an engine and stops it again.
 * @module
 */
import type { Application } from "./application.ts";
import { denoEngine } from "./deno_engine.ts";
import type { Engine, EngineServer, ListenOptions } from "./engine.ts";

/** What {@linkcode AppRunner} takes. */
export interface AppRunnerOptions {
  /**
   * How long handlers may go on once the server stops, in ms; then connections are dropped.
   * @default {60000}
   */
  readonly shutdownTimeout?: number;
  /** What listens. @default {denoEngine} */
  readonly engine?: Engine;
}

/**
 * Runs an application without touching signals or the console, aiohttp's `AppRunner`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/", () => web.textResponse("hello"))]);
 * await using runner = new web.AppRunner(app);
 * const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
 * console.assert(await (await fetch(url)).text() === "hello");
 * ```
 */
export class AppRunner {
  readonly #app: Application;
  readonly #engine: Engine;
  readonly #shutdownTimeout: number;
  readonly #servers: EngineServer[] = [];
  #stopping: Promise<void> | null = null;

  /**
   * Creates one.
   *
   * @param app The application.
   * @param options Limits and engine.
   */
  constructor(app: Application, options: AppRunnerOptions = {}) {
    this.#app = app;
    this.#engine = options.engine ?? denoEngine;
    this.#shutdownTimeout = options.shutdownTimeout ?? 60_000;
  }

  /** URLs the application listens on. */
  get addresses(): readonly string[] {
    return this.#servers.map(urlOf);
  }

  /** Resolves when every server has stopped. */
  get finished(): Promise<void> {
    return Promise.all(this.#servers.map((server) => server.finished)).then(() => {});
  }

  /**
   * Starts the application, if that was not done, and listens.
   *
   * @param options Where to listen.
   * @returns The URL, with the port that was bound.
   * @throws {AddressInUseError} If the address is taken.
   */
  async listen(options: ListenOptions): Promise<string> {
    await this.#app.startup();
    const server = this.#engine(options, this.#app.fetch);
    this.#servers.push(server);
    return urlOf(server);
  }

  /**
   * Stops: no new connections, `onShutdown`, handlers under way are waited for up to
   * `shutdownTimeout`, then `onCleanup`. A second call waits for the first.
   */
  cleanup(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  /** The same as `cleanup()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.cleanup();
  }

  async #stop(): Promise<void> {
    const drained = Promise.all(this.#servers.map((server) => server.shutdown()));
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#shutdownTimeout);
    try {
      await this.#app.shutdown();
      await Promise.race([drained, late]);
    } finally {
      clearTimeout(timer);
      for (const server of this.#servers) server.abort();
      await this.#app.cleanup();
    }
  }
}

function urlOf({ hostname, port }: EngineServer): string {
  return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
