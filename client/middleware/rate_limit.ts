import { OptionTable } from "../../http/options.ts";
import type { ClientMiddleware } from "../hop/middleware.ts";
import { pause } from "./abortable_delay.ts";

/** Options of {@linkcode rateLimitMiddleware}. */
export interface RateLimitOptions {
  /** Maximum number of requests in any `interval`. */
  readonly requests: number;
  /** Length of the interval in ms, finite. @default {1000} */
  readonly interval?: number | undefined;
  /** Whether each origin has its own limit. @default {true} */
  readonly perOrigin?: boolean | undefined;
}

const RATE_LIMIT_OPTIONS = new OptionTable<RateLimitOptions>({
  requests: "a number",
  interval: "a number",
  perOrigin: "true or false",
}, { limit: 'Write "requests"', max: 'Write "requests"', window: 'Write "interval", in ms' });

/**
 * Delays hops, first in first out, so that no sliding `interval` has more than `requests` of them.
 * The delay counts towards `timeout.total`. A request aborted while it waits still uses its slot.
 * @param options Options.
 * @returns The middleware; share it between sessions to share the limit.
 * @throws {RangeError} If `requests` is not a positive integer, or `interval` is negative or not
 * finite.
 *
 * @example
 * ```ts
 * import { ClientSession, rateLimitMiddleware } from "@roundtrip/http";
 *
 * const app = { fetch: () => new Response("ok") };
 * const limit = rateLimitMiddleware({ requests: 2, interval: 50 });
 * await using session = new ClientSession({ app, middlewares: [limit] });
 * const start = performance.now();
 * for (let i = 0; i < 3; i++) await (await session.get("http://api.example/")).release();
 * console.assert(performance.now() - start >= 49);
 * ```
 */
export function rateLimitMiddleware(options: RateLimitOptions): ClientMiddleware {
  RATE_LIMIT_OPTIONS.check("rateLimitMiddleware()", options);
  const { requests, interval = 1000, perOrigin = true } = options;
  if (!Number.isSafeInteger(requests) || requests < 1) {
    throw new RangeError(`Cannot limit to ${requests} requests: expected a whole number from 1 on`);
  }
  if (!(interval >= 0 && interval < Infinity)) {
    throw new RangeError(`Cannot limit requests in ${interval} ms: expected 0 or more, finite`);
  }
  const windows = new Map<string, SlidingWindow>();

  return async (request, handler) => {
    const origin = perOrigin ? request.url.origin : "";
    const now = performance.now();
    let window = windows.get(origin);
    if (window === undefined) {
      for (const [key, each] of windows) if (each.isOver(now)) windows.delete(key);
      windows.set(origin, window = new SlidingWindow(requests, interval));
    }
    const slot = window.reserve(now);
    // A timer may fire a fraction of a millisecond early, and the slot before may have been late.
    for (let left = slot.earliest() - now; left > 0; left = slot.earliest() - performance.now()) {
      await pause(Math.ceil(left), request.signal);
    }
    slot.start = performance.now();
    return await handler(request);
  };
}

/** A request's place in a window. */
class Slot {
  /** Time at which it starts, or is expected to start. */
  start: number;
  readonly #before: Slot | undefined;
  readonly #interval: number;

  constructor(now: number, before: Slot | undefined, interval: number) {
    this.#before = before;
    this.#interval = interval;
    this.start = Math.max(now, this.earliest());
  }

  /** One interval after the start of the request that had the place before. */
  earliest(): number {
    return this.#before === undefined ? 0 : this.#before.start + this.#interval;
  }
}
/** The last requests; another may start one interval after the oldest. */
class SlidingWindow {
  readonly #slots: Slot[] = [];
  readonly #size: number;
  readonly #interval: number;
  #oldest = 0;

  constructor(size: number, interval: number) {
    this.#size = size;
    this.#interval = interval;
  }

  reserve(now: number): Slot {
    const slot = new Slot(now, this.#slots[this.#oldest], this.#interval);
    this.#slots[this.#oldest] = slot;
    this.#oldest = (this.#oldest + 1) % this.#size;
    return slot;
  }

  /** Whether all its requests are older than the interval. */
  isOver(now: number): boolean {
    return this.#slots.every(({ start }) => start + this.#interval <= now);
  }
}
