/**
 * An HTTP cache, RFC 9111.
 * @module
 */
import { OptionTable } from "../../http/options.ts";
import { parseLength } from "../../http/headers/content_length.ts";
import CachePolicy from "http-cache-semantics";
import { asError } from "../../http/as_error.ts";
import { GrowingBytes } from "../../http/bytes/growing_bytes.ts";
import type { ClientHandler, ClientMiddleware } from "../hop/middleware.ts";
import { type ClientRequest, contextOf } from "../hop/request.ts";
import { discardReply, type HopResult } from "../hop/transport.ts";

/** What {@linkcode cacheMiddleware} takes. */
export interface CacheOptions {
  /**
   * Most bytes that are kept, URLs and headers and 1 KiB for each reply included; the replies that
   * were not used for longest go first.
   * @default {67108864}
   */
  readonly maxSize?: number | undefined;
  /** Longest body that is kept, in bytes. @default {1048576} */
  readonly maxBodySize?: number | undefined;
  /**
   * Whether the cache serves several users, and so keeps nothing that is `private`.
   * @default {false}
   */
  readonly shared?: boolean | undefined;
}

/** Names and types of {@linkcode CacheOptions}. */
export const CACHE_OPTIONS = new OptionTable<CacheOptions>({
  maxSize: "a number",
  maxBodySize: "a number",
  shared: "true or false",
});

interface Entry {
  readonly policy: CachePolicy;
  readonly status: number;
  readonly reason: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly decoded: boolean;
  /** About what it takes in memory, in bytes. */
  readonly size: number;
}

// Of a reply without a body, beside its texts: what the policy and the maps take.
const OVERHEAD = 1024;

// What makes a request one of its own: another reply than the one that is kept may be meant.
const OWN = [
  "authorization",
  "cookie",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "range",
];

/**
 * Keeps replies that were read to their end in memory as long as they may be used, asks the server
 * whether old ones still count, and forgets them when something is written to their URL. Requests
 * with `Range`, `Authorization`, conditions or cookies of their own pass by; replies that set
 * cookies or vary by them are not kept.
 *
 * @param options How much.
 * @returns The middleware, with a cache of its own; share it among sessions of one user only.
 *
 * @example
 * ```ts
 * import { cacheMiddleware, ClientSession } from "@roundtrip/http";
 *
 * let calls = 0;
 * const headers = { "cache-control": "max-age=60" };
 * const app = { fetch: () => new Response(`call ${++calls}`, { headers }) };
 * await using session = new ClientSession({ app, middlewares: [cacheMiddleware()] });
 * await using first = await session.get("/");
 * await first.read();
 * await using second = await session.get("/");
 * console.assert(await second.text() === "call 1");
 * ```
 */
export function cacheMiddleware(options: CacheOptions = {}): ClientMiddleware {
  CACHE_OPTIONS.check("cacheMiddleware()", options);
  const { maxSize = 64 * 1024 ** 2, maxBodySize = 1024 ** 2, shared = false } = options;
  const entries = new Map<string, Entry>(); // in order of use
  let size = 0;

  const forget = (url: string): void => {
    size -= entries.get(url)?.size ?? 0;
    entries.delete(url);
  };
  const keep = (url: string, entry: Entry): void => {
    forget(url);
    if (entry.size > maxSize) return; // it would push all others out and not fit then
    entries.set(url, entry);
    size += entry.size;
    for (const oldest of entries.keys()) {
      if (size <= maxSize) break;
      forget(oldest);
    }
  };

  /** Passes a reply on and keeps it once its body has been read to the end. */
  function store(request: ClientRequest, result: HopResult): HopResult {
    const policy = new CachePolicy(requestOf(request), responseOf(result), { shared });
    const { status, reason, headers, decoded = false } = result;
    const length = parseLength(headers.get("content-length")) ?? 0;
    // The jar's cookies are added behind the middlewares, so nothing here can vary by them.
    const isPersonal = headers.has("set-cookie") || /\bcookie\b/i.test(headers.get("vary") ?? "");
    if (!policy.storable() || isPersonal || length > maxBodySize || status === 206) return result;
    return recorded(result, maxBodySize, (body) => {
      const texts = textSize(request.headers) + textSize(headers) + request.url.href.length;
      const size = OVERHEAD + texts + body.length;
      keep(request.url.href, { policy, status, reason, body, decoded, size });
    });
  }

  async function revalidate(
    request: ClientRequest,
    entry: Entry,
    handler: ClientHandler,
  ): Promise<HopResult> {
    const asked = request.with({
      headers: headersOf(entry.policy.revalidationHeaders(requestOf(request))),
    });
    const result = await handler(asked);
    const { policy, modified } = entry.policy.revalidatedPolicy(
      requestOf(asked),
      responseOf(result),
    );
    if (modified || result.status !== 304) return store(request, result);
    discardReply(result);
    const fresh = { ...entry, policy };
    keep(request.url.href, fresh);
    return resultOf(fresh);
  }

  return async (request, handler) => {
    const url = request.url.href;
    const isOwn = request.cookies.size > 0 || contextOf(request)?.rawBody === true ||
      OWN.some((name) => request.headers.has(name));
    if (request.method !== "GET" || isOwn) {
      const result = await handler(request);
      // RFC 9111 section 4.4: what was written may have changed.
      const isSafe = ["GET", "HEAD", "OPTIONS", "TRACE", "QUERY"].includes(request.method);
      if (!isSafe && result.status < 400) forget(url);
      return result;
    }
    const entry = entries.get(url);
    if (entry === undefined) return store(request, await handler(request));
    if (entry.policy.satisfiesWithoutRevalidation(requestOf(request))) {
      keep(url, entry);
      return resultOf(entry);
    }
    return await revalidate(request, entry, handler);
  };
}

/** A reply whose body is shown to `onComplete` when it has ended and is not too long. */
function recorded(
  result: HopResult,
  limit: number,
  onComplete: (body: Uint8Array<ArrayBuffer>) => void,
): HopResult {
  const bytes = new GrowingBytes();
  let isShort = true;
  const body = result.body?.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, controller) {
        isShort &&= bytes.size + piece.length <= limit;
        if (isShort) bytes.append(piece);
        else bytes.take();
        controller.enqueue(piece);
      },
      flush() {
        if (isShort) onComplete(bytes.take());
      },
    }),
  );
  if (body === undefined) onComplete(new Uint8Array(0));
  const { status, reason, headers, decoded = false } = result;
  return {
    status,
    reason,
    headers,
    body: body ?? null,
    decoded,
    bodyError: (error) => result.bodyError(error),
    release: () => result.release(),
  };
}

function requestOf({ method, url, headers }: ClientRequest): CachePolicy.Request {
  return { method, url: url.href, headers: Object.fromEntries(headers) };
}

function responseOf({ status, headers }: HopResult): CachePolicy.Response {
  return { status, headers: Object.fromEntries(headers) };
}

function headersOf(plain: CachePolicy.Headers): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(plain)) {
    if (typeof value === "string" || Array.isArray(value)) {
      headers.set(name, [value].flat().join(", "));
    }
  }
  return headers;
}

function textSize(headers: Headers): number {
  let size = 0;
  for (const [name, value] of headers) size += name.length + value.length;
  return size;
}

function resultOf({ policy, status, reason, body, decoded }: Entry): HopResult {
  return {
    status,
    reason,
    headers: headersOf(policy.responseHeaders()),
    body: new Blob([body]).stream(),
    decoded,
    bodyError: asError,
    release() {},
  };
}
