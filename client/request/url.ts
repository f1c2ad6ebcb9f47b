import { NotSupportedError } from "../../http/not_supported_error.ts";
import { encodeQuery, type QueryInit, withQuery } from "../../http/query.ts";
import type { BasicAuth } from "../hop/basic_auth.ts";
import { InvalidURLError, NonHttpURLError } from "../errors/client_errors.ts";
import { percentDecoded } from "../connect/addresses.ts";

/** A URL, with its fragment and credentials split off. */
export interface RequestTarget {
  /** URL without credentials and fragment, normalized as `URL.href`. */
  readonly href: string;
  /** The fragment with its `#`, or an empty string. */
  readonly fragment: string;
  /** Decoded credentials of the URL, or `null`. */
  readonly auth: Required<Pick<BasicAuth, "login" | "password">> | null;
}

/** Validates the base URL of a session; its path counts as a folder. */
export function parseBaseUrl(base: string | URL): { url: URL } & Pick<RequestTarget, "auth"> {
  const { href, auth } = splitTarget(parse(`${base}`, undefined), `${base}`);
  const url = new URL(href);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  url.search = "";
  return { url, auth };
}

// A normalized absolute path: no host, no dot segments, nothing to encode. Appended to an origin it
// is the href; parsing would take 2 of a GET's 40 us.
const PLAIN_PATH = /^\/(?!\/)(?:[\w~!$&()*+,;=:/?-]|\.(?=\w))*$/;

let lastOrigin: string | null = null; // of the last absolute URL with a normalized origin

/** The `href` of a URL that is normalized already; `null` for any other. */
function plainHref(text: string, base: URL | null): string | null {
  if (lastOrigin !== null && text.startsWith(lastOrigin)) {
    return PLAIN_PATH.test(text.slice(lastOrigin.length)) ? text : null;
  }
  return base !== null && PLAIN_PATH.test(text) ? base.origin + text : null;
}

/**
 * Resolves a URL against a base and appends a query. Percent-encoding is unchanged, so that signed
 * URLs stay valid; invalid characters are encoded, unless `encoded` wants the URL sent as it is.
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
  // The platform would silently drop line breaks and tabs: "a=1\n2" would become "a=12".
  if (CONTROL.test(query)) {
    throw new TypeError(
      `Cannot send the query ${JSON.stringify(query)}: it contains a control character. ` +
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

/** Encodes what the platform leaves: a lone "%", and `|^[]{}` after the host (RFC 3986). */
function legal(text: string): string {
  if (!/[%|^[\]{}]/.test(text)) return text;
  const host = /^(?:[a-z][a-z\d+.-]*:)?[/\\]{2}[^/\\?#]*/i.exec(text)?.[0] ?? "";
  const rest = text.slice(host.length).replace(/[|^[\]{}]/g, encodeURIComponent);
  return (host + rest).replace(/%(?![\da-f]{2})/gi, "%25");
}

/** Masks the credentials of a URL for an error message, which may be logged. */
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

// deno-lint-ignore no-control-regex -- rejects control bytes
const CONTROL = /[\x00-\x1f\x7f]/;
const ABSOLUTE = /^[a-z][a-z\d+.-]*:/i;

function parse(text: string, base: URL | undefined): URL {
  // The platform silently drops tabs and line breaks, which changes the URL.
  if (CONTROL.test(text)) {
    throw new InvalidURLError(withoutCredentials(text), "it contains a control character");
  }
  const isAbsolute = ABSOLUTE.test(text);
  // "http:///x" and "http:x" would be parsed as "http://x".
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
    // The platform's error contains the whole URL.
    const safe = withoutCredentials(text) === text ? { cause } : {};
    throw new InvalidURLError(withoutCredentials(text), reason, safe);
  }
  // "//evil/x" and "/\evil/x" name another host, which an untrusted path must not do.
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
  // Most URLs have neither, and searching the text is faster than the getters.
  let fragment = "";
  if (text.includes("#")) {
    fragment = url.hash;
    url.hash = ""; // a lone "#" too, which would stay in href
  }
  if (!text.includes("@") || (url.username === "" && url.password === "")) {
    return { href: url.href, fragment, auth: null };
  }
  const auth = { login: percentDecoded(url.username), password: percentDecoded(url.password) };
  url.username = url.password = "";
  return { href: url.href, fragment, auth };
}
