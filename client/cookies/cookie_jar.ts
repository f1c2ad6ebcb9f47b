/**
 * The cookies of a session.
 * @module
 */
import { OptionTable } from "../../http/options.ts";
import { Cookie, CookieJar as Store, getPublicSuffix, MemoryCookieStore } from "tough-cookie";
import { AbstractCookieJar, type JarCookie } from "./abstract_cookie_jar.ts";
import { loadCookies, saveCookies } from "./cookie_file.ts";
import { type CookieInit, cookieText, quoteCookieValue, sentPairs } from "./cookie_pairs.ts";
import { parseUrl } from "../../http/since_node_20.ts";

/** What {@linkcode CookieJar} takes. */
export interface CookieJarOptions {
  /**
   * Whether cookies of hosts that are IP addresses are kept, as aiohttp's `unsafe`.
   * @default {false}
   */
  readonly unsafe?: boolean | undefined;
  /**
   * Origins without TLS that get and set cookies marked `Secure`: scheme, host and port have to be
   * the same.
   * @default {[]}
   */
  readonly treatAsSecureOrigin?: string | URL | Iterable<string | URL> | undefined;
  /**
   * Whether values with other characters than those of a token are quoted as in RFC 2109, which
   * aiohttp does, a request's own included; otherwise they go out as they came.
   * @default {false}
   */
  readonly quoteCookie?: boolean | undefined;
}

/** Names and types of {@linkcode CookieJarOptions}. */
export const COOKIE_JAR_OPTIONS = new OptionTable<CookieJarOptions>({
  unsafe: "true or false",
  treatAsSecureOrigin: "a string, an object or a list",
  quoteCookie: "true or false",
});

// aiohttp's test: only digits and dots, or a colon.
const IP_HOST = /^[\d.]+$|:/;
const LAST_MOMENT = 8.64e15; // the largest Date, in ms
// RFC 6265bis section 5.6 (steps 5 and 6.4): longer cookies are dropped, longer attributes passed
// over. A header's text has a character for each byte.
const MAX_COOKIE = 4096;
const MAX_ATTRIBUTE = 1024;
// Section 6.1 asks for 50 and 3000 at least; 180 is what Chromium keeps of one domain.
const MAX_PER_DOMAIN = 180;
const MAX_COOKIES = 3000;

/**
 * Keeps what servers set and gives back what they should see: RFC 6265bis with the public-suffix
 * list. Share one between sessions, or let each session make its own.
 *
 * Other than in aiohttp, a cookie for a public suffix (`Domain=com`) is dropped, and so is one
 * marked `Secure` that came without TLS, or one whose name starts with `__Host-` or `__Secure-` and
 * that is not what that promises. What servers set is bounded: 4096 bytes for a cookie, 180 cookies
 * of a domain, 3000 in all; those that were not used for longest go first.
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
export class CookieJar extends AbstractCookieJar {
  readonly #unsafe: boolean;
  readonly #quote: boolean;
  readonly #secureOrigins: ReadonlySet<string>;
  readonly #shared = new Map<string, string>();
  #memory: MemoryCookieStore | null = null; // an empty jar costs nothing on a request
  #store: Store | null = null;
  #stored = 0; // cookies of servers since they were counted, at least as many as there are

  /**
   * Creates one.
   *
   * @param options Which hosts cookies are kept for, and how they are sent.
   * @throws {TypeError} If an origin of `treatAsSecureOrigin` is no URL.
   */
  constructor(options: CookieJarOptions = {}) {
    super();
    COOKIE_JAR_OPTIONS.check("new CookieJar", options);
    const { treatAsSecureOrigin: secure = [] } = options;
    const origins = typeof secure === "string" || secure instanceof URL ? [secure] : [...secure];
    this.#unsafe = options.unsafe ?? false;
    this.#quote = options.quoteCookie ?? false;
    this.#secureOrigins = new Set(origins.map((origin) => new URL(origin).origin));
  }

  /** How many cookies there are that have not ended. */
  override get size(): number {
    return this.#shared.size + (this.#memory === null ? 0 : this.#kept().length);
  }

  /** Whether there are none; one that has ended may count still. */
  override get isEmpty(): boolean {
    return this.#store === null && this.#shared.size === 0;
  }

  /** Whether values are quoted, as `quoteCookie` said. */
  override get quoteCookie(): boolean {
    return this.#quote;
  }

  /**
   * Adds cookies.
   *
   * @param cookies Values by name.
   * @param url Server that they belong to; left out, they are sent to every server.
   * @throws {TypeError} If a name or value holds a character that would break the header.
   */
  override updateCookies(cookies: CookieInit, url?: URL): void {
    for (const [name, value] of sentPairs(cookies, this.#quote)) {
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
  override updateFromHeaders(headers: readonly string[], url: URL): void {
    for (const header of headers) {
      const cookie = Cookie.parse(header);
      // RFC 6265bis section 5.6 drops a cookie with a control byte; tough-cookie lets 0x7f pass.
      if (cookie === undefined || header.includes("\x7f")) continue;
      if (cookie.key.length + cookie.value.length > MAX_COOKIE) continue;
      if ((cookie.path ?? "").length > MAX_ATTRIBUTE) cookie.path = null;
      if ((cookie.domain ?? "").length > MAX_ATTRIBUTE) cookie.domain = null;
      const kept = this.#set(cookie, url);
      if (kept?.domain) this.#makeRoom(kept.domain);
    }
  }

  /**
   * Gives the cookies that go to a server.
   *
   * @returns Values by name; the more specific path comes first and counts.
   */
  override filterCookies(url: URL): Map<string, string> {
    const found = new Map<string, string>();
    for (const [name, value] of this.#pairs(url)) if (!found.has(name)) found.set(name, value);
    return found;
  }

  /**
   * Gives the `Cookie` header for a server. Of cookies with one name on several paths all are in
   * it, the one of the longer path first (RFC 6265 section 5.4).
   *
   * @param url URL that is requested.
   * @param more Cookies of this request alone; they win over the jar's.
   * @returns The header, an empty string where there is none to send.
   */
  override cookieHeader(url: URL, more?: ReadonlyMap<string, string>): string {
    if (this.isEmpty && !more?.size) return "";
    return cookieText(this.#pairs(url), more);
  }

  /**
   * Forgets cookies.
   *
   * @param predicate Tells which; left out, all are forgotten.
   */
  override clear(predicate?: (cookie: JarCookie) => boolean): void {
    const kept = predicate === undefined ? [] : [...this].filter((each) => !predicate(each));
    this.#replace(kept);
  }

  /**
   * Writes the cookies into a file of mode 0600; the old one stays until the new one is complete.
   */
  async save(path: string | URL): Promise<void> {
    await saveCookies(path, [...this]);
  }

  /**
   * Replaces the cookies by those of a file that `save()` wrote.
   *
   * @throws {SyntaxError} If the file is not one; the jar stays as it was.
   */
  async load(path: string | URL): Promise<void> {
    this.#replace(await loadCookies(path));
  }

  /**
   * Iterates over the cookies that have not ended, in the order in which they were set.
   *
   * @returns The cookies; those that are sent to every server have an empty `domain`.
   */
  override [Symbol.iterator](): Iterator<JarCookie> {
    const kept = this.#memory === null ? [] : this.#kept().map(jarCookie);
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
    // tough-cookie counts Max-Age from the last use, so that a cookie in use would never end.
    if (cookie.maxAge !== null) {
      cookie.expires = new Date(endOf(cookie.maxAge));
      cookie.maxAge = null;
    }
    if (cookie.domain?.endsWith(".")) cookie.domain = null; // as aiohttp: no domain at all
    // Where the host is an address, a single label or a public suffix, its own name as a domain means
    // the host alone (RFC 6265 section 5.3 step 5).
    const host = hostOf(url);
    const domain = domainOf(cookie);
    if (domain === "") return undefined;
    if (domain !== null && isSuffix(domain)) {
      if (domain !== host) return undefined;
      cookie.domain = null;
    }
    return this.#open().setCookieSync(cookie, this.#seen(url), { ignoreError: true });
  }

  /** Forgets the oldest cookies of a domain, or of all, where there are too many. */
  #makeRoom(domain: string): void {
    let own: Cookie[] = [];
    this.#memory?.findCookies(domain, "", true, (_error, found) => own = found ?? []);
    this.#trim(own.filter((each) => each.domain === domain), MAX_PER_DOMAIN);
    if (++this.#stored <= MAX_COOKIES) return;
    let all: Cookie[] = [];
    this.#memory?.getAllCookies((_error, found) => all = found ?? []);
    // Room for some more: counting all for each of them would take too long.
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
    const memory = this.#memory = new MemoryCookieStore();
    const find = memory.findCookies.bind(memory) as Find;
    // For "test", "local" and their like it throws; no cookie of a longer name is theirs.
    const findAny: Find = (domain, path, special, done) => {
      if (domain.includes(".")) return find(domain, path, special, done);
      memory.getAllCookies((_error, all = []) => {
        done(null, all.filter((each) => each.domain === domain));
      });
    };
    memory.findCookies = findAny as typeof memory.findCookies;
    return this.#store = new Store(this.#memory, STORE);
  }

  /**
   * The URL as the store sees it: an origin that counts as secure has TLS there, and a host no dot
   * at its end, which makes no difference to which host it is (RFC 6265bis section 5.1.2).
   */
  #seen(url: URL): string {
    const isSecure = /^(?:https|wss):$/.test(url.protocol) || this.#secureOrigins.has(url.origin);
    return `http${isSecure ? "s" : ""}://${hostOf(url)}${url.pathname}`;
  }

  /** The cookies of the store that have not ended, in the order in which they were set. */
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

type Find = (
  domain: string,
  path: string,
  special: boolean,
  done: (error: null, found: Cookie[]) => void,
) => void;

const STORE = {
  // Else it throws for hosts such as "test"; #set() does what it would do with suffixes.
  rejectPublicSuffixes: false,
  allowSpecialUseDomain: true,
  allowSecureOnLocal: false,
};

/** The host without a dot at its end. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/\.$/, "");
}

/** The domain that a cookie asks for as URLs have it: `null` for none, empty for what is no domain. */
function domainOf(cookie: Cookie): string | null {
  const domain = cookie.domain?.replace(/^\./, "") ?? "";
  if (domain === "") return null;
  if (/[/?#@\\]/.test(domain)) return "";
  const name = domain.includes(":") && !domain.startsWith("[") ? `[${domain}]` : domain;
  return parseUrl(`http://${name}/`)?.hostname ?? "";
}

/** Whether a host has no subdomains that could share a cookie: an address, a single label, a public suffix. */
function isSuffix(host: string): boolean {
  return IP_HOST.test(host) || !host.includes(".") ||
    getPublicSuffix(host, { allowSpecialUseDomain: true, ignoreError: true }) === undefined;
}

function endOf(maxAge: number | "Infinity" | "-Infinity"): number {
  const seconds = Number(maxAge);
  // RFC 6265 section 5.2.2: zero and below is the earliest moment there is.
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
  return {
    name,
    value,
    domain: "",
    hostOnly: false,
    path: "/",
    expires: null,
    secure: false,
    httpOnly: false,
    sameSite: null,
  };
}

/** Cookies made one after the other sort in that order, whatever their time. */
function storedCookie(cookie: JarCookie, now: Date): Cookie {
  const { name, sameSite, expires, partitioned = false, ...rest } = cookie;
  return new Cookie({
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
