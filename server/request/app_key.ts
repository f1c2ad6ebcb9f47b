import { described } from "../../http/options.ts";

/**
 * A key whose value has a type, aiohttp's `AppKey` and `RequestKey`. Keys are compared by identity,
 * so two modules never collide on a name.
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

export class KeyStore extends Map<unknown, unknown> {
  override get<T>(key: AppKey<T>): T {
    if (!this.has(key)) throw new TypeError(nothingUnder(key));
    return super.get(key) as T;
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
