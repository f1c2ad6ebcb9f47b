/**
 * Trying again.
 * @module
 */
import { ClientConnectionError, ServerTimeoutError } from "./connection_errors.ts";
import type { ClientMiddleware } from "./middleware.ts";
import type { ClientRequest } from "./request.ts";
import { discard, type HopResult } from "./transport.ts";

/** What {@linkcode retryMiddleware} takes. */
export interface RetryOptions {
  /** How often a hop is repeated after the first attempt. @default {2} */
  readonly retries?: number;
  /** Methods that are repeated. @default {["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY"]} */
  readonly methods?: Iterable<string>;
  /** Statuses that are a reason to. @default {[408, 413, 429, 500, 502, 503, 504]} */
  readonly statuses?: Iterable<number>;
  /** First pause in ms; each further one is twice as long. @default {300} */
  readonly backoff?: number;
  /** Longest pause in ms; a `Retry-After` beyond it ends the tries. @default {30000} */
  readonly maxBackoff?: number;
  /**
   * Most repetitions in any 10 s, over all requests of this middleware, as a share of the requests
   * in that time, 10 being free: so that a server in trouble is not given twice the work.
   * @default {1}
   */
  readonly budget?: number;
  /** Gives a number from 0 to 1 for the jitter. @default {Math.random} */
  readonly random?: () => number;
}

const METHODS = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY"];
const STATUSES = [408, 413, 429, 500, 502, 503, 504];
const WINDOW = 10_000;
const FREE_RETRIES = 10;

/**
 * Repeats a hop that failed: no connection, no reply, or a status that says "later". It waits
 * `Retry-After` if the server says so (RFC 9110 section 10.2.3), else a random time up to
 * `backoff * 2^n`. A body that can be sent only once is never repeated, nor is a request whose
 * limits of time leave no room for the pause.
 *
 * @param options How often, when, how long in between.
 * @returns The middleware; share one among sessions to share its budget.
 * @throws {RangeError} If a number is negative.
 *
 * @example
 * ```ts
 * import { ClientSession, retryMiddleware } from "@roundtrip/http";
 *
 * let calls = 0;
 * const app = { fetch: () => new Response("ok", { status: ++calls < 3 ? 503 : 200 }) };
 * const retry = retryMiddleware({ retries: 3, backoff: 1 });
 * await using session = new ClientSession({ app, middlewares: [retry] });
 * await using response = await session.get("/");
 * console.assert(response.status === 200 && calls === 3);
 * ```
 */
export function retryMiddleware(options: RetryOptions = {}): ClientMiddleware {
  const { retries = 2, backoff = 300, maxBackoff = 30_000, budget = 1 } = options;
  for (const [name, value] of Object.entries({ retries, backoff, maxBackoff, budget })) {
    if (!(value >= 0)) {
      throw new RangeError(`Cannot retry: ${name} is ${value}, expected 0 or more`);
    }
  }
  const methods = new Set(options.methods ?? METHODS);
  const statuses = new Set(options.statuses ?? STATUSES);
  const random = options.random ?? Math.random;
  const allowance = new Allowance(budget);

  return async (request, handler) => {
    allowance.request();
    const repeatable = methods.has(request.method) &&
      (request.payload === null || request.payload.replayable);
    for (let attempt = 0;; attempt++) {
      let result: HopResult | null = null;
      let failure: unknown = null;
      try {
        result = await handler(attempt === 0 ? request : request.with({}));
        if (!statuses.has(result.status)) return result;
      } catch (error) {
        if (!isTemporary(error) || request.signal.aborted) throw error;
        failure = error;
      }
      const asked = result === null ? null : retryAfter(result.headers, Date.now());
      const pause = asked ?? random() * Math.min(maxBackoff, backoff * 2 ** attempt);
      const goesOn = repeatable && attempt < retries && pause <= maxBackoff &&
        pause < request.remaining && allowance.retry();
      if (!goesOn) {
        if (result === null) throw failure;
        return result;
      }
      if (result !== null) discard(result);
      await wait(pause, request);
    }
  };
}

/**
 * Reads `Retry-After`.
 *
 * @param headers Headers of a reply.
 * @param now The time now, in ms since 1970.
 * @returns Time to wait in ms, `null` where the header is missing or not valid.
 */
export function retryAfter(headers: Headers, now: number): number | null {
  const value = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  // Date.parse takes "5.5" and "-1" for dates; an HTTP-date begins with its day.
  const date = /^[A-Z][a-z]{2}/.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

/** A failure that another attempt may not meet; a limit that has passed is none. */
function isTemporary(error: unknown): boolean {
  return error instanceof ClientConnectionError && !(error instanceof ServerTimeoutError);
}

async function wait(ms: number, { signal }: ClientRequest): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

/** Counts requests and repetitions in windows of time. */
class Allowance {
  readonly #share: number;
  #since = -Infinity;
  #requests = 0;
  #retries = 0;

  constructor(share: number) {
    this.#share = share;
  }

  request(): void {
    const now = performance.now();
    if (now - this.#since > WINDOW) {
      this.#since = now;
      this.#requests = this.#retries = 0;
    }
    this.#requests++;
  }

  retry(): boolean {
    if (this.#retries >= FREE_RETRIES + this.#requests * this.#share) return false;
    this.#retries++;
    return true;
  }
}
