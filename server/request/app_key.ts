import { described } from "../../http/options.ts";

/**
 * A key whose value has a type, aiohttp's `AppKey` and `RequestKey`. Keys are compared by identity,
 * so two modules never collide on a name.
 * @typeParam T Type of the value.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const GREETING = new web.AppKey<string>("greeting");
 * const app = new web.Application();
 * app.set(GREETING, "hello");
 * console.assert(app.get(GREETING) === "hello");
 * ```
 */
export class AppKey<T> {
  /** Name shown in error messages. */
  readonly name: string;
  declare private readonly _type: (value: T) => T; // makes AppKey<A> and AppKey<B> different types

  /** Creates one. */
  constructor(name: string) {
    this.name = name;
  }
}

/** A store of values under {@linkcode AppKey}s. */
export class KeyStore {
  readonly #values = new Map<unknown, unknown>();

  get<T>(key: AppKey<T>): T {
    if (!this.#values.has(key)) throw new TypeError(nothingUnder(key));
    return this.#values.get(key) as T;
  }

  set<T>(key: AppKey<T>, value: T): void {
    this.#values.set(key, value);
  }

  has<T>(key: AppKey<T>): boolean {
    return this.#values.has(key);
  }

  copy(): KeyStore {
    const copy = new KeyStore();
    for (const [key, value] of this.#values) copy.#values.set(key, value);
    return copy;
  }
}

function nothingUnder(key: unknown): string {
  if (key instanceof AppKey) return `Cannot get "${key.name}": nothing was set under this key`;
  const name = String(key);
  const remedy = name.startsWith("/")
    ? "a route is app.addRoutes([web.get(path, handler)])"
    : "a header is request.headers.get(name), a key is made by new web.AppKey(name)";
  return `Cannot get ${described(key)}: nothing was set under it; ${remedy}`;
}
