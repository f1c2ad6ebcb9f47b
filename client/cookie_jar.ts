/**
 * The cookies of a session.
 * @module
 */
import { Cookie, CookieJar as Store } from "tough-cookie";

/** What {@linkcode CookieJar} takes. */
export interface CookieJarOptions {
  /**
   * Whether cookies of hosts that are IP addresses are kept, as aiohttp's `unsafe`.
   * @default {false}
   */
  readonly unsafe?: boolean;
}

/** Cookies as a caller gives them: values by name, or pairs. */
export type CookieInit = Readonly<Record<string, string>> | Iterable<readonly [string, string]>;

// aiohttp's test: only digits and dots, or a colon.
const IP_HOST = /^[\d.]+$|:/;

/**
 * Keeps what servers set and gives back what they should see: RFC 6265bis with the public-suffix
 * list. Share one between sessions, or let each session make its own.
 *
 * @example
 * ```ts
 * import { CookieJar } from "@roundtrip/http";
 *
 * const jar = new CookieJar();
 * jar.updateCookies({ seen: "1" }, new URL("http://example.com/"));
 * console.assert(jar.cookieHeader(new URL("http://example.com/a")) === "seen=1");
 * console.assert(jar.cookieHeader(new URL("http://example.org/")) === "");
 * ```
 */
export class CookieJar {
  readonly #unsafe: boolean;
  readonly #shared = new Map<string, string>();
  #store: Store | null = null; // an empty jar costs nothing on a request

  /**
   * Creates one.
   *
   * @param options Which hosts cookies are kept for.
   */
  constructor(options: CookieJarOptions = {}) {
    this.#unsafe = options.unsafe ?? false;
  }

  /**
   * Adds cookies.
   *
   * @param cookies Values by name.
   * @param url Server that they belong to; left out, they are sent to every server.
   * @throws {TypeError} If a name or value holds a character that would break the header.
   */
  updateCookies(cookies: CookieInit, url?: URL): void {
    for (const [name, value] of cookiePairs(cookies)) {
      if (url === undefined) this.#shared.set(name, value);
      else this.#set(new Cookie({ key: name, value }), url);
    }
  }

  /**
   * Keeps what a server set; a cookie that it may not set is dropped.
   *
   * @param headers Its `Set-Cookie` headers.
   * @param url URL that was requested.
   */
  updateFromHeaders(headers: readonly string[], url: URL): void {
    for (const header of headers) {
      const cookie = Cookie.parse(header);
      if (cookie !== undefined) this.#set(cookie, url);
    }
  }

  /**
   * Gives the cookies that go to a server.
   *
   * @param url URL that is requested.
   * @returns Values by name; the more specific path comes first and counts.
   */
  filterCookies(url: URL): Map<string, string> {
    const found = new Map<string, string>();
    const host = url.hostname;
    if (this.#store !== null && (this.#unsafe || !IP_HOST.test(host))) {
      for (const { key, value } of this.#store.getCookiesSync(url.href)) {
        if (!found.has(key)) found.set(key, value);
      }
    }
    for (const [name, value] of this.#shared) if (!found.has(name)) found.set(name, value);
    return found;
  }

  /**
   * Gives the `Cookie` header for a server.
   *
   * @param url URL that is requested.
   * @param more Cookies of this request alone; they win over the jar's.
   * @returns The header, an empty string where there is none to send.
   */
  cookieHeader(url: URL, more?: ReadonlyMap<string, string>): string {
    if (this.#store === null && this.#shared.size === 0 && !more?.size) return "";
    const cookies = this.filterCookies(url);
    for (const [name, value] of more ?? []) cookies.set(name, value);
    return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** Forgets all cookies. */
  clear(): void {
    this.#store = null;
    this.#shared.clear();
  }

  #set(cookie: Cookie, url: URL): void {
    if (!this.#unsafe && IP_HOST.test(url.hostname)) return;
    this.#store ??= new Store(undefined, { allowSpecialUseDomain: true });
    this.#store.setCookieSync(cookie, url.href, { ignoreError: true });
  }
}

/**
 * Lists cookies as pairs, checked: nothing in them may end the cookie or the header.
 *
 * @param cookies Values by name, or pairs.
 * @returns The pairs.
 * @throws {TypeError} If a name is no token, or a value holds a control character or `;`.
 */
export function cookiePairs(cookies: CookieInit): [string, string][] {
  const pairs = Symbol.iterator in cookies
    ? cookies as Iterable<readonly [string, string]>
    : Object.entries(cookies);
  return Array.from(pairs, ([name, value]) => {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      throw new TypeError(`Cannot send cookie "${name}": its name is no RFC 6265 token`);
    }
    // deno-lint-ignore no-control-regex -- control bytes are what has to be caught here
    if (typeof value !== "string" || /[\x00-\x1f\x7f;]/.test(value)) {
      throw new TypeError(
        `Cannot send cookie "${name}": its value holds ";" or a control character`,
      );
    }
    return [name, value];
  });
}
