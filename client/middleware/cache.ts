// An HTTP cache (RFC 9111).
import { RecentMap } from "../../http/recent_map.ts";
import { noteLocalState } from "../../http/local_state.ts";
import { OptionTable } from "../../http/options.ts";
import { parseLength } from "../../http/headers/content_length.ts";
import * as node from "node:buffer";
import type CachePolicy from "http-cache-semantics";
import { GrowingBytes } from "../../http/bytes/growing_bytes.ts";
import { storedResult, withBody } from "../hop/hop_result.ts";
import type { ClientHandler, ClientMiddleware } from "../hop/middleware.ts";
import { type ClientRequest, contextOf } from "../hop/request.ts";
import { discardReply, type HopResult } from "../hop/transport.ts";

/** Options of {@linkcode cacheMiddleware}. */
export interface CacheOptions {
  /** Size limit in bytes, with headers and 1 KiB per response. @default {67108864} */
  readonly maxSize?: number | undefined;
  /** Longest body that is stored, in bytes. @default {1048576} */
  readonly maxBodySize?: number | undefined;
  /** Whether users share it, so that `private` responses are not stored. @default {false} */
  readonly shared?: boolean | undefined;
  /** A store instead of memory, such as `redisCache()`; not together with `maxSize`. */
  readonly store?: CacheStore | undefined;
}

/** Texts with expiry: the store of a cache that several processes share. */
export interface CacheStore {
  /** Reads a text; `null` without one. */
  get(key: string): Promise<string | null>;
  /** Stores a text, which may be forgotten after `ttl` ms. */
  set(key: string, value: string, ttl: number): Promise<void>;
  /** Deletes a text. */
  delete(key: string): Promise<void>;
}

const CACHE_OPTIONS = new OptionTable<CacheOptions>({
  maxSize: "a number",
  maxBodySize: "a number",
  shared: "true or false",
  store: "an object",
});

interface Entry {
  readonly policy: CachePolicy;
  readonly status: number;
  readonly reason: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly decoded: boolean;
  /** Estimated memory use, in bytes. */
  readonly size: number;
}

interface Entries {
  get(url: string): Entry | undefined | Promise<Entry | undefined>;
  /** Keeps a response; `isUsed` if it is kept already. */
  keep(url: string, entry: Entry, isUsed?: boolean): void | Promise<void>;
  forget(url: string): void | Promise<void>;
}

let Policy: typeof CachePolicy; // loaded by the first request, as few programs have a cache

// Overhead per response: the policy and the map entries.
const OVERHEAD = 1024;
const DAY = 86_400_000; // ms

// Requests with these headers bypass the cache.
const OWN = ("authorization cookie if-match if-modified-since if-none-match if-range " +
  "if-unmodified-since range").split(" ");

/**
 * Stores fully read responses while they are fresh, revalidates stale ones, and forgets them on
 * unsafe requests to their URL. Requests with `Range`, `Authorization`, conditions or their own
 * cookies bypass it; responses that set cookies or vary by them are not stored.
 * @returns The middleware with its own cache; share it only between sessions of one user.
 * @example
 * ```ts
 * import { cacheMiddleware, ClientSession } from "@roundtrip/http";
 *
 * let calls = 0;
 * const headers = { "cache-control": "max-age=60" };
 * const app = { fetch: () => new Response(`call ${++calls}`, { headers }) };
 * await using session = new ClientSession({ app, middlewares: [cacheMiddleware()] });
 * await (await session.get("/")).read();
 * console.assert(await (await session.get("/")).text() === "call 1");
 * ```
 */
export function cacheMiddleware(options: CacheOptions = {}): ClientMiddleware {
  CACHE_OPTIONS.check("cacheMiddleware()", options);
  const { maxSize, maxBodySize = 1024 ** 2, shared = false, store: texts } = options;
  if (texts !== undefined && maxSize !== undefined) {
    throw new TypeError('cacheMiddleware(): "maxSize" is for memory, limit the "store" itself');
  }
  if (texts === undefined) {
    noteLocalState("responses of cacheMiddleware()", "{ store: redisCache(client) }");
  }
  const entries = texts === undefined ? memoryEntries(maxSize) : textEntries(texts);

  /** Passes a response on and stores it once its body has been read to the end. */
  function store(request: ClientRequest, result: HopResult): HopResult {
    const policy = new Policy(requestOf(request), responseOf(result), { shared });
    const { status, reason, headers, decoded = false } = result;
    const length = parseLength(headers.get("content-length")) ?? 0;
    // The jar's cookies are added after the middlewares, so `Vary: Cookie` cannot be checked here.
    const isPersonal = headers.has("set-cookie") || /\bcookie\b/i.test(headers.get("vary") ?? "");
    if (!policy.storable() || isPersonal || length > maxBodySize || status === 206) return result;
    return recorded(result, maxBodySize, (body) => {
      const texts = textSize(request.headers) + textSize(headers) + request.url.href.length;
      const size = OVERHEAD + texts + body.length;
      return entries.keep(request.url.href, { policy, status, reason, body, decoded, size });
    });
  }

  async function revalidate(
    request: ClientRequest,
    entry: Entry,
    handler: ClientHandler,
  ): Promise<HopResult> {
    const headers = headersOf(entry.policy.revalidationHeaders(requestOf(request)));
    const asked = request.with({ headers });
    const result = await handler(asked);
    const { policy, modified } = entry.policy.revalidatedPolicy(
      requestOf(asked),
      responseOf(result),
    );
    if (modified || result.status !== 304) return store(request, result);
    discardReply(result);
    const fresh = { ...entry, policy };
    await entries.keep(request.url.href, fresh);
    return resultOf(fresh);
  }

  return async (request, handler) => {
    Policy ??= (await import("http-cache-semantics")).default;
    const url = request.url.href;
    const isOwn = request.cookies.size > 0 || contextOf(request)?.rawBody === true ||
      OWN.some((name) => request.headers.has(name));
    if (request.method !== "GET" || isOwn) {
      const result = await handler(request);
      // RFC 9111 section 4.4: unsafe requests invalidate the URL.
      const isSafe = ["GET", "HEAD", "OPTIONS", "TRACE", "QUERY"].includes(request.method);
      if (!isSafe && result.status < 400) await entries.forget(url);
      return result;
    }
    const entry = await entries.get(url);
    if (entry === undefined) return store(request, await handler(request));
    if (entry.policy.satisfiesWithoutRevalidation(requestOf(request))) {
      entries.keep(url, entry, true);
      return resultOf(entry);
    }
    return await revalidate(request, entry, handler);
  };
}

function memoryEntries(maxSize = 64 * 1024 ** 2): Entries {
  const entries = new RecentMap<string, Entry>(); // least recently used first
  let size = 0;
  const forget = (url: string): void => {
    size -= entries.get(url)?.size ?? 0;
    entries.delete(url);
  };
  return {
    get: (url) => entries.get(url),
    forget,
    keep(url, entry) {
      forget(url);
      if (entry.size > maxSize) return; // it would evict all others and still not fit
      entries.set(url, entry);
      size += entry.size;
      entries.trim((oldest) => {
        const isOver = size > maxSize;
        if (isOver) size -= oldest.size;
        return isOver;
      });
    },
  };
}

/** Responses in a store of texts, as JSON with the body in base64. */
function textEntries(store: CacheStore): Entries {
  return {
    async get(url) {
      const text = await store.get(url);
      if (text === null) return undefined;
      try {
        const { policy, body, ...rest } = JSON.parse(text);
        const bytes = new Uint8Array(node.Buffer.from(body, "base64"));
        return { ...rest, policy: Policy.fromObject(policy), body: bytes };
      } catch {
        return undefined; // of another version, or not ours
      }
    },
    forget: (url) => store.delete(url),
    async keep(url, entry, isUsed) {
      if (isUsed) return;
      const { policy, body } = entry;
      const text = JSON.stringify({
        ...entry,
        policy: policy.toObject(),
        body: node.Buffer.from(body.buffer, body.byteOffset, body.length).toString("base64"),
      });
      // Stale ones are worth a revalidation.
      await store.set(url, text, Math.max(0, policy.timeToLive()) + DAY);
    },
  };
}

/** A response that passes its body to `onComplete` at its end, unless it is too long. */
function recorded(
  result: HopResult,
  limit: number,
  onComplete: (body: Uint8Array<ArrayBuffer>) => void | Promise<void>,
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
        if (isShort) return onComplete(bytes.take());
      },
    }),
  );
  if (body === undefined) void onComplete(new Uint8Array(0));
  return withBody(result, body ?? null);
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
  return [...headers].flat().join("").length;
}

function resultOf({ policy, status, reason, body, decoded }: Entry): HopResult {
  const headers = headersOf(policy.responseHeaders());
  return storedResult({ status, reason, headers }, body, decoded);
}
