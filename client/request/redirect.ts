/**
 * Redirects: what to ask next, and the loop over it.
 * @module
 */
import { type BasicAuth, encodeBasicAuth } from "../hop/basic_auth.ts";
import {
  ClientPayloadError,
  type HistoryEntry,
  InvalidURLError,
  InvalidURLRedirectError,
  TooManyRedirectsError,
} from "../errors/client_errors.ts";
import { withHeader } from "../hop/header_list.ts";
import type { ClientHandler } from "../hop/middleware.ts";
import { type ClientRequest, contextOf } from "../hop/request.ts";
import { discardReply, type HeaderList, type HopResult } from "../hop/transport.ts";
import { type RequestTarget, resolveTarget, withoutCredentials } from "./url.ts";

/** The last hop of a request, and what led to it. */
export interface Arrival {
  /** The hop that gave the reply. */
  readonly request: ClientRequest;
  /** Its reply. */
  readonly result: HopResult;
  /** The redirects on the way. */
  readonly history: readonly HistoryEntry[];
}

const STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

// Headers that go along to another origin; everything else may be a secret. Fetch drops
// Authorization there and keeps "x-api-key" (CVE-2026-40895).
const CROSS_ORIGIN: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "accept-language",
  "cache-control",
  "content-encoding",
  "content-language",
  "content-type",
  "if-modified-since",
  "if-none-match",
  "if-range", // without it, a range of another file would be taken for the rest of this one
  "range",
  "user-agent",
]);

// What described a body that is no longer sent. Content-Type stays, as in aiohttp.
const BODY_HEADERS = ["content-length", "content-encoding", "content-language", "content-location"];

/**
 * Decides what a reply leads to, by aiohttp's rules: 303 (but not to HEAD), and 301 and 302 after
 * POST, turn into a GET without a body; the others keep method and body. On another origin nothing
 * that may be a secret goes along.
 *
 * @param request The hop.
 * @param status Status of its reply.
 * @param headers Headers of its reply.
 * @param lines The same as they came, where the transport sees them.
 * @returns The next hop, `null` if the reply is the last one.
 * @throws {InvalidURLRedirectError} If it leads to no `http:` or `https:` URL, or to two.
 * @throws {ClientPayloadError} If it asks for a body that can be sent only once.
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
    throw new ClientPayloadError(
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

/** What {@linkcode followRedirects} is told to do. */
export interface RedirectPolicy {
  /** Whether redirects are followed at all. */
  readonly follow: boolean;
  /** The redirect reply that is an error, counted from 1; 0 for no limit. */
  readonly maxRedirects: number;
}

/**
 * Tells whether a reply leads on. Nearly none does, so it is worth asking first.
 *
 * @returns Whether it has to be given to {@linkcode followRedirects}.
 */
export function isRedirect(reply: HopResult, policy: RedirectPolicy): boolean {
  return policy.follow && STATUSES.has(reply.status);
}

/**
 * Follows where a reply leads.
 *
 * @returns The last hop with its reply. A redirect that names no target is that reply, and in the
 * history too, as in aiohttp.
 * @throws {TooManyRedirectsError} At reply number `maxRedirects`, as aiohttp.
 */
export async function followRedirects(
  first: ClientRequest,
  reply: HopResult,
  policy: RedirectPolicy,
  sendHop: ClientHandler,
): Promise<Arrival> {
  const history: HistoryEntry[] = [];
  let request = first;
  for (let result = reply;; result = await sendHop(request)) {
    const { status, headers, rawHeaders } = result;
    if (!isRedirect(result, policy)) return { request, result, history };
    history.push({ status, url: request.url, headers });
    let next: ClientRequest | null;
    try {
      checkCount(first, history, policy.maxRedirects);
      next = nextRequest(request, status, headers, rawHeaders);
    } catch (error) {
      discardReply(result);
      throw error;
    }
    if (next === null) return { request, result, history };
    discardReply(result);
    const response = { status, url: request.url, headers };
    contextOf(request)?.trace?.emit("onRequestRedirect", { request, response });
    request = next;
  }
}

function checkCount(
  first: ClientRequest,
  history: readonly HistoryEntry[],
  maxRedirects: number,
): void {
  const last = history.at(-1);
  if (maxRedirects === 0 || history.length < maxRedirects || last === undefined) return;
  throw new TooManyRedirectsError({
    requestInfo: first,
    history,
    status: 0, // no reply is the one that was wanted
    headers: last.headers,
    reason: `more redirects than maxRedirects (${maxRedirects}) allows`,
  });
}

/** Where a reply leads; "URI" is what some servers of old say. */
function locationOf(base: URL, headers: Headers, lines: HeaderList = []): string {
  let location = headers.get("location") ?? headers.get("uri") ?? "";
  // Headers join lines by ", ", and a URL may hold that (RFC 9110 section 10.2.2).
  const each = lines.filter(([name]) => name.toLowerCase() === "location").map((line) => line[1]);
  if (each.length > 1 && each.join(", ") === location) {
    const [only = "", other] = new Set(each);
    if (other !== undefined) {
      const reason = `${base.href} redirects to ${withoutCredentials(other)} too`;
      throw new InvalidURLRedirectError(withoutCredentials(only), reason);
    }
    location = only;
  }
  // Bytes beyond ASCII come as one character each. The server gets them back as they were, whether it
  // means UTF-8 or Latin-1 by them.
  return location.replace(
    /[\x80-\xff]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function credentials(auth: BasicAuth, url: URL, base: URL): string {
  try {
    return encodeBasicAuth(auth);
  } catch (cause) {
    const reason = `${base.href} redirects to it with credentials that cannot be sent`;
    throw new InvalidURLRedirectError(url.href, reason, { cause });
  }
}

function redirectTarget(location: string, base: URL): RequestTarget {
  try {
    // "//host/path" is a way to say "the same scheme" in a Location (RFC 9110 section 10.2.2).
    const text = location.replace(/^[/\\]{2}/, `${base.protocol}//`);
    return resolveTarget(text, base, undefined);
  } catch (cause) {
    if (!(cause instanceof InvalidURLError)) throw cause;
    throw new InvalidURLRedirectError(
      withoutCredentials(location),
      `${base.href} redirects to it, and it is not a valid http or https URL: ${cause.message}`,
      { cause },
    );
  }
}
