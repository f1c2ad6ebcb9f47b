import { described, OptionTable } from "../../http/options.ts";
import { Application, enter } from "../application/application.ts";
import { runAll } from "../application/lifecycle.ts";
import { runAfter } from "../request/request_internals.ts";
import type { AppContext } from "../request/app_context.ts";
import { AppKey } from "../request/app_key.ts";
import { requestInternals, type ServerRequest } from "../request/request.ts";

/** Result of a factory: the value, a promise, or a generator that yields it once. */
export type Provided<T> =
  | T
  | Promise<T>
  | Generator<T, void, void>
  | AsyncGenerator<T, void, void>;

/** Options of {@linkcode provide}. */
export interface ProvideOptions<S extends "request" | "application" = "request" | "application"> {
  /** Whether each request has a value of its own, or the application one. @default {"request"} */
  readonly scope?: S;
}

const PROVIDE_OPTIONS = new OptionTable<ProvideOptions>({ scope: "a string" });

const scopes = new WeakMap<object, Scope>(); // by the slot of a request, and by application

/**
 * A value of {@linkcode provide}, and the key for another factory: `app.set(provider, () => fake)`.
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
 * its `yield`. `await provider.of(request)` is the value, `app.set(provider, factory)` overrides
 * the factory in an application and those below it, for tests.
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

/** Values by provider, disposed together, last first. */
class Scope {
  readonly #values = new Map<object, Promise<unknown> | null>();
  readonly #ends: (() => unknown)[] = [];
  readonly #of: string; // for messages
  #isClosed = false;

  constructor(of: string) {
    this.#of = of;
  }

  /** Returns the value of a provider; the first call makes it, after a failure the next one. */
  take<T>(provider: { readonly name: string }, make: () => Provided<T>): Promise<T> {
    const { name } = provider;
    const known = this.#values.get(provider);
    if (known === null) {
      return Promise.reject(new TypeError(`Cannot make "${name}": its factory asks for itself`));
    }
    if (known !== undefined) return known as Promise<T>; // a provider has one type
    if (this.#isClosed) {
      return Promise.reject(new TypeError(`Cannot make "${name}": ${this.#of} has ended`));
    }
    this.#values.set(provider, null); // while the factory runs up to its first await
    const value = this.#make(name, make);
    this.#values.set(provider, value);
    value.catch(() => this.#values.delete(provider));
    return value;
  }

  /** Disposes the values, last first; also after an error of one. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#values.values()); // a handler need not await them
    await runAll(this.#ends.splice(0).reverse());
  }

  async #make<T>(name: string, make: () => Provided<T>): Promise<T> {
    const made = make();
    if (!isGenerator(made)) {
      const value = await made;
      const end = disposerOf(value);
      if (end !== null) this.#ends.push(end);
      return value;
    }
    const first = await made.next();
    if (first.done) throw new TypeError(`Cannot make "${name}": its generator yields nothing`);
    this.#ends.push(async () => {
      if ((await made.next()).done) return;
      await made.return(); // its finally blocks still run
      throw new TypeError(`The generator of "${name}" has to yield once, this one did twice`);
    });
    return first.value;
  }
}

function isGenerator<T>(
  made: Provided<T>,
): made is Generator<T, void, void> | AsyncGenerator<T, void, void> {
  return /^\[object (?:Async)?Generator\]$/.test(Object.prototype.toString.call(made));
}

/** `await using`: Symbol.asyncDispose, else Symbol.dispose; `null` for a value without. */
function disposerOf(value: unknown): (() => unknown) | null {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return null;
  for (const symbol of [Symbol.asyncDispose, Symbol.dispose]) {
    const dispose: unknown = Reflect.get(value, symbol);
    if (typeof dispose === "function") return () => dispose.call(value);
  }
  return null;
}
