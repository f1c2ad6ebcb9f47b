import { AbstractCookieJar } from "./abstract_cookie_jar.ts";

/**
 * A cookie jar that stores nothing, aiohttp's `DummyCookieJar`; only a request's own cookies are
 * sent.
 * @example
 * ```ts
 * import { DummyCookieJar } from "@roundtrip/http";
 *
 * console.assert(new DummyCookieJar().size === 0); // also after cookies of responses
 * ```
 */
export class DummyCookieJar extends AbstractCookieJar {
  /** Always 0. */
  override readonly size = 0;

  /** Does nothing. */
  override updateCookies(): void {}

  /** Does nothing. */
  override updateFromHeaders(): void {}

  /** Returns an empty map. */
  override filterCookies(): Map<string, string> {
    return new Map();
  }

  /** Does nothing. */
  override clear(): void {}

  /** Iterates over no cookies. */
  override [Symbol.iterator](): Iterator<never> {
    return [].values();
  }
}
