import { LinkedList } from "../../http/linked_list.ts";
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
 * @returns The middleware; share it between sessions to share the limit.
 * @throws {RangeError} If `requests` is not a positive integer, or `interval` is out of range.
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
  // The last requests of each origin and their starts: another may start an interval after the oldest.
  const windows = new Map<string, LinkedList<{ start: number }>>();

  return async (request, handler) => {
    const origin = perOrigin ? request.url.origin : "";
    const now = performance.now();
    let slots = windows.get(origin);
    if (slots === undefined) {
      for (const [key, each] of windows) {
        if ([...each].every(({ start }) => start + interval <= now)) windows.delete(key);
      }
      windows.set(origin, slots = new LinkedList());
    }
    const before = slots.size < requests ? null : slots.first;
    if (before !== null) slots.delete(before);
    const earliest = (): number => before === null ? 0 : before.value.start + interval;
    const slot = { start: Math.max(now, earliest()) };
    slots.add(slot);
    // A timer may fire a fraction of a millisecond early, and the slot before may have been late.
    for (let left = earliest() - now; left > 0; left = earliest() - performance.now()) {
      await pause(Math.ceil(left), request.signal);
    }
    slot.start = performance.now();
    return await handler(request);
  };
}
