import { OptionTable } from "../../http/options.ts";
import * as errors from "../errors/client_errors.ts";
import { type ClientMiddleware, repeating } from "../hop/middleware.ts";
import { pause } from "./abortable_delay.ts";
import type { ClientRequest } from "../hop/request.ts";
import { discardReply, type HopResult } from "../hop/transport.ts";

/** An attempt that succeeded or failed, for `shouldRetry`. */
export interface FailedAttempt {
  /** The hop. */
  readonly request: ClientRequest;
  /** Number of earlier attempts. */
  readonly attempt: number;
  /** The response head, `null` without a response. */
  readonly response: { readonly status: number; readonly headers: Headers } | null;
  /** The error, `null` with a response. */
  readonly error: unknown;
}

/** Options of {@linkcode retryMiddleware}. */
export interface RetryOptions {
  /** Maximum number of retries after the first attempt. @default {2} */
  readonly retries?: number | undefined;
  /** Methods to retry. @default {["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY"]} */
  readonly methods?: Iterable<string> | undefined;
  /** Statuses to retry. @default {[408, 413, 429, 500, 502, 503, 504]} */
  readonly statuses?: Iterable<number> | undefined;
  /** First delay in ms, finite; doubles with each retry. @default {300} */
  readonly backoff?: number | undefined;
  /** Longest delay in ms; if a server asks for a longer one, retries end. @default {30000} */
  readonly maxBackoff?: number | undefined;
  /**
   * Decides whether to retry, also after success, within the other limits; `undefined` leaves it to
   * `methods` and `statuses`.
   */
  readonly shouldRetry?:
    | ((attempt: FailedAttempt) => boolean | undefined | Promise<boolean | undefined>)
    | undefined;
  /** Retries in any 10 s as a fraction of the requests in that time, plus 10. @default {1} */
  readonly budget?: number | undefined;
  /** Random number from 0 to 1 for the jitter. @default {Math.random} */
  readonly random?: (() => number) | undefined;
}

const RETRY_OPTIONS = new OptionTable<RetryOptions>({
  retries: "a number",
  methods: "a list",
  statuses: "a list",
  backoff: "a number",
  maxBackoff: "a number",
  shouldRetry: "a function",
  budget: "a number",
  random: "a function",
}, {
  attempts: 'Write "retries", the tries after the first',
  limit: 'Write "retries"',
  statuscodes: 'Write "statuses"',
  delay: 'Write "backoff", in ms',
});

const METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY"];
const STATUSES = [408, 413, 429, 500, 502, 503, 504];
const WINDOW = 10_000;
const FREE_RETRIES = 10;
const MAX_DOUBLINGS = 64; // so that the delay stays finite

/**
 * Retries failed hops: no connection, no response, or one of `statuses`; not permanent failures,
 * such as a certificate, bodies that can be sent only once, and requests whose timeout would pass
 * meanwhile. The delay is the server's `Retry-After` (RFC 9110 section 10.2.3) or, with a 429,
 * `RateLimit-Reset`; else random up to `backoff * 2^n`.
 * @returns The middleware; share it between sessions to share the budget.
 * @throws {RangeError} If a number is negative, or `backoff` is not finite.
 * @example
 * ```ts
 * import { ClientSession, retryMiddleware } from "@roundtrip/http";
 *
 * let calls = 0;
 * const app = { fetch: () => new Response("ok", { status: ++calls < 3 ? 503 : 200 }) };
 * await using session = new ClientSession({ app, middlewares: [retryMiddleware({ backoff: 1 })] });
 * console.assert((await session.get("/")).status === 200 && calls === 3);
 * ```
 */
export function retryMiddleware(options: RetryOptions = {}): ClientMiddleware {
  RETRY_OPTIONS.check("retryMiddleware()", options);
  const { retries = 2, backoff = 300, maxBackoff = 30_000, budget = 1 } = options;
  for (const [name, value] of Object.entries({ retries, backoff, maxBackoff, budget })) {
    if (!(value >= 0) || name === "backoff" && value === Infinity) {
      throw new RangeError(`Cannot retry: ${name} is ${value}, expected 0 or more`);
    }
  }
  const methods = new Set(Array.from(options.methods ?? METHODS, (each) => each.toUpperCase()));
  const statuses = new Set(options.statuses ?? STATUSES);
  const random = options.random ?? Math.random;
  const allowance = allowanceOf(budget);

  return repeating(async (request, handler) => {
    allowance.request();
    const replayable = request.payload === null || request.payload.replayable;
    for (let attempt = 0;; attempt++) {
      let result: HopResult | null = null;
      let error: unknown = null;
      try {
        result = await handler(attempt === 0 ? request : request.with({}));
      } catch (failure) {
        if (request.signal.aborted) throw failure;
        error = failure;
      }
      let asked: boolean | undefined;
      try {
        asked = await options.shouldRetry?.({ request, attempt, response: result, error });
      } catch (failure) {
        if (result !== null) discardReply(result);
        throw failure;
      }
      const isFailure = result === null ? isTemporary(error) : statuses.has(result.status);
      const delay = (result === null ? null : retryAfter(result, Date.now())) ??
        random() * Math.min(maxBackoff, backoff * 2 ** Math.min(attempt, MAX_DOUBLINGS));
      const goesOn = replayable && (asked ?? (isFailure && methods.has(request.method))) &&
        attempt < retries && delay <= maxBackoff && delay < request.remaining && allowance.retry();
      if (!goesOn) {
        if (result === null) throw error;
        return result;
      }
      if (result !== null) discardReply(result);
      await pause(delay, request.signal);
    }
  });
}

/** The delay of `Retry-After` or, with a 429, of `RateLimit-Reset`, in ms; `null` without one. */
export function retryAfter(
  { status, headers }: Pick<HopResult, "status" | "headers">,
  now: number,
): number | null {
  const value = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  // Date.parse accepts "5.5" and "-1"; an HTTP-date begins with the weekday.
  const date = /^[A-Z][a-z]{2}/.test(value) ? Date.parse(value) : NaN;
  if (!Number.isNaN(date)) return Math.max(0, date - now);
  if (status !== 429) return null;
  for (const name of RESET_HEADERS) {
    const reset = headers.get(name)?.trim() ?? "";
    if (!/^\d{1,10}$/.test(reset)) continue;
    const ms = Number(reset) * 1000;
    return ms > YEAR_2001 ? Math.max(0, ms - now) : ms;
  }
  return null;
}

const RESET_HEADERS = ["ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset"];
// No quota lasts 31 years: larger values are timestamps.
const YEAR_2001 = 1e12;

const LASTING: ReadonlySet<errors.ConnectFailure> = new Set([
  "certificate",
  "permission",
  "name",
  "port",
]);

/** Whether another attempt may succeed; not after a timeout. */
function isTemporary(error: unknown): boolean {
  if (error instanceof errors.ClientConnectorError && LASTING.has(error.failure)) return false;
  return error instanceof errors.ClientConnectionError &&
    !(error instanceof errors.ServerTimeoutError);
}

/** Counts requests and retries in time windows. */
function allowanceOf(share: number) {
  let since = -Infinity;
  let requests = 0;
  let retries = 0;
  return {
    request(): void {
      const now = performance.now();
      if (now - since > WINDOW) {
        since = now;
        requests = retries = 0;
      }
      requests++;
    },
    retry(): boolean {
      return retries < FREE_RETRIES + requests * share && ++retries > 0;
    },
  };
}
