import { percentByte } from "../../http/headers/header_text.ts";
import { type BasicAuth, encodeBasicAuth } from "../hop/basic_auth.ts";
import * as errors from "../errors/client_errors.ts";
import { isNamed, withHeader } from "../hop/header_list.ts";
import type { ClientHandler } from "../hop/middleware.ts";
import { type ClientRequest, contextOf } from "../hop/request.ts";
import { discardReply, type HeaderList, type HopResult } from "../hop/transport.ts";
import type { ResolvedOptions } from "./options.ts";
import { type RequestTarget, resolveTarget, withoutCredentials } from "./url.ts";

/** The last hop of a request, with its redirects. */
export interface Arrival {
  readonly request: ClientRequest;
  readonly result: HopResult;
  readonly history: readonly errors.HistoryEntry[];
}

const STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

// Headers that are sent to another origin; all others may be secrets. Fetch drops Authorization
// there but keeps "x-api-key" (CVE-2026-40895). Without "if-range", a range of another file could be
// appended to this one.
const CROSS_ORIGIN: ReadonlySet<string> = new Set(
  ("accept accept-encoding accept-language cache-control content-encoding content-language " +
    "content-type if-modified-since if-none-match if-range range user-agent").split(" "),
);

// Headers dropped together with the body. Content-Type stays, as in aiohttp.
const BODY_HEADERS = ["content-length", "content-encoding", "content-language", "content-location"];

/**
 * Returns the next hop by aiohttp's rules, `null` if the response is final: 303 (except for HEAD),
 * and 301 and 302 after POST, become a GET without a body. Headers that may be secrets are not sent
 * to another origin. `lines` are the raw headers, if the transport has them.
 */
export function nextRequest(
  request: ClientRequest,
  status: number,
  headers: Headers,
  lines?: HeaderList,
): ClientRequest | null {
  if (!STATUSES.has(status)) return null;
  const location = locationOf(request.url, headers, lines);
  if (location === "") return null;
  const { href, fragment, auth } = redirectTarget(location, request.url);
  const url = new URL(href);

  const toGet = (status === 303 && request.method !== "HEAD") ||
    ((status === 301 || status === 302) && request.method === "POST");
  const payload = toGet ? null : request.payload;
  if (payload !== null && !payload.replayable) {
    throw new errors.ClientPayloadError(
      `Cannot follow the redirect to ${url.href}: the body was a stream and is consumed. ` +
        "Send bytes, text, a Blob, a file or a form, or set allowRedirects: false",
    );
  }
  const sameOrigin = url.origin === request.url.origin;
  const kept = request.headerList.filter(([given]) => {
    const name = given.toLowerCase();
    return (sameOrigin || CROSS_ORIGIN.has(name)) && !(toGet && BODY_HEADERS.includes(name));
  });
  return request.with({
    method: toGet ? "GET" : request.method,
    url,
    fragment: fragment === "" ? request.fragment : fragment, // RFC 9110 section 10.2.2
    headers: auth === null
      ? kept
      : withHeader(kept, "authorization", credentials(auth, url, request.url)),
    cookies: sameOrigin ? request.cookies : new Map(),
    payload,
  });
}

type RedirectPolicy = Pick<ResolvedOptions, "follow" | "maxRedirects">;

/** Returns whether a response is a redirect, a cheap check before following it. */
export function isRedirect(reply: HopResult, policy: RedirectPolicy): boolean {
  return policy.follow && STATUSES.has(reply.status);
}

/** @throws {TooManyRedirectsError} At redirect number `maxRedirects`, as aiohttp. */
export async function followRedirects(
  first: ClientRequest,
  reply: HopResult,
  policy: RedirectPolicy,
  sendHop: ClientHandler,
): Promise<Arrival> {
  const history: errors.HistoryEntry[] = [];
  let request = first;
  for (let result = reply;; result = await sendHop(request)) {
    const { status, headers, rawHeaders } = result;
    if (!isRedirect(result, policy)) return { request, result, history };
    const response = { status, url: request.url, headers };
    history.push(response);
    let next: ClientRequest | null;
    try {
      if (history.length === policy.maxRedirects) throw tooMany(first, history, headers);
      next = nextRequest(request, status, headers, rawHeaders);
    } catch (error) {
      discardReply(result);
      throw error;
    }
    if (next === null) return { request, result, history };
    discardReply(result);
    contextOf(request)?.trace?.emit("onRequestRedirect", { request, response });
    request = next;
  }
}

function tooMany(requestInfo: ClientRequest, history: errors.HistoryEntry[], headers: Headers) {
  const reason = `more redirects than maxRedirects (${history.length}) allows`;
  return new errors.TooManyRedirectsError({ requestInfo, history, status: 0, headers, reason }); // no final response
}

/** Target of a redirect; old servers send `URI`. */
function locationOf(base: URL, headers: Headers, lines: HeaderList = []): string {
  let location = headers.get("location") ?? headers.get("uri") ?? "";
  // Headers joins lines with ", ", which a URL may contain (RFC 9110 section 10.2.2).
  const each = lines.filter(([name]) => isNamed(name, "location")).map((line) => line[1]);
  if (each.length > 1 && each.join(", ") === location) {
    const [only = "", other] = new Set(each);
    if (other !== undefined) {
      const reason = `${base.href} redirects to ${withoutCredentials(other)} too`;
      throw new errors.InvalidURLRedirectError(withoutCredentials(only), reason);
    }
    location = only;
  }
  // Non-ASCII bytes arrive as one character each and are sent back unchanged, whether the server
  // uses UTF-8 or Latin-1.
  return location.replace(/[\x80-\xff]/g, percentByte);
}

function credentials(auth: BasicAuth, url: URL, base: URL): string {
  try {
    return encodeBasicAuth(auth);
  } catch (cause) {
    const reason = `${base.href} redirects to it with credentials that cannot be sent`;
    throw new errors.InvalidURLRedirectError(url.href, reason, { cause });
  }
}

function redirectTarget(location: string, base: URL): RequestTarget {
  try {
    // "//host/path" in a Location keeps the scheme (RFC 9110 section 10.2.2).
    return resolveTarget(location.replace(/^[/\\]{2}/, `${base.protocol}//`), base, undefined);
  } catch (cause) {
    if (!(cause instanceof errors.InvalidURLError)) throw cause;
    throw new errors.InvalidURLRedirectError(
      withoutCredentials(location),
      `${base.href} redirects to it, and it is not a valid http or https URL: ${cause.message}`,
      { cause },
    );
  }
}
