/**
 * A jar that keeps nothing.
 * @module
 */
import { AbstractCookieJar, type JarCookie } from "./abstract_cookie_jar.ts";
import type { CookieInit } from "./cookie_pairs.ts";

/**
 * Keeps no cookies and sends none but those of the request itself, aiohttp's `DummyCookieJar`.
 *
 * @example
 * ```ts
 * import { DummyCookieJar } from "@roundtrip/http";
 *
 * const jar = new DummyCookieJar();
 * jar.updateFromHeaders(["a=1"], new URL("http://example.com/"));
 * console.assert(jar.size === 0);
 * ```
 */
export class DummyCookieJar extends AbstractCookieJar {
  /** Always 0. */
  override readonly size = 0;

  /**
   * Keeps nothing.
   *
   * @param _cookies Cookies that are forgotten.
   * @param _url Server that they belong to.
   */
  override updateCookies(_cookies: CookieInit, _url?: URL): void {}

  /**
   * Keeps nothing.
   *
   * @param _headers `Set-Cookie` headers that are forgotten.
   * @param _url URL that was requested.
   */
  override updateFromHeaders(_headers: readonly string[], _url: URL): void {}

  /** Gives nothing. */
  override filterCookies(_url: URL): Map<string, string> {
    return new Map();
  }

  /** Has nothing to forget. */
  override clear(_predicate?: (cookie: JarCookie) => boolean): void {}

  /**
   * Iterates over nothing.
   *
   * @returns An iterator without cookies.
   */
  override [Symbol.iterator](): Iterator<JarCookie> {
    return [].values();
  }
}
