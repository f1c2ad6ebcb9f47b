import { OptionTable } from "../../http/options.ts";
import * as tough from "tough-cookie";
import type { Cookie, CookieJar as Store, MemoryCookieStore } from "tough-cookie";
import { AbstractCookieJar, type JarCookie } from "./abstract_cookie_jar.ts";
import { loadCookies, saveCookies } from "./cookie_file.ts";
import { memoryStore } from "./memory_store.ts";
import { type CookieInit, cookieText, quoteCookieValue, sentPairs } from "./cookie_pairs.ts";
import { parseUrl } from "../../http/since_node_20.ts";

/** Options of {@linkcode CookieJar}. */
export interface CookieJarOptions {
  /** Whether hosts may be IP addresses, as aiohttp's `unsafe`. @default {false} */
  readonly unsafe?: boolean | undefined;
  /** Origins without TLS that may set and receive `Secure` cookies. @default {[]} */
  readonly treatAsSecureOrigin?: string | URL | Iterable<string | URL> | undefined;
  /** Whether to quote values as in RFC 2109, as aiohttp, also a request's own. @default {false} */
  readonly quoteCookie?: boolean | undefined;
}

const COOKIE_JAR_OPTIONS = new OptionTable<CookieJarOptions>({
  unsafe: "true or false",
  treatAsSecureOrigin: "a string, an object or a list",
  quoteCookie: "true or false",
});

// aiohttp's test: only digits and dots, or a colon.
const IP_HOST = /^[\d.]+$|:/;
const LAST_MOMENT = 8.64e15; // the largest Date, in ms
// RFC 6265bis section 5.6 (steps 5 and 6.4): longer cookies are dropped, longer attributes ignored.
// Header text has one character per byte.
const MAX_COOKIE = 4096;
const MAX_ATTRIBUTE = 1024;
// Section 6.1 requires at least 50 and 3000; 180 per domain is Chromium's limit.
const MAX_PER_DOMAIN = 180;
const MAX_COOKIES = 3000;

/**
 * A cookie jar after RFC 6265bis, which sessions can share. Unlike aiohttp's, it drops cookies for
 * a public suffix (`Domain=com`), `Secure` ones received without TLS, and `__Host-` or `__Secure-`
 * ones that break the rules of their prefix. Limits: 4096 bytes a cookie, 180 cookies a domain, 3000
 * in total; the least recently used are evicted.
 * @example
 * ```ts
 * import { CookieJar } from "@roundtrip/http";
 *
 * const jar = new CookieJar();
 * jar.updateCookies({ seen: "1" }, new URL("http://example.com/"));
 * console.assert(jar.cookieHeader(new URL("http://example.com/a")) === "seen=1");
 * ```
 */
export class CookieJar extends AbstractCookieJar {
  readonly #unsafe: boolean;
  readonly #quote: boolean;
  readonly #secureOrigins: ReadonlySet<string>;
  readonly #shared = new Map<string, string>();
  #memory: MemoryCookieStore | null = null; // created with the first cookie
  #store: Store | null = null;
  #stored = 0; // upper bound of the number of cookies in #memory

  /** Creates one; throws `TypeError` if an origin of `treatAsSecureOrigin` is not a URL. */
  constructor(options: CookieJarOptions = {}) {
    super();
    COOKIE_JAR_OPTIONS.check("new CookieJar", options);
    const { treatAsSecureOrigin: secure = [] } = options;
    const origins = typeof secure === "string" || secure instanceof URL ? [secure] : [...secure];
    this.#unsafe = options.unsafe ?? false;
    this.#quote = options.quoteCookie ?? false;
    this.#secureOrigins = new Set(origins.map((origin) => new URL(origin).origin));
  }

  /** Number of cookies that have not expired. */
  override get size(): number {
    return this.#shared.size + this.#kept().length;
  }

  /** Whether the jar is empty; expired cookies may still count. */
  override get isEmpty(): boolean {
    return this.#store === null && this.#shared.size === 0;
  }

  /** The option `quoteCookie`. */
  override get quoteCookie(): boolean {
    return this.#quote;
  }

  /**
   * Adds cookies.
   * @param url Server they belong to; without it they are sent to every server.
   * @throws {TypeError} If a name or value contains a character that would break the header.
   */
  override updateCookies(cookies: CookieInit, url?: URL): void {
    for (const [name, value] of sentPairs(cookies, this.#quote)) {
      if (url === undefined) this.#shared.set(name, value);
      else this.#set(new tough.Cookie({ key: name, value }), url);
    }
  }

  /** Stores the `Set-Cookie` headers of a response; drops those the server may not set. */
  override updateFromHeaders(headers: readonly string[], url: URL): void {
    for (const header of headers) {
      const cookie = tough.Cookie.parse(header);
      // RFC 6265bis section 5.6 drops cookies with control bytes; tough-cookie accepts 0x7f.
      if (cookie === undefined || header.includes("\x7f")) continue;
      if (cookie.key.length + cookie.value.length > MAX_COOKIE) continue;
      if ((cookie.path ?? "").length > MAX_ATTRIBUTE) cookie.path = null;
      if ((cookie.domain ?? "").length > MAX_ATTRIBUTE) cookie.domain = null;
      const kept = this.#set(cookie, url);
      if (kept?.domain) this.#makeRoom(kept.domain);
    }
  }

  /** Returns the cookies for a URL by name; the most specific path wins. */
  override filterCookies(url: URL): Map<string, string> {
    const found = new Map<string, string>();
    for (const [name, value] of this.#pairs(url)) if (!found.has(name)) found.set(name, value);
    return found;
  }

  /**
   * Returns the `Cookie` header for a URL. Cookies that share a name are all included, longest path
   * first (RFC 6265 section 5.4), unless `more`, the cookies of this request only, overrides them.
   */
  override cookieHeader(url: URL, more?: ReadonlyMap<string, string>): string {
    if (this.isEmpty && !more?.size) return "";
    return cookieText(this.#pairs(url), more);
  }

  /** Removes the cookies that the predicate selects; all by default. */
  override clear(predicate?: (cookie: JarCookie) => boolean): void {
    const kept = predicate === undefined ? [] : [...this].filter((each) => !predicate(each));
    this.#replace(kept);
  }

  /** Writes the cookies to a file of mode 0600, which is replaced atomically. */
  async save(path: string | URL): Promise<void> {
    await saveCookies(path, [...this]);
  }

  /**
   * Replaces the cookies with those of a file written by `save()`.
   * @throws {SyntaxError} If the file is malformed; the jar is unchanged.
   */
  async load(path: string | URL): Promise<void> {
    this.#replace(await loadCookies(path));
  }

  /** Iterates in the order of setting; cookies for every server have an empty `domain`. */
  override [Symbol.iterator](): Iterator<JarCookie> {
    const kept = this.#kept().map(jarCookie);
    const shared = Array.from(this.#shared, ([name, value]) => sharedCookie(name, value));
    return [...shared, ...kept].values();
  }

  #pairs(url: URL): [name: string, value: string][] {
    const pairs: [string, string][] = [];
    if (this.#store !== null && (this.#unsafe || !IP_HOST.test(url.hostname))) {
      for (const { key, value } of this.#store.getCookiesSync(this.#seen(url), { sort: true })) {
        pairs.push([key, this.#quote ? quoteCookieValue(value) : value]);
      }
    }
    if (this.#shared.size === 0) return pairs;
    const own = new Set(pairs.map(([name]) => name));
    return [...pairs, ...[...this.#shared].filter(([name]) => !own.has(name))];
  }

  #set(cookie: Cookie, url: URL): Cookie | undefined {
    if (!this.#unsafe && IP_HOST.test(url.hostname)) return undefined;
    // tough-cookie counts Max-Age from the last use, so a cookie in use would never expire.
    if (cookie.maxAge !== null) {
      cookie.expires = new Date(endOf(cookie.maxAge));
      cookie.maxAge = null;
    }
    if (cookie.domain?.endsWith(".")) cookie.domain = null; // as aiohttp: ignored
    // If the host is an address, a single label or a public suffix, `Domain` with its own name
    // makes a host-only cookie (RFC 6265 section 5.3 step 5).
    const host = hostOf(url);
    const domain = domainOf(cookie);
    if (domain === "") return undefined;
    if (domain !== null && isSuffix(domain)) {
      if (domain !== host) return undefined;
      cookie.domain = null;
    }
    return this.#open().setCookieSync(cookie, this.#seen(url), { ignoreError: true });
  }

  /** Evicts the least recently used cookies above the limits, per domain and in total. */
  #makeRoom(domain: string): void {
    let own: Cookie[] = [];
    this.#memory?.findCookies(domain, "", true, (_error, found) => own = found ?? []);
    this.#trim(own.filter((each) => each.domain === domain), MAX_PER_DOMAIN);
    if (++this.#stored <= MAX_COOKIES) return;
    let all: Cookie[] = [];
    this.#memory?.getAllCookies((_error, found) => all = found ?? []);
    // Evict 10 % at once: counting all cookies for each new one would be slow.
    if (all.length > MAX_COOKIES) this.#trim(all, MAX_COOKIES * 0.9);
    this.#stored = Math.min(all.length, MAX_COOKIES * 0.9);
  }

  #trim(cookies: readonly Cookie[], limit: number): void {
    if (cookies.length <= limit) return;
    const now = Date.now();
    const isOver = (each: Cookie): boolean => (each.expiryTime() ?? Infinity) <= now;
    const oldestFirst = cookies.toSorted((a, b) =>
      Number(isOver(b)) - Number(isOver(a)) || timeOf(a.lastAccessed) - timeOf(b.lastAccessed) ||
      a.creationIndex - b.creationIndex
    );
    for (const { domain, path, key } of oldestFirst.slice(0, cookies.length - limit)) {
      this.#memory?.removeCookie(domain ?? "", path ?? "/", key, () => {});
    }
  }

  #open(): Store {
    if (this.#store !== null) return this.#store;
    this.#memory = memoryStore();
    return this.#store = new tough.CookieJar(this.#memory, STORE);
  }

  /** The URL for the store, without the host's trailing dot (RFC 6265bis section 5.1.2). */
  #seen(url: URL): string {
    const isSecure = /^(?:https|wss):$/.test(url.protocol) || this.#secureOrigins.has(url.origin);
    return `http${isSecure ? "s" : ""}://${hostOf(url)}${url.pathname}`;
  }

  /** The cookies of the store that have not expired, in the order they were set. */
  #kept(): Cookie[] {
    let found: Cookie[] = [];
    this.#memory?.getAllCookies((_error, cookies) => found = cookies ?? []);
    const now = Date.now();
    return found.filter((cookie) => (cookie.expiryTime() ?? Infinity) > now)
      .sort((a, b) => timeOf(a.creation) - timeOf(b.creation) || a.creationIndex - b.creationIndex);
  }

  #replace(cookies: readonly JarCookie[]): void {
    this.#shared.clear();
    this.#memory = null;
    this.#store = null;
    const now = new Date();
    for (const cookie of cookies) {
      if (cookie.domain === "") {
        this.#shared.set(cookie.name, cookie.value);
        continue;
      }
      this.#open().store.putCookie(storedCookie(cookie, now), () => {});
    }
  }
}

const STORE = {
  // It would throw for hosts such as "test"; #set() checks public suffixes.
  rejectPublicSuffixes: false,
  allowSpecialUseDomain: true,
  allowSecureOnLocal: false,
};

function hostOf({ hostname }: URL): string {
  return hostname.replace(/\.$/, "");
}

/** The `Domain` of a cookie in URL form: `null` without one, empty if it is invalid. */
function domainOf(cookie: Cookie): string | null {
  const domain = cookie.domain?.replace(/^\./, "") ?? "";
  if (domain === "") return null;
  if (/[/?#@\\]/.test(domain)) return "";
  const name = domain.includes(":") && !domain.startsWith("[") ? `[${domain}]` : domain;
  return parseUrl(`http://${name}/`)?.hostname ?? "";
}

/** Whether a host is an address, a single label or a public suffix: its cookies are host-only. */
function isSuffix(host: string): boolean {
  return IP_HOST.test(host) || !host.includes(".") ||
    tough.getPublicSuffix(host, { allowSpecialUseDomain: true, ignoreError: true }) === undefined;
}

function endOf(maxAge: number | "Infinity" | "-Infinity"): number {
  const seconds = Number(maxAge);
  // RFC 6265 section 5.2.2: zero or less is the earliest time.
  return seconds <= 0 ? 0 : Math.min(Date.now() + seconds * 1000, LAST_MOMENT);
}

function timeOf(moment: Date | "Infinity" | null): number {
  return moment instanceof Date ? moment.getTime() : Infinity;
}

function jarCookie(cookie: Cookie): JarCookie {
  return {
    name: cookie.key,
    value: cookie.value,
    domain: cookie.domain ?? "",
    hostOnly: cookie.hostOnly ?? true,
    path: cookie.path ?? "/",
    expires: cookie.expires instanceof Date ? cookie.expires : null,
    secure: cookie.secure,
    httpOnly: cookie.httpOnly,
    sameSite: cookie.sameSite ?? null,
    partitioned: cookie.extensions?.some((each) => /^partitioned$/i.test(each.trim())) ?? false,
  };
}

function sharedCookie(name: string, value: string): JarCookie {
  const scope = { domain: "", hostOnly: false, path: "/", expires: null };
  return { name, value, ...scope, secure: false, httpOnly: false, sameSite: null };
}

/** Cookies are sorted in creation order, even with equal times. */
function storedCookie(cookie: JarCookie, now: Date): Cookie {
  const { name, sameSite, expires, partitioned = false, ...rest } = cookie;
  return new tough.Cookie({
    ...rest,
    key: name,
    expires: expires ?? "Infinity",
    ...(sameSite === null ? {} : { sameSite }),
    ...(partitioned ? { extensions: ["Partitioned"] } : {}),
    creation: now,
    lastAccessed: now,
    pathIsDefault: false,
  });
}
