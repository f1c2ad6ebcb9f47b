/**
 * The application: routes, middlewares, state, and `fetch`.
 * @module
 */
import { Hono } from "hono";
import type { AppContext, Logger } from "./app_context.ts";
import { type AppKey, KeyStore } from "./app_key.ts";
import { createDispatch, serverErrorResponse } from "./dispatch.ts";
import { keepEngine } from "./engine_registry.ts";
import { brokenHeader } from "./header_guard.ts";
import { hostError } from "./host_guard.ts";
import { type CleanupContext, runAll, send, type Signal } from "./lifecycle.ts";
import { compose, type Handler, type Middleware } from "./middleware.ts";
import type { EarlyAnswer, ServeInfo } from "./request.ts";
import type { RouteDef } from "./route_def.ts";
import { Router } from "./router.ts";

/** What {@linkcode Application} takes. */
export interface ApplicationOptions {
  /** Middlewares for every request, `404` and `405` included; the first is the outermost. */
  readonly middlewares?: readonly Middleware[];
  /**
   * Largest body that `read()`, `text()`, `json()` and `post()` accept, in bytes; 0 for no limit.
   * @default {1048576}
   */
  readonly clientMaxSize?: number;
  /** Where errors that no handler caught are reported. @default {console} */
  readonly logger?: Logger;
}

/**
 * A web application. It freezes at its first request or when a runner starts it: routes and
 * middlewares stay as they are from there on.
 *
 * `export default app` works with `deno serve`, and `app.fetch` wherever a `fetch` handler does.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/", () => web.textResponse("hello, world"))]);
 * const response = await app.fetch(new Request("http://localhost/"));
 * console.assert(await response.text() === "hello, world");
 * ```
 */
export class Application implements AppContext {
  /** The resources: named ones for building URLs, all of them for listing. */
  readonly router: Router = new Router();
  /** Middlewares for every request; the first is the outermost. */
  readonly middlewares: Middleware[];
  /** Called once before the first request. */
  readonly onStartup: Signal<Application> = [];
  /** Called when the application begins to stop, before handlers are waited for. */
  readonly onShutdown: Signal<Application> = [];
  /** Called when the application has stopped. */
  readonly onCleanup: Signal<Application> = [];
  /** What is set up at the start and taken down, last first, at the end. */
  readonly cleanupCtx: CleanupContext<Application>[] = [];
  /** Where errors that no handler caught are reported. */
  readonly logger: Logger;
  /** Largest body that a request's readers accept, in bytes; 0 for no limit. */
  readonly clientMaxSize: number;
  readonly #hono = keepEngine(this, new Hono());
  readonly #state = new KeyStore();
  readonly #chains = new WeakMap<Handler, Handler>();
  readonly #running = new Set<EarlyAnswer>();
  #contexts: AsyncGenerator<void, void, void>[] = [];
  #starting: Promise<void> | null = null;
  #started = false;

  /**
   * Creates one.
   *
   * @param options Middlewares, limits, logger.
   */
  constructor(options: ApplicationOptions = {}) {
    this.middlewares = [...options.middlewares ?? []];
    this.clientMaxSize = options.clientMaxSize ?? 1024 ** 2;
    this.logger = options.logger ?? console;
  }

  /**
   * Answers a request. An own field, because `deno serve` asks for one on a default export.
   *
   * @param request The platform's request.
   * @param info What the platform tells about the connection.
   * @returns The response; it never rejects because of a handler.
   */
  readonly fetch = (request: Request, info?: ServeInfo): Response | Promise<Response> =>
    this.#started
      ? this.#answer(request, info)
      : this.startup().then(() => this.#answer(request, info));

  /**
   * Adds routes.
   *
   * @param routes Definitions (`web.get(…)`) or a `RouteTable`.
   * @throws {TypeError} If a path, a name or a method is not valid or taken, or if the application
   * has started.
   */
  addRoutes(routes: Iterable<RouteDef>): void {
    for (const { methods, path, handler, name, createResource } of routes) {
      for (const method of methods) {
        this.router.addRoute(method, path, handler, name, createResource);
      }
    }
  }

  /**
   * Gives a value that was kept by `set()`.
   *
   * @typeParam T Type of the value.
   * @param key The key.
   * @returns The value.
   * @throws {TypeError} If nothing was kept under the key.
   */
  get<T>(key: AppKey<T>): T {
    return this.#state.get(key);
  }

  /**
   * Keeps a value, for handlers to find by `request.app.get()`.
   *
   * @typeParam T Type of the value.
   * @param key The key.
   * @param value The value.
   */
  set<T>(key: AppKey<T>, value: T): void {
    this.#state.set(key, value);
  }

  /**
   * Freezes the routes, runs `cleanupCtx` up to its yields, then `onStartup`. Runners call it; so
   * does the first request. A second call waits for the first.
   *
   * If a context fails, the ones before it are taken down and the failure is thrown.
   */
  startup(): Promise<void> {
    return this.#starting ??= this.#startup();
  }

  /** Runs `onShutdown` and closes the WebSockets that are open. */
  async shutdown(): Promise<void> {
    await runAll([
      () => send(this.onShutdown, this),
      ...[...this.#running].map((answer) => () => answer.finish()),
    ]);
  }

  /** Takes `cleanupCtx` down, last first, then runs `onCleanup`. */
  async cleanup(): Promise<void> {
    const contexts = this.#contexts.reverse();
    this.#contexts = [];
    await runAll([
      ...contexts.map((context) => () => context.next()),
      ...this.onCleanup.map((callback) => () => callback(this)),
    ]);
  }

  async #startup(): Promise<void> {
    this.router.freeze();
    Object.freeze(this.middlewares);
    try {
      for (const setUp of this.cleanupCtx) {
        const context = setUp(this);
        await context.next();
        this.#contexts.push(context);
      }
      await send(this.onStartup, this);
    } catch (error) {
      const contexts = this.#contexts.reverse();
      this.#contexts = [];
      await runAll(contexts.map((context) => () => context.next()));
      throw error;
    }
    // Last, so that what was mounted on Hono before comes first.
    this.#hono.all(
      "*",
      createDispatch({
        app: this,
        running: this.#running,
        resolve: (method, path) => this.router.resolve(method, path),
        chainOf: (handler) => this.#chainOf(handler),
      }),
    );
    this.#started = true;
  }

  #answer(request: Request, info: ServeInfo | undefined): Response | Promise<Response> {
    const refused = hostError(request);
    if (refused !== null) return new Response(`400: ${refused}`, { status: 400 });
    const response = this.#hono.fetch(request, info);
    return response instanceof Promise
      ? response.then((each) => this.#checkHeaders(each))
      : this.#checkHeaders(response);
  }

  #checkHeaders(response: Response): Response {
    const broken = brokenHeader(response);
    if (broken === null) return response;
    this.logger.error(
      "Error answering a request",
      new TypeError(`Cannot send the response: header "${broken}" holds a control character`),
    );
    response.body?.cancel().catch(() => {});
    return serverErrorResponse();
  }

  /** A handler's chain is made once: on the first request that needs it. */
  #chainOf(handler: Handler): Handler {
    if (this.middlewares.length === 0) return handler;
    const known = this.#chains.get(handler);
    if (known !== undefined) return known;
    const chain = compose(this.middlewares, handler);
    this.#chains.set(handler, chain);
    return chain;
  }
}
