/**
 * From what the caller gave to the URL that is requested.
 * @module
 */
import { encodeQuery, type QueryInit } from "../http/query.ts";
import { InvalidURLError } from "./errors.ts";

/** A URL and the credentials that were taken out of it. */
export interface RequestTarget {
  /** URL without credentials and fragment. */
  readonly url: URL;
  /** `user:password` of the URL, decoded; `null` where there was none. */
  readonly userinfo: string | null;
}

/**
 * Checks the base URL of a session. A path is taken as a folder, so `http://host/api` and
 * `http://host/api/` are the same base.
 *
 * @param base The base URL as it was given.
 * @returns The base, with a path that ends in a slash.
 * @throws {InvalidURLError} If it is not an absolute `http:` or `https:` URL.
 */
export function parseBaseUrl(base: string | URL): URL {
  const { url } = splitTarget(parse(`${base}`, undefined), `${base}`);
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  url.search = "";
  return url;
}

/**
 * Resolves a URL against a base and adds a query to the one it has.
 *
 * Percent-encoding that stands in the URL is kept as it is, so that signed URLs survive.
 *
 * @param input URL as the caller gave it.
 * @param base Base URL of the session, `null` without one.
 * @param params Query to add, in any of its forms.
 * @returns The target.
 * @throws {InvalidURLError} If the URL is malformed, not absolute, or not `http:` or `https:`.
 */
export function resolveTarget(
  input: string | URL,
  base: URL | null,
  params: QueryInit | undefined,
): RequestTarget {
  const text = `${input}`;
  const url = parse(text, base ?? undefined);
  if (params !== undefined) {
    const query = encodeQuery(params);
    if (query !== "") url.search = url.search === "" ? query : `${url.search}&${query}`;
  }
  return splitTarget(url, text);
}

function parse(text: string, base: URL | undefined): URL {
  try {
    return new URL(text, base);
  } catch (cause) {
    const reason = base === undefined && !/^[a-z][a-z\d+.-]*:/i.test(text)
      ? "it is not absolute, and the session has no baseUrl"
      : "it is malformed";
    throw new InvalidURLError(text, reason, { cause });
  }
}

function splitTarget(url: URL, text: string): RequestTarget {
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw new InvalidURLError(
      text,
      `its scheme is ${url.protocol.slice(0, -1)}, not http or https`,
    );
  }
  url.hash = "";
  if (url.username === "" && url.password === "") return { url, userinfo: null };
  const userinfo = `${decode(url.username)}:${decode(url.password)}`;
  url.username = "";
  url.password = "";
  return { url, userinfo };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // "%zz" is a password too
  }
}
