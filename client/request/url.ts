/**
 * From what the caller gave to the URL that is requested.
 * @module
 */
import { NotSupportedError } from "../../http/not_supported_error.ts";
import { encodeQuery, type QueryInit, withQuery } from "../../http/query.ts";
import type { BasicAuth } from "../hop/basic_auth.ts";
import { InvalidURLError, NonHttpURLError } from "../errors/client_errors.ts";
import { percentDecoded } from "../connect/percent_decoded.ts";

/** A URL and what was taken out of it. */
export interface RequestTarget {
  /** URL without credentials and fragment, in the form of `URL.href`. */
  readonly href: string;
  /** The fragment with its `#`, an empty string for none. */
  readonly fragment: string;
  /** Credentials of the URL, decoded; `null` where there were none. */
  readonly auth: Required<Pick<BasicAuth, "login" | "password">> | null;
}

/**
 * Checks the base URL of a session. A path is taken as a folder, so `http://host/api` and
 * `http://host/api/` are the same base.
 *
 * @param base The base URL as it was given.
 * @returns The base, with a path that ends in a slash, and the credentials that were in it.
 * @throws {InvalidURLError} If it is not an absolute `http:` or `https:` URL.
 */
export function parseBaseUrl(base: string | URL): { url: URL } & Pick<RequestTarget, "auth"> {
  const { href, auth } = splitTarget(parse(`${base}`, undefined), `${base}`);
  const url = new URL(href);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  url.search = "";
  return { url, auth };
}

// A path from the root that means the same to every parser: no host before it, no dot segment,
// nothing to encode: behind an origin it is the URL's href. Parsing it was 2 of a GET's 40 us.
const PLAIN_PATH = /^\/(?!\/)(?:[\w~!$&()*+,;=:/?-]|\.(?=\w))*$/;

let lastOrigin: string | null = null; // of the last absolute URL that began with what a parser makes of it

/** The `href` of a URL that needs no parser; `null` for any other. */
function plainHref(text: string, base: URL | null): string | null {
  if (lastOrigin !== null && text.startsWith(lastOrigin)) {
    return PLAIN_PATH.test(text.slice(lastOrigin.length)) ? text : null;
  }
  return base !== null && PLAIN_PATH.test(text) ? base.origin + text : null;
}

/**
 * Resolves a URL against a base and adds a query to the one it has.
 *
 * Percent-encoding that stands in the URL is kept as it is, so that signed URLs survive; only what
 * no URL may contain is encoded.
 *
 * @param input URL as the caller gave it.
 * @param base Base URL of the session, `null` without one.
 * @param params Query to add, in any of its forms.
 * @param encoded Whether nothing at all may be changed.
 * @returns The target.
 * @throws {InvalidURLError} If the URL is malformed, not absolute, or not `http:` or `https:`.
 * @throws {TypeError} If `params` is a text with a control character.
 * @throws {NotSupportedError} If `encoded` is set and the platform would change the URL.
 */
export function resolveTarget(
  input: string | URL,
  base: URL | null,
  params: QueryInit | undefined,
  encoded = false,
): RequestTarget {
  const text = `${input}`;
  if (params === undefined) {
    const href = plainHref(text, base);
    if (href !== null) return { href, fragment: "", auth: null };
  }
  const query = params === undefined ? "" : encodeQuery(params);
  // The platform would drop line breaks and tabs in silence here too: "a=1\n2" would be "a=12".
  if (CONTROL.test(query)) {
    throw new TypeError(
      `Cannot send the query ${JSON.stringify(query)}: it holds a control character. ` +
        "Give it as an object or as pairs, which are encoded",
    );
  }
  if (encoded) return untouched(withQuery(text, query), base);
  const url = parse(legal(text), base ?? undefined);
  if (text.startsWith(`${url.origin}/`) && /^https?:/.test(text)) lastOrigin = url.origin;
  if (query !== "") {
    const more = legal(query);
    url.search = url.search === "" ? more : `${url.search}&${more}`;
  }
  return splitTarget(url, text);
}

/**
 * Encodes what a URL may not hold and the platform leaves alone: a "%" that begins no escape (RFC 3986
 * section 2.4), and `|^[]{}` behind the host (sections 3.3 and 3.4), as yarl does.
 */
function legal(text: string): string {
  if (!/[%|^[\]{}]/.test(text)) return text;
  const host = /^(?:[a-z][a-z\d+.-]*:)?[/\\]{2}[^/\\?#]*/i.exec(text)?.[0] ?? "";
  const rest = text.slice(host.length).replace(/[|^[\]{}]/g, encodeURIComponent);
  return (host + rest).replace(/%(?![\da-f]{2})/gi, "%25");
}

/**
 * Takes the credentials out of a URL that is to stand in an error, which may end in a log.
 *
 * @param text The URL, well formed or not.
 * @returns The same with `***` in their place.
 */
export function withoutCredentials(text: string): string {
  return text.replace(/^(https?:[/\\]*|(?:[a-z][a-z\d+.-]*:)?[/\\]+)[^/\\?#]*@/i, "$1***@");
}

function untouched(text: string, base: URL | null): RequestTarget {
  const target = splitTarget(parse(text, base ?? undefined), text);
  const wanted = text.replace(/#.*$/s, "").replace(/^[a-z][a-z\d+.-]*:\/\/[^/?]*/i, "");
  const relative = wanted.replace(/^(?:\.\.?\/)+/, "");
  if (!target.href.endsWith(relative)) {
    const { pathname, search } = new URL(target.href);
    throw new NotSupportedError(
      `"${withoutCredentials(text)}" with encoded: true`,
      `the platform's fetch would send it as "${pathname}${search}"`,
    );
  }
  return target;
}

// deno-lint-ignore no-control-regex -- control bytes are what has to be caught here
const CONTROL = /[\x00-\x1f\x7f]/;
const ABSOLUTE = /^[a-z][a-z\d+.-]*:/i;

function parse(text: string, base: URL | undefined): URL {
  // The platform drops tabs and line breaks in silence, and "a\tb" becomes another URL.
  if (CONTROL.test(text)) {
    throw new InvalidURLError(withoutCredentials(text), "it holds a control character");
  }
  const isAbsolute = ABSOLUTE.test(text);
  // "http:///x" and "http:x" would be taken for "http://x".
  if (/^https?:(?!\/\/[^/\\])/i.test(text)) {
    throw new InvalidURLError(withoutCredentials(text), "it has no host");
  }
  let url: URL;
  try {
    url = new URL(text, base);
  } catch (cause) {
    const reason = base === undefined && !isAbsolute
      ? "it is not absolute, and the session has no baseUrl"
      : "it is malformed";
    // The platform's error has the whole URL in it.
    const safe = withoutCredentials(text) === text ? { cause } : {};
    throw new InvalidURLError(withoutCredentials(text), reason, safe);
  }
  // "//evil/x" and "/\evil/x" name another host, which a path from outside must never do.
  if (base !== undefined && !isAbsolute && url.host !== base.host) {
    throw new InvalidURLError(withoutCredentials(text), "it names a host but no scheme");
  }
  return url;
}

function splitTarget(url: URL, text: string): RequestTarget {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new NonHttpURLError(
      withoutCredentials(text),
      `its scheme is ${url.protocol.slice(0, -1)}, not http or https`,
    );
  }
  // Most URLs have neither, and looking at the text costs less than asking the URL.
  let fragment = "";
  if (text.includes("#")) {
    fragment = url.hash;
    url.hash = ""; // a lone "#" too: it would be in href
  }
  if (!text.includes("@") || (url.username === "" && url.password === "")) {
    return { href: url.href, fragment, auth: null };
  }
  const auth = { login: percentDecoded(url.username), password: percentDecoded(url.password) };
  url.username = url.password = "";
  return { href: url.href, fragment, auth };
}
