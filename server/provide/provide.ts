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

  /**
   * Returns the value; the first call makes it.
   * @throws {TypeError} If the factory asks for itself, or the answer was sent.
   */
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
 * A value for handlers and middlewares, made when the first of them asks: once a request, or once
 * an application. It is disposed after the answer, or with the application, in reverse order, also
 * after an error, and after the end of a streamed body. The value's `Symbol.asyncDispose` or
 * `Symbol.dispose` is called, as by `await using`; a generator runs on after its `yield`. A factory
 * may ask for other values; they are disposed after its own.
 * @param factory Makes the value from the request; with the scope `"application"`, from that.
 * @returns The provider: `await provider.of(request)` is the value, `app.set(provider, factory)`
 * overrides the factory in an application and those below it, for tests.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const db = web.provide("db", async function* () {
 *   yield { name: () => "ann" };
 *   // closed here, after the answer
 * });
 * const user = web.provide("user", async (request) => (await db.of(request)).name());
 * const app = new web.Application();
 * app.addRoutes([web.get("/", async (request) => web.textResponse(await user.of(request)))]);
 * console.assert(await (await app.request("/")).text() === "ann");
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
  let scope = scopes.get(slot);
  if (scope === undefined) {
    scopes.set(slot, scope = new Scope("the request"));
    const made = scope;
    if (slot.isClosed) void made.close(); // nothing would dispose it
    slot.end = () => {
      runAfter(root, request, [async () => {
        await slot.afterwards;
        await made.close();
      }]);
    };
  }
  return scope;
}

function scopeOfApp(app: AppContext): Scope {
  let scope = scopes.get(app);
  if (scope === undefined) {
    scopes.set(app, scope = new Scope("the application"));
    const made = scope;
    if (app instanceof Application) {
      void enter(app, async function* provided() {
        yield;
        await made.close();
      });
    }
  }
  return scope;
}
