/**
 * Redirects: what to ask next, and the loop over it.
 * @module
 */
import {
  ClientPayloadError,
  type HistoryEntry,
  InvalidURLError,
  TooManyRedirectsError,
} from "./errors.ts";
import type { ClientRequest } from "./request.ts";
import type { HopResult } from "./transport.ts";
import { resolveTarget } from "./url.ts";

/** The last hop of a request, and what led to it. */
export interface Arrival {
  /** The hop that gave the reply. */
  readonly request: ClientRequest;
  /** Its reply. */
  readonly result: HopResult;
  /** The redirects on the way. */
  readonly history: readonly HistoryEntry[];
}

const STATUSES = new Set([301, 302, 303, 307, 308]);

// Headers that go along to another origin; everything else may be a secret. Fetch drops
// Authorization there and keeps "x-api-key" (CVE-2026-40895).
const CROSS_ORIGIN = new Set([
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

/**
 * Decides what a reply leads to, by aiohttp's rules: 303, and 301 and 302 after POST, turn into a
 * GET without a body; the others keep method and body. On another origin nothing that may be a
 * secret goes along.
 *
 * @param request The hop.
 * @param status Status of its reply.
 * @param headers Headers of its reply.
 * @returns The next hop, `null` if the reply is the last one.
 * @throws {InvalidURLError} If it leads to no `http:` or `https:` URL.
 * @throws {ClientPayloadError} If it asks for a body that can be sent only once.
 */
export function nextRequest(
  request: ClientRequest,
  status: number,
  headers: Headers,
): ClientRequest | null {
  if (!STATUSES.has(status)) return null;
  const location = headers.get("location") ?? headers.get("uri");
  if (location === null || location === "") return null;
  const { url, userinfo } = redirectTarget(location, request.url);

  const toGet = (status === 303 && request.method !== "HEAD") ||
    ((status === 301 || status === 302) && request.method === "POST");
  const method = toGet ? "GET" : request.method;
  const payload = toGet ? null : request.payload;
  if (payload !== null && !payload.replayable) {
    throw new ClientPayloadError(
      `Cannot follow the redirect to ${url.href}: the body was a stream and is consumed. ` +
        "Send bytes, text, a Blob or a form, or set allowRedirects: false",
    );
  }
  const sameOrigin = url.origin === request.url.origin;
  const kept = new Headers(request.headers);
  if (!sameOrigin) {
    for (const name of [...kept.keys()]) if (!CROSS_ORIGIN.has(name)) kept.delete(name);
  }
  if (toGet) {
    kept.delete("content-encoding");
    kept.delete("content-language");
  }
  if (userinfo !== null) kept.set("authorization", `Basic ${btoa(userinfo)}`);
  return { method, url, headers: kept, cookies: sameOrigin ? request.cookies : new Map(), payload };
}

/**
 * Sends a request and follows where its replies lead.
 *
 * @param first The first hop.
 * @param maxRedirects The redirect reply that is an error, counted from 1; 0 for no limit, `null`
 * to follow none.
 * @param sendHop Sends one hop.
 * @returns The last hop with its reply.
 * @throws {TooManyRedirectsError} At reply number `maxRedirects`, as aiohttp.
 */
export async function followRedirects(
  first: ClientRequest,
  maxRedirects: number | null,
  sendHop: (request: ClientRequest) => Promise<HopResult>,
): Promise<Arrival> {
  const history: HistoryEntry[] = [];
  for (let request = first;;) {
    const result = await sendHop(request);
    const next = maxRedirects === null ? null : nextRequest(request, result.status, result.headers);
    if (maxRedirects === null || next === null) return { request, result, history };
    history.push({ status: result.status, url: request.url, headers: result.headers });
    await result.body?.cancel();
    if (maxRedirects > 0 && history.length >= maxRedirects) {
      throw new TooManyRedirectsError({
        requestInfo: first,
        history,
        status: result.status,
        headers: result.headers,
        reason: `more redirects than maxRedirects (${maxRedirects}) allows`,
      });
    }
    request = next;
  }
}

function redirectTarget(location: string, base: URL): ReturnType<typeof resolveTarget> {
  try {
    return resolveTarget(location, base, undefined);
  } catch (error) {
    if (!(error instanceof InvalidURLError)) throw error;
    throw new InvalidURLError(
      location,
      `${base.href} redirects to it, and it is not a valid http or https URL`,
      {
        cause: error,
      },
    );
  }
}
