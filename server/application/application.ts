import type { Hono } from "hono";
import { tellHabits } from "../../http/habits.ts";
import type { AppContext, BackgroundWork, Logger } from "../request/app_context.ts";
import { Background, type EveryOptions, repeat } from "./background.ts";
import { described, numbersOf } from "../../http/options.ts";
import { type AppKey, KeyStore } from "../request/app_key.ts";
import type { BodyLimits } from "../body/incoming_body.ts";
import {
  APPLICATION_OPTIONS,
  type ApplicationOptions,
  BODY_LIMITS,
} from "./application_options.ts";
import { createDispatch } from "./dispatch.ts";
import { loadErrorPage } from "./error_response.ts";
import { Entrance } from "./entrance.ts";
import type { ServeInfo } from "../engine/engine.ts";
import { type Dispatch, HonoRouter } from "./hono_router.ts";
import { APPLICATION_HABITS } from "../request/habits.ts";
import { type CleanupContext, CleanupStack, type Hooks, runAll, send } from "./lifecycle.ts";
import {
  checkMiddlewares,
  compose,
  type Handler,
  type Middleware,
  standingFor,
} from "../request/middleware.ts";
import { OpenAnswers } from "./open_answers.ts";
import { mutableResponse } from "../request/mutable_response.ts";
import { type PrepareSignal, serverErrorResponse } from "../response/prepare_response.ts";
import { requestInternals, type ServerRequest } from "../request/request.ts";
import type { Route } from "../routing/route.ts";
import { listOf } from "../routes/check_path.ts";
import type { RouteDef } from "../routes/route_def.ts";
import { Router } from "../routing/router.ts";
import { DomainSubapp, PrefixedSubapp } from "../routing/subapp_resource.ts";

/** Begins to stop: `ready` is `false`, clients are told to close their connections. */
export let drain: (app: Application) => void;

/** Ends handlers that have not answered with `503`, and aborts streams. Called by runners. */
export let abandon: (app: Application) => void;

export let openAnswersOf: (app: Application) => OpenAnswers;

/** Runs a context up to its `yield`; it is torn down with those of `cleanupCtx`. */
export let enter: (app: Application, context: CleanupContext<Application>) => Promise<void>;

/**
 * A web application, frozen from its first request or start on. `export default app` works with
 * `deno serve`, and `app.fetch` wherever a `fetch` handler does.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.post("/echo", async (request) => web.textResponse(await request.text()))]);
 * const response = await app.request("/echo", { method: "POST", body: "hello" });
 * console.assert(await response.text() === "hello");
 * ```
 */
export class Application implements AppContext {
  /** The resources, for building URLs of named ones and for listing. */
  readonly router: Router = new Router((handler) => this.#wrap(handler));
  /** Middlewares for every request; the first is the outermost. */
  readonly middlewares: Middleware[];
  /** Called once before the first request, after `cleanupCtx`. */
  readonly onStartup: Hooks<Application> = [];
  /** Called when the application begins to stop, before handlers are waited for. */
  readonly onShutdown: Hooks<Application> = [];
  /** Called when the application has stopped, after `cleanupCtx`. */
  readonly onCleanup: Hooks<Application> = [];
  /** Called with every response before it is sent; its headers may be changed. */
  readonly onResponsePrepare: PrepareSignal = [];
  /** Set up at start-up and torn down, last first, at the end. */
  readonly cleanupCtx: CleanupContext<Application>[] = [];
  /** Logger for errors that no handler caught. */
  readonly logger: Logger;
  /** Whether clients are told about errors of the program; set it before the application starts. */
  debug: boolean;
  /** Largest body that a request's readers accept, in bytes; 0 for no limit. */
  readonly clientMaxSize: number;
  /** Time and size limits for reading bodies. */
  readonly bodyLimits: BodyLimits;
  readonly #state = new KeyStore();
  readonly #subapps: Application[] = [];
  readonly #open = new OpenAnswers();
  readonly #contexts = new CleanupStack();
  readonly #honoRouter: HonoRouter = new HonoRouter({
    resources: this.router,
    answer: (exchange) => this.#dispatch?.(exchange) ?? serverErrorResponse(),
    starting: () => this.#dispatch === null ? this.startup() : null,
  });
  readonly #background = new Background();
  #dispatch: Dispatch | null = null;
  #parent: Application | null = null;
  #starting: Promise<void> | null = null;

  static {
    drain = (app) => void (app.#entrance.draining = true);
    abandon = (app) => app.#abandon();
    openAnswersOf = (app) => app.#open;
    enter = (app, context) => app.#contexts.enter(context, app);
  }

  /** The Hono instance with this application as its router; what is added to it runs before. */
  readonly hono: Hono = this.#honoRouter.createHono();
  readonly #entrance: Entrance;

  /** Creates one. */
  constructor(options: ApplicationOptions = {}) {
    APPLICATION_OPTIONS.check("new Application", options);
    this.middlewares = [...options.middlewares ?? []];
    checkMiddlewares(this.middlewares);
    this.clientMaxSize = options.clientMaxSize ?? 1024 ** 2;
    this.bodyLimits = numbersOf(BODY_LIMITS, options);
    this.logger = options.logger ?? console;
    this.debug = options.debug ?? false;
    this.#entrance = new Entrance(this.hono, this.#honoRouter, this.logger);
  }

  /** Answers a request; an own field, for `deno serve`. It only rejects if the start fails. */
  readonly fetch = (request: Request, info?: ServeInfo): Response | Promise<Response> =>
    this.#dispatch === null
      ? this.startup().then(() => this.fetch(request, info))
      : this.#entrance.answer(request, info);

  /** Answers a request without a server, for tests: a path with its query, a URL, or a `Request`. */
  async request(target: string | URL | Request, init?: RequestInit): Promise<Response> {
    const isWhole = target instanceof Request || /^[a-z]+:/i.test(`${target}`);
    return await this.fetch(new Request(isWhole ? target : `http://localhost${target}`, init));
  }

  /** The parent application, or `null`. */
  get parent(): Application | null {
    return this.#parent;
  }

  /** Whether requests are accepted: from the end of start-up until it, or its parent, stops. */
  get ready(): boolean {
    return this.#parent?.ready ?? (this.#dispatch !== null && !this.#entrance.draining);
  }

  /**
   * Adds routes: definitions (`web.get(…)`) or a `RouteTable`.
   * @throws {TypeError} If a path, name or method is invalid or taken, or the application started.
   */
  addRoutes(routes: Iterable<RouteDef>): readonly Route[] {
    const added: Route[] = [];
    for (const { methods, path, handler, name, createResource, operation } of listOf(routes)) {
      const resource = this.router.addResource(path, name, createResource);
      for (const method of methods) added.push(resource.addRoute(method, handler, operation));
    }
    return added;
  }

  /**
   * Routes every path below a prefix to another application, whose routes are frozen from then on.
   * Other routes are not tried for such a path, unless their fixed part is longer.
   * @throws {TypeError} If the prefix is empty, or one of the two has started.
   */
  addSubapp(prefix: string, sub: Application): void {
    const trimmed = prefix.replace(/\/+$/, "");
    if (!/^\/[^{}]*$/.test(trimmed)) {
      const expected = 'expected a path such as "/admin", without variables';
      throw new TypeError(`Cannot add a sub-application at "${prefix}": ${expected}`);
    }
    this.#adopt(sub, trimmed);
    this.router.registerResource(new PrefixedSubapp(trimmed, sub.router));
  }

  /**
   * Routes every request for a domain, or a mask such as `*.example.com`, to another application;
   * domains are tried before all routes.
   * @throws {TypeError} If the domain is invalid, or one of the two has started.
   */
  addDomain(domain: string, sub: Application): void {
    const resource = new DomainSubapp(domain, sub.router);
    this.#adopt(sub, domain);
    this.router.registerResource(resource);
  }

  /** Returns a value set by `set()`; a key without one is a `TypeError`. */
  get<T>(key: AppKey<T>): T {
    return this.#state.get(key);
  }

  /** Whether a key has a value. */
  has<T>(key: AppKey<T>): boolean {
    return this.#state.has(key);
  }

  /** Sets a value, for handlers to read by `request.app.get()`. */
  set<T>(key: AppKey<T>, value: T): void {
    this.#state.set(key, value);
  }

  /** Runs background work; a failure is logged, and a stop waits for it up to `shutdownTimeout`. */
  spawn(work: BackgroundWork, about: string = "Error in work of app.spawn()"): void {
    if (this.#parent !== null) return this.#parent.spawn(work, about);
    if (typeof work !== "function" && typeof work?.then !== "function") {
      throw new TypeError(`app.spawn() takes a promise or a function, got ${described(work)}`);
    }
    this.#background.add(work, about, this.logger);
  }

  /**
   * Runs work every `ms`, first after `ms`, from start-up until the application begins to stop: a
   * failure is logged, and the next run is on time, or after a longer one, so two never overlap.
   * @throws {RangeError} If the time or the shift is not one.
   * @throws {TypeError} If the application has started.
   */
  every(ms: number, work: (signal: AbortSignal) => unknown, options?: EveryOptions): void {
    repeat(this.cleanupCtx, ms, work, options);
  }

  /** Resolves when all work of `spawn()` and `request.after()` is done. Called by runners. */
  idle(): Promise<void> {
    return this.#background.idle();
  }

  #wrap(handler: Handler): Handler {
    const chain = compose(this.middlewares, handler);
    if (this.#parent === null) return chain;
    const inside: Handler = (request) => requestInternals.within(request, this, chain);
    return this.#parent.#wrap(standingFor(inside, chain));
  }

  /**
   * Freezes the application, runs `cleanupCtx` up to its yields, then `onStartup`, which starts
   * sub-applications. If a part fails, the earlier ones are torn down and the error is thrown.
   * @throws {TypeError} If the application was added to another, which starts it.
   */
  startup(): Promise<void> {
    if (this.#parent !== null) {
      return Promise.reject(new TypeError("Cannot start a sub-application: start its parent"));
    }
    if (this.router.resources().some(({ canonical }) => canonical === "")) {
      const remedy = 'write web.get("/", handler); "" is for sub-applications';
      return Promise.reject(new TypeError(`No request has the path "": ${remedy}`));
    }
    return this.#starting ??= this.#start().catch(async (error) => {
      await this.#unwind();
      throw error;
    });
  }

  /** Runs `onShutdown`, closes WebSockets and event streams, and aborts the signals of open streams. */
  async shutdown(): Promise<void> {
    this.#entrance.draining = true;
    await runAll([
      () => send(this.onShutdown, this), // then all at once: each takes as long as its peer
      () => this.#open.endAll(this.logger, (each) => each.shutdown()),
    ]);
  }

  #abandon(): void {
    const late = new Error("The server stopped before the handler was done");
    this.#background.abort();
    this.#open.endAll(this.logger, (each) => each.finish(late));
    this.#open.abandon(this.logger);
  }

  /** Tears down `cleanupCtx`, last first, then runs `onCleanup`. */
  async cleanup(): Promise<void> {
    await runAll([
      ...this.#contexts.leave(),
      ...this.onCleanup.map((callback) => () => callback(this)),
    ]);
  }

  async #start(): Promise<void> {
    const { middlewares, onStartup, onShutdown, onCleanup, onResponsePrepare, cleanupCtx } = this;
    checkMiddlewares(middlewares);
    this.router.freeze();
    [middlewares, onStartup, onShutdown, onCleanup, onResponsePrepare, cleanupCtx]
      .forEach((list) => Object.freeze(list));
    if (this.debug) await loadErrorPage();
    for (const context of cleanupCtx) await this.#contexts.enter(context, this);
    await send(onStartup, this);
    this.#dispatch = createDispatch({
      app: this,
      open: this.#open,
      prepare: this.#listens() ? (request, response) => this.#prepare(request, response) : null,
      check: this.#honoRouter.isMounted
        ? (response) => response // after Hono's middlewares
        : (response, request, info) => this.#entrance.check(response, request, info),
    });
  }

  /** Tears down a failed start-up; errors of this must not hide the first one. */
  async #unwind(): Promise<void> {
    for (const sub of this.#subapps.toReversed()) await sub.#unwind();
    for (const leave of this.#contexts.leave()) {
      await leave().catch((error) => this.logger.error("Error cleaning up a failed start", error));
    }
  }

  #adopt(sub: Application, where: string): void {
    const cannot = `Cannot add a sub-application at "${where}"`;
    if (this.router.frozen) throw new TypeError(`${cannot}: the application is frozen`);
    if (sub === this) throw new TypeError(`${cannot}: it is the application itself`);
    if (sub.#parent !== null || sub.router.frozen) {
      throw new TypeError(`${cannot}: it has started, or was added before`);
    }
    if (sub.#honoRouter.isMounted) {
      throw new TypeError(
        `${cannot}: only the outermost application has routes of Hono's, add them to its "hono"`,
      );
    }
    sub.#parent = this;
    sub.router.freeze();
    this.#subapps.push(sub);
    this.onStartup.push(() => sub.#start());
    this.onShutdown.push(() => sub.shutdown());
    this.onCleanup.push(() => sub.cleanup());
  }

  #listens(): boolean {
    return this.onResponsePrepare.length > 0 || this.#subapps.some((sub) => sub.#listens());
  }

  async #prepare(request: ServerRequest, response: Response): Promise<Response> {
    const prepared = mutableResponse(response);
    for (const app of request.apps) {
      const callbacks = app instanceof Application ? app.onResponsePrepare : [];
      for (const callback of callbacks) await callback(request, prepared);
    }
    return prepared;
  }
}

tellHabits(Application.prototype, "app", APPLICATION_HABITS);
