import { RecentMap } from "../../http/recent_map.ts";

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
