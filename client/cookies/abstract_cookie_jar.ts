import { type CookieInit, cookieText } from "./cookie_pairs.ts";

/** A cookie in a jar. */
export interface JarCookie {
  /** Name. */
  readonly name: string;
  /** Value as the server sent it. */
  readonly value: string;
  /** Host it belongs to; an empty string if it is sent to every server. */
  readonly domain: string;
  /** Whether subdomains of `domain` are excluded. */
  readonly hostOnly: boolean;
  /** Path it is sent for. */
  readonly path: string;
  /** Expiry time, `null` for a session cookie. */
  readonly expires: Date | null;
  /** Whether it is sent over TLS only. */
  readonly secure: boolean;
  /** Whether browsers hide it from scripts. */
  readonly httpOnly: boolean;
  /** `SameSite` policy in lower case, `null` if not set; only browsers enforce it. */
  readonly sameSite: string | null;
  /** Whether browsers partition it by top-level site. @default {false} */
  readonly partitioned?: boolean;
}

/**
 * Base class of cookie jars, aiohttp's `AbstractCookieJar`: extend it to store cookies elsewhere.
 * @example
 * ```ts
 * import { AbstractCookieJar } from "@roundtrip/http";
 *
 * // Always sends the same cookie, and ignores those that servers set.
 * class FixedJar extends AbstractCookieJar {
 *   readonly size = 1;
 *   updateCookies() {}
 *   updateFromHeaders() {}
 *   filterCookies = () => new Map([["id", "1"]]);
 *   clear() {}
 *   *[Symbol.iterator]() {}
 * }
 * console.assert(new FixedJar().cookieHeader(new URL("http://localhost/")) === "id=1");
 * ```
 */
export abstract class AbstractCookieJar implements Iterable<JarCookie> {
  /** Number of cookies. */
  abstract readonly size: number;

  /** Whether the jar is empty; requests skip an empty jar. */
  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** Whether values are quoted where needed, including a request's own; `false` by default. */
  get quoteCookie(): boolean {
    return false;
  }

  /** Adds cookies of the server `url`; without it they are sent to every server. */
  abstract updateCookies(cookies: CookieInit, url?: URL): void;

  /** Stores the cookies of a response, by its `Set-Cookie` headers. */
  abstract updateFromHeaders(headers: readonly string[], url: URL): void;

  /** Returns the cookies for a URL, values by name in sending order. */
  abstract filterCookies(url: URL): Map<string, string>;

  /** Removes the cookies that the predicate selects; all by default. */
  abstract clear(predicate?: (cookie: JarCookie) => boolean): void;

  /** Removes the cookies of a host and its subdomains. */
  clearDomain(domain: string): void {
    const host = domain.toLowerCase();
    this.clear((cookie) => cookie.domain === host || cookie.domain.endsWith(`.${host}`));
  }

  /** Returns the `Cookie` header of a URL, empty without cookies; `more` overrides the jar's. */
  cookieHeader(url: URL, more?: ReadonlyMap<string, string>): string {
    if (this.isEmpty && !more?.size) return "";
    return cookieText(this.filterCookies(url), more);
  }

  /** Iterates over the cookies that have not expired. */
  abstract [Symbol.iterator](): Iterator<JarCookie>;
}
