import { described, OptionTable } from "../../http/options.ts";
import { Application, enter } from "../application/application.ts";
import { runAfter } from "../request/request_internals.ts";
import type { AppContext } from "../request/app_context.ts";
import { AppKey } from "../request/app_key.ts";
import { requestInternals, type ServerRequest } from "../request/request.ts";
import { type Provided, Scope } from "./scope.ts";

/** Options of {@linkcode provide}. */
export interface ProvideOptions<S extends "request" | "application" = "request" | "application"> {
  /** Whether each request has a value of its own, or the application one. @default {"request"} */
  readonly scope?: S;
}

const PROVIDE_OPTIONS = new OptionTable<ProvideOptions>({ scope: "a string" });

const scopes = new WeakMap<object, Scope>(); // by the slot of a request, and by application

/**
 * A value that handlers ask for, made by {@linkcode provide}. It is a key for another factory:
 * `app.set(provider, () => fake)`.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const now = web.provide("now", () => Date.now());
 * const app = new web.Application();
 * app.set(now, () => 7);
 * console.assert(await now.of(web.makeRequest("GET", "/", { app })) === 7);
 * ```
 */
export class Provider<T, From> extends AppKey<(from: From) => Provided<T>> {
  readonly #factory: (from: From) => Provided<T>;
  readonly #isOfRequest: boolean;

  /** Creates one; see {@linkcode provide}. */
  constructor(name: string, factory: (from: From) => Provided<T>, options: ProvideOptions = {}) {
    super(name);
    PROVIDE_OPTIONS.check("web.provide()", options);
    const { scope = "request" } = options;
    if (scope !== "request" && scope !== "application") {
      throw new TypeError(`web.provide(): "scope" is "request" or "application", got "${scope}"`);
    }
    const wrong = typeof name !== "string" ? name : typeof factory !== "function" ? factory : null;
    if (wrong !== null) {
      throw new TypeError(`web.provide() takes a name and a factory, got ${described(wrong)}`);
    }
    this.#factory = factory;
    this.#isOfRequest = scope === "request";
  }

  /** Returns the value. @throws {TypeError} If its factory asks for it, or the answer was sent. */
  of(request: ServerRequest<unknown>): Promise<T> {
    const { apps } = request;
    const [root = request.app] = apps;
    const owner = apps.findLast((app) => app.has(this));
    const factory = owner?.get(this) ?? this.#factory;
    const from = this.#isOfRequest ? request : owner ?? root;
    const scope = this.#isOfRequest ? scopeOf(request, root) : scopeOfApp(owner ?? root);
    return scope.take(this, () => factory(from as From));
  }
}

/**
 * A value for handlers and middlewares, made by `factory` when the first of them asks: once a
 * request, or once an application. It is disposed after the answer, also one that is streamed or an
 * error, or with the application, in reverse order: as by `await using`; a generator runs on after
 * its `yield`. `await provider.of(request)` is the value, `app.set(provider, factory)` overrides the
 * factory in an application and those below it, for tests.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const db = web.provide("db", async function* () {
 *   yield { name: "ann" };
 *   // closed here, after the answer
 * });
 * const user = web.provide("user", async (request) => (await db.of(request)).name);
 * console.assert(await user.of(web.makeRequest("GET", "/")) === "ann");
 * ```
 */
export function provide<T>(
  key: string,
  factory: (request: ServerRequest) => Provided<T>,
  options?: ProvideOptions<"request">,
): Provider<T, ServerRequest>;
/** A value of the application. */
export function provide<T>(
  key: string,
  factory: (app: AppContext) => Provided<T>,
  options: ProvideOptions<"application">,
): Provider<T, AppContext>;
export function provide<T>(
  key: string,
  factory: (from: never) => Provided<T>,
  options?: ProvideOptions,
): unknown {
  return new Provider(key, factory, options);
}

function scopeOf(request: ServerRequest<unknown>, root: AppContext): Scope {
  const slot = requestInternals.slotOf(request);
  const known = scopes.get(slot);
  if (known !== undefined) return known;
  const scope = new Scope("the request");
  scopes.set(slot, scope);
  if (slot.isClosed) void scope.close(); // nothing would dispose it
  slot.end = () => {
    runAfter(root, request, [async () => {
      await slot.afterwards;
      await scope.close();
    }]);
  };
  return scope;
}

function scopeOfApp(app: AppContext): Scope {
  const known = scopes.get(app);
  if (known !== undefined) return known;
  const scope = new Scope("the application");
  scopes.set(app, scope);
  if (app instanceof Application) {
    void enter(app, async function* provided() {
      yield;
      await scope.close();
    });
  }
  return scope;
}
