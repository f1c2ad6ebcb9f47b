import type { Application } from "../application/application.ts";
import { AppRunner, type AppRunnerOptions } from "../run/runner.ts";

/**
 * Serves an application on a free port of 127.0.0.1, aiohttp's `TestServer`.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * await using server = await web.TestServer.start(new web.Application());
 * console.assert((await fetch(server.makeUrl("/"))).status === 404);
 * ```
 */
export class TestServer {
  /** The application. */
  readonly app: Application;
  /** URL of the server, `http://127.0.0.1:` and the port. */
  readonly url: string;
  readonly #runner: AppRunner;

  private constructor(app: Application, runner: AppRunner, url: string) {
    this.app = app;
    this.#runner = runner;
    this.url = url;
  }

  /** Starts one; the default for `shutdownTimeout` is 1000 ms. */
  static async start(app: Application, options: AppRunnerOptions = {}): Promise<TestServer> {
    const runner = new AppRunner(app, { shutdownTimeout: 1000, ...options });
    try {
      const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
      return new TestServer(app, runner, url);
    } catch (error) {
      await runner.cleanup();
      throw error;
    }
  }

  /** Port it listens on. */
  get port(): number {
    return Number(new URL(this.url).port);
  }

  /**
   * Builds a URL of the server; the path may come from `urlFor()`.
   * @throws {TypeError} If the path does not start with `/`.
   */
  makeUrl(path: string | { toString(): string }): string {
    const text = String(path);
    if (!text.startsWith("/")) {
      throw new TypeError(`Cannot make a URL of "${text}": expected a path that starts with "/"`);
    }
    return this.url + text;
  }

  /** Stops the server. */
  async close(): Promise<void> {
    await this.#runner.cleanup();
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
