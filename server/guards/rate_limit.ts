import { noteLocalState } from "../../http/local_state.ts";
import { OptionTable } from "../../http/options.ts";
import { RecentMap } from "../../http/recent_map.ts";
import { HTTPTooManyRequests } from "../exceptions/replies.ts";
import type { Middleware } from "../request/middleware.ts";
import type { ServerRequest } from "../request/request.ts";
import { withAnswerHeaders } from "./answer_headers.ts";

/** Result of {@linkcode RateLimitStore.take}. */
export interface RateLimitResult {
  /** Whether the request is within the limit. */
  readonly allowed: boolean;
  /** Requests left in this window. */
  readonly remaining: number;
  /** Time until the window ends and requests are free again, in ms. */
  readonly reset: number;
}

/** Counts requests by key, in memory by default; several processes need one outside of them. */
export interface RateLimitStore {
  /** Counts a request of a key, such as an address: `limit` of them in `window` ms. */
  take(key: string, limit: number, window: number): RateLimitResult | Promise<RateLimitResult>;
}

/** Options of {@linkcode rateLimit}. */
export interface RateLimitPolicy {
  /** Requests a window. */
  readonly limit: number;
  /** Length of a window, in ms. */
  readonly window: number;
  /**
   * Who is limited: text, or `null` for a request without a limit.
   * @default the peer's address, of IPv6 its first 64 bits, which are one customer's
   */
  readonly key?: (request: ServerRequest) => string | null | Promise<string | null>;
  /** Where requests are counted. @default memory of this process, up to 100,000 keys */
  readonly store?: RateLimitStore;
  /** Name of the policy, in the fields and in a store that limits share. @default {"default"} */
  readonly name?: string;
}

const RATE_LIMIT_OPTIONS = new OptionTable<RateLimitPolicy>({
  limit: "a number",
  window: "a number",
  key: "a function",
  store: "an object",
  name: "a string",
}, { max: 'Write "limit"', windowms: 'Write "window", in ms', keygenerator: 'Write "key"' });

/**
 * Limits requests by client. Replies tell what is left by `RateLimit` and `RateLimit-Policy`
 * (draft-ietf-httpapi-ratelimit-headers-10), and a request beyond the limit is `429` with
 * `Retry-After`. An error of the store is an error of the request. Behind a proxy every peer is the
 * proxy: give a `key`, or set the address by `request.clone({ remote })` in an outer middleware.
 * @throws {RangeError} If limit or window is not a positive number.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const limit = web.rateLimit({ limit: 1, window: 60_000 }); // one a minute
 * const app = new web.Application({ middlewares: [limit] });
 * await app.request("/");
 * const second = await app.request("/");
 * console.assert(second.status === 429 && second.headers.get("retry-after") === "60");
 * ```
 */
export function rateLimit(options: RateLimitPolicy): Middleware {
  RATE_LIMIT_OPTIONS.check("web.rateLimit()", options);
  const { limit, window, key = addressOf, store = memoryRateLimit(100_000), name = "default" } =
    options;
  if (!Number.isInteger(limit) || limit < 1 || !(window >= 1) || !Number.isFinite(window)) {
    throw new RangeError(
      `web.rateLimit(): "limit" is a whole number from 1 on and "window" its time in ms, ` +
        `got ${limit} and ${window}`,
    );
  }
  if (!/^[ !#-[\]-~]+$/.test(name)) {
    throw new TypeError(`web.rateLimit(): "name" is printable ASCII, got ${JSON.stringify(name)}`);
  }
  if (options.store === undefined) {
    noteLocalState(`web.rateLimit() "${name}"`, "{ store: new RedisCounter(client) }");
  }
  const policy = `"${name}";q=${limit};w=${Math.ceil(window / 1000)}`;
  return async (request, handler) => {
    const who = await key(request);
    if (who === null) return await handler(request);
    const taken = await store.take(`${name}:${who}`, limit, window);
    const tell = (headers: Headers) => {
      headers.append("ratelimit-policy", policy);
      headers.append("ratelimit", `"${name}";r=${taken.remaining};t=${secondsOf(taken)}`);
    };
    if (taken.allowed) return await withAnswerHeaders(request, handler, tell);
    const refusal = new HTTPTooManyRequests({ headers: { "retry-after": `${secondsOf(taken)}` } });
    tell(refusal.headers);
    throw refusal;
  };
}

function secondsOf({ reset }: RateLimitResult): number {
  return Math.max(1, Math.ceil(reset / 1000));
}

function addressOf({ remote }: ServerRequest): string {
  if (remote === null || !remote.includes(":") || remote.includes(".")) return remote ?? "";
  const [head = "", tail] = remote.split("::");
  const groups = head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  while (tail !== undefined && groups.length + last.length < 8) groups.push("0");
  return [...groups, ...last].slice(0, 4).map((each) => (parseInt(each, 16) || 0).toString(16))
    .join(":");
}

/** Counts in memory, in windows that begin with a key's first request; the oldest is forgotten. */
export function memoryRateLimit(maxKeys: number, now: () => number = Date.now): RateLimitStore {
  const rows = new RecentMap<string, { count: number; readonly ends: number }>();
  return {
    take(key, limit, window) {
      const at = now();
      let row = rows.get(key);
      if (row === undefined || row.ends <= at) {
        rows.delete(key);
        rows.trim(({ ends }) => rows.size >= maxKeys || ends <= at);
        row = { count: 0, ends: at + window };
        rows.set(key, row);
      }
      const allowed = row.count < limit;
      if (allowed) row.count++;
      return { allowed, remaining: limit - row.count, reset: row.ends - at };
    },
  };
}
