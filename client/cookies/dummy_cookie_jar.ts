import { AbstractCookieJar, type JarCookie } from "./abstract_cookie_jar.ts";
import type { CookieInit } from "./cookie_pairs.ts";

/**
 * A cookie jar that stores nothing, aiohttp's `DummyCookieJar`; only a request's own cookies are
 * sent.
 * @example
 * ```ts
 * import { DummyCookieJar } from "@roundtrip/http";
 *
 * const jar = new DummyCookieJar();
 * jar.updateCookies({ seen: "1" });
 * console.assert(jar.cookieHeader(new URL("http://localhost/")) === "");
 * ```
 */
export class DummyCookieJar extends AbstractCookieJar {
  /** Always 0. */
  override readonly size = 0;

  /** Does nothing. */
  override updateCookies(_cookies: CookieInit, _url?: URL): void {}

  /** Does nothing. */
  override updateFromHeaders(_headers: readonly string[], _url: URL): void {}

  /** Returns an empty map. */
  override filterCookies(_url: URL): Map<string, string> {
    return new Map();
  }

  /** Does nothing. */
  override clear(_predicate?: (cookie: JarCookie) => boolean): void {}

  /** Iterates over no cookies. */
  override [Symbol.iterator](): Iterator<JarCookie> {
    return [].values();
  }
}
