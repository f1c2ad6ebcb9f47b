/**
 * What a session needs of a cookie jar.
 * @module
 */
import { type CookieInit, cookieText } from "./cookie_pairs.ts";

/** One cookie of a jar. */
export interface JarCookie {
  /** Name of the cookie. */
  readonly name: string;
  /** Value as the server gave it. */
  readonly value: string;
  /** Host that it belongs to; an empty string for a cookie that is sent to every server. */
  readonly domain: string;
  /** Whether subdomains of `domain` are left out. */
  readonly hostOnly: boolean;
  /** Path that it is sent for. */
  readonly path: string;
  /** When it ends, `null` at the end of the session. */
  readonly expires: Date | null;
  /** Whether it is sent over TLS only. */
  readonly secure: boolean;
  /** Whether it is hidden from scripts in a browser. */
  readonly httpOnly: boolean;
  /** Cross-site policy in lower case, `null` without one; a client outside a browser keeps none. */
  readonly sameSite: string | null;
  /** Whether a browser would keep it apart for each top-level site. @default {false} */
  readonly partitioned?: boolean;
}

/**
 * Base of cookie jars, aiohttp's `AbstractCookieJar`: extend it to keep cookies elsewhere.
 *
 * @example
 * ```ts
 * import { AbstractCookieJar, ClientSession, type CookieInit } from "@roundtrip/http";
 *
 * // Sends what it is given, and keeps nothing of what servers set.
 * class FixedJar extends AbstractCookieJar {
 *   #cookies = new Map<string, string>();
 *   get size() {
 *     return this.#cookies.size;
 *   }
 *   updateCookies(cookies: CookieInit) {
 *     const pairs = Symbol.iterator in cookies ? cookies : Object.entries(cookies);
 *     for (const [name, value] of pairs as Iterable<[string, string]>) this.#cookies.set(name, value);
 *   }
 *   updateFromHeaders() {}
 *   filterCookies() {
 *     return new Map(this.#cookies);
 *   }
 *   clear() {
 *     this.#cookies.clear();
 *   }
 *   *[Symbol.iterator]() {}
 * }
 * const app = { fetch: (r: Request) => new Response(r.headers.get("cookie")) };
 * await using session = new ClientSession({ app, cookieJar: new FixedJar(), cookies: { id: "1" } });
 * await using response = await session.get("/");
 * console.assert(await response.text() === "id=1");
 * ```
 */
export abstract class AbstractCookieJar implements Iterable<JarCookie> {
  /** How many cookies there are. */
  abstract readonly size: number;

  /** Whether there are none, so that nothing else is asked of the jar for a request. */
  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** Whether values are quoted where they need to be, a request's own too; `false` here. */
  get quoteCookie(): boolean {
    return false;
  }

  /**
   * Adds cookies.
   *
   * @param cookies Values by name.
   * @param url Server that they belong to; left out, they are sent to every server.
   */
  abstract updateCookies(cookies: CookieInit, url?: URL): void;

  /**
   * Keeps what a server set.
   *
   * @param headers Its `Set-Cookie` headers.
   * @param url URL that was requested.
   */
  abstract updateFromHeaders(headers: readonly string[], url: URL): void;

  /**
   * Gives the cookies that go to a server.
   *
   * @returns Values by name, in the order and form in which they are sent.
   */
  abstract filterCookies(url: URL): Map<string, string>;

  /**
   * Forgets cookies.
   *
   * @param predicate Tells which; left out, all are forgotten.
   */
  abstract clear(predicate?: (cookie: JarCookie) => boolean): void;

  /** Forgets the cookies of a host and of its subdomains. */
  clearDomain(domain: string): void {
    const host = domain.toLowerCase();
    this.clear((cookie) => cookie.domain === host || cookie.domain.endsWith(`.${host}`));
  }

  /**
   * Gives the `Cookie` header for a server.
   *
   * @param url URL that is requested.
   * @param more Cookies of this request alone; they win over the jar's.
   * @returns The header, an empty string where there is none to send.
   */
  cookieHeader(url: URL, more?: ReadonlyMap<string, string>): string {
    if (this.isEmpty && !more?.size) return "";
    return cookieText(this.filterCookies(url), more);
  }

  /** Iterates over the cookies that have not ended. */
  abstract [Symbol.iterator](): Iterator<JarCookie>;
}
