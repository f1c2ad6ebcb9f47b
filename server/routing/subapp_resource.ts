// Mount points of sub-applications: a prefix or a domain.
import type { Handler } from "../request/middleware.ts";
import type { RelativeURL } from "../request/relative_url.ts";
import type { AbstractResource, RouteResolution } from "./route.ts";
import type { Router } from "./router.ts";

/** The interface of a sub-application. */
export interface Subapp {
  /** The resources. */
  readonly router: Router;
  /** Wraps a handler in the middlewares of the sub-application and its parents. */
  wrap(handler: Handler): Handler;
}

/** Routes every path below a prefix to a sub-application, including its errors. */
export class PrefixedSubapp implements AbstractResource {
  /** A sub-application has no name. */
  readonly name = null;
  #prefix: string;
  readonly #sub: Subapp;

  /** Creates one. */
  constructor(prefix: string, sub: Subapp) {
    this.#prefix = prefix;
    this.#sub = sub;
    sub.router.addPrefix(prefix);
  }

  /** The prefix. */
  get canonical(): string {
    return this.#prefix;
  }

  /** The prefix. */
  get prefix(): string {
    return this.#prefix;
  }

  /**
   * Asks the sub-application, if the path is below the prefix.
   * @param method Method in upper case.
   * @param path Decoded path.
   * @param url `Request.url`.
   * @returns The sub-application's result; `null` for other paths.
   */
  resolve(method: string, path: string, url: string): RouteResolution | null {
    const { length } = this.#prefix;
    // On a segment boundary: "/admin" owns "/admin/x" but not "/administrator".
    if (!path.startsWith(this.#prefix) || (path.length > length && path[length] !== "/")) {
      return null;
    }
    return ask(this.#sub, method, path, url);
  }

  /** Moves the sub-application below another prefix. */
  addPrefix(prefix: string): void {
    this.#prefix = prefix + this.#prefix;
    this.#sub.router.addPrefix(prefix);
  }

  /** Throws: a sub-application has many paths. */
  urlFor(): RelativeURL {
    throw noURL(this.#prefix);
  }
}

/** Routes every request for a domain to a sub-application, including its errors. */
export class DomainSubapp implements AbstractResource {
  /** A sub-application has no name. */
  readonly name = null;
  /** A domain answers any path. */
  readonly prefix = "/";
  /** The domain or mask. */
  readonly canonical: string;
  readonly #parts: readonly string[]; // the texts between the "*"
  readonly #sub: Subapp;

  /**
   * Creates one.
   * @param domain `example.com`, `example.com:8080`, or a mask such as `*.example.com`.
   * @param sub The sub-application.
   * @throws {TypeError} If the domain is not valid.
   */
  constructor(domain: string, sub: Subapp) {
    this.canonical = checkDomain(domain);
    this.#parts = this.canonical.split("*");
    this.#sub = sub;
  }

  /**
   * Asks the sub-application, if the request is for the domain.
   * @param method Method in upper case.
   * @param path Decoded path.
   * @param url `Request.url`.
   * @returns The sub-application's result; `null` for other hosts.
   */
  resolve(method: string, path: string, url: string): RouteResolution | null {
    return isLike(hostOf(url), this.#parts) ? ask(this.#sub, method, path, url) : null;
  }

  /** Moves the sub-application below a prefix. */
  addPrefix(prefix: string): void {
    this.#sub.router.addPrefix(prefix);
  }

  /** Throws: a sub-application has many paths. */
  urlFor(): RelativeURL {
    throw noURL(this.canonical);
  }
}

/** Not a regular expression: several ".*" are quadratic on a long host. */
function isLike(host: string, parts: readonly string[]): boolean {
  const [first = "", ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return host === first;
  const end = host.length - last.length;
  if (!host.startsWith(first) || !host.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = host.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= end;
}

/** A miss inside a sub-application is its own `404` or `405`, seen by its middlewares. */
function ask(sub: Subapp, method: string, path: string, url: string): RouteResolution {
  const found = sub.router.resolve(method, path, url);
  if (found.route !== null || found.wrap !== undefined) return found;
  return { route: null, allowed: found.allowed, wrap: (handler) => sub.wrap(handler) };
}

function noURL(where: string): TypeError {
  return new TypeError(
    `Cannot build a URL for the sub-application at "${where}": ask a named resource of its router`,
  );
}

// One label of RFC 1123 section 2.1; in a mask it may hold "*".
const DOMAIN =
  /^(?!-)[a-z\d*-]{1,63}(?<!-)(?:\.(?!-)[a-z\d*-]{1,63}(?<!-))*\.?(?::\d{1,5})?$|^\[[\da-f:.]+\](?::\d{1,5})?$/;

function checkDomain(domain: string): string {
  if (typeof domain !== "string" || domain === "") {
    throw new TypeError("Cannot add a domain: expected text such as example.com or *.example.com");
  }
  if (domain.includes("://")) {
    throw new TypeError(`Cannot add the domain "${domain}": leave the scheme out`);
  }
  // The URL class encodes an international name as in `Host` (RFC 3490).
  const lower = domain.includes("*") ? domain.toLowerCase() : asciiHost(domain);
  if (!DOMAIN.test(lower)) {
    throw new TypeError(
      `Cannot add the domain "${domain}": expected labels of letters, digits and "-" joined by "."`,
    );
  }
  return lower.replace(/:80$/, "");
}

function asciiHost(domain: string): string {
  const lower = domain.toLowerCase();
  try {
    // deno-lint-ignore no-control-regex -- matches all of ASCII on purpose
    return /^[\x00-\x7f]*$/.test(lower) ? lower : new URL(`http://${lower}/`).host;
  } catch {
    return lower;
  }
}

function hostOf(url: string): string {
  const start = url.indexOf("://") + 3;
  const end = url.indexOf("/", start);
  const host = (end < 0 ? url.slice(start) : url.slice(start, end)).toLowerCase();
  return host.replace(url.startsWith("https:") ? /:443$/ : /:80$/, "");
}
