import type { RelativeURL } from "../request/relative_url.ts";
import type { AbstractResource, Route, RouteResolution } from "./route.ts";
import type { Router } from "./router.ts";

/** The mount point of a sub-application: it has many paths, so neither name nor URL. */
abstract class Mount implements AbstractResource {
  readonly name = null;
  canonical: string;
  abstract readonly prefix: string;
  protected readonly router: Router;

  constructor(canonical: string, router: Router) {
    this.canonical = canonical;
    this.router = router;
  }

  protected abstract owns(path: string, url: string): boolean;

  /** A miss inside a sub-application is its own `404` or `405`, seen by its middlewares. */
  resolve(method: string, path: string, url: string): RouteResolution | null {
    return this.owns(path, url) ? this.router.resolve(method, path, url) : null;
  }

  addPrefix(prefix: string): void {
    this.router.addPrefix(prefix);
  }

  urlFor(): RelativeURL {
    throw new TypeError(
      `Cannot build a URL for the sub-application at "${this.canonical}": ask a named resource of its router`,
    );
  }
}

/** Routes every path below a prefix to a sub-application, including its errors. */
export class PrefixedSubapp extends Mount {
  constructor(prefix: string, router: Router) {
    super(prefix, router);
    router.addPrefix(prefix);
  }

  get prefix(): string {
    return this.canonical;
  }

  /** The routes of the sub-application; those of a domain have another host. */
  get routes(): readonly Route[] {
    return this.router.routes();
  }

  protected override owns(path: string): boolean {
    const { length } = this.canonical;
    // On a segment boundary: "/admin" owns "/admin/x" but not "/administrator".
    return path.startsWith(this.canonical) && (path.length === length || path[length] === "/");
  }

  override addPrefix(prefix: string): void {
    this.canonical = prefix + this.canonical;
    super.addPrefix(prefix);
  }
}

/** Routes every request for a domain to a sub-application, including its errors. */
export class DomainSubapp extends Mount {
  readonly prefix = "";
  readonly #parts: readonly string[] = this.canonical.split("*");

  constructor(domain: string, router: Router) {
    super(checkDomain(domain), router);
  }

  protected override owns(_path: string, url: string): boolean {
    return isLike(hostOf(url), this.#parts);
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
  const lower = domain.includes("*") ? domain.toLowerCase() : asciiHost(domain.toLowerCase());
  if (DOMAIN.test(lower)) return lower.replace(/:80$/, "");
  throw new TypeError(
    `Cannot add the domain "${domain}": expected labels of letters, digits and "-" joined by "."`,
  );
}

function asciiHost(lower: string): string {
  try {
    return /[^\0-\x7f]/.test(lower) ? new URL(`http://${lower}/`).host : lower;
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
