import type { RateLimitResult, RateLimitStore } from "../guards/rate_limit.ts";
import { createHash } from "node:crypto";
import { OptionTable } from "../../http/options.ts";
import { commandOf, type RedisClient, type RedisCommand } from "./redis_client.ts";

/** Options of {@linkcode RedisCounter}. */
export interface RedisCounterOptions {
  /**
   * `fixed` windows begin with a key's first request, so twice the limit can pass within a window's
   * length; of `sliding` ones never, with 10 bytes for each request. @default {"fixed"}
   */
  readonly window?: "fixed" | "sliding";
  /** Start of every key. @default {"roundtrip:limit:"} */
  readonly prefix?: string;
}

const REDIS_COUNTER_OPTIONS = new OptionTable<RedisCounterOptions>({
  window: "a string",
  prefix: "a string",
});

// KEYS: the counter. ARGV: limit, window in ms. Returns: allowed, remaining, ms until the next one.
const SCRIPTS: Readonly<Record<string, string>> = {
  fixed: `
local left = redis.call('PTTL', KEYS[1])
local count = left > 0 and tonumber(redis.call('GET', KEYS[1])) or 0
if left <= 0 then left = tonumber(ARGV[2]) end
if count >= tonumber(ARGV[1]) then return {0, 0, left} end
if count == 0 then redis.call('SET', KEYS[1], 1, 'PX', ARGV[2]) else redis.call('INCR', KEYS[1]) end
return {1, ARGV[1] - count - 1, left}`,
  // A list of the times of the requests that passed, oldest first.
  sliding: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local oldest = tonumber(redis.call('LINDEX', KEYS[1], 0))
while oldest and oldest <= now - ARGV[2] do
  redis.call('LPOP', KEYS[1])
  oldest = tonumber(redis.call('LINDEX', KEYS[1], 0))
end
local count = redis.call('LLEN', KEYS[1])
if count >= tonumber(ARGV[1]) then return {0, 0, oldest + ARGV[2] - now} end
redis.call('RPUSH', KEYS[1], string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {1, ARGV[1] - count - 1, (oldest or now) + ARGV[2] - now}`,
};

/**
 * Counts rate limits in Redis, for all processes together: the `store` of `web.rateLimit()`. Each
 * request is one script, which is atomic and takes one round trip; the clock is that of Redis.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { type RedisClient, RedisCounter } from "@roundtrip/http/redis";
 *
 * // instead of this: new Redis() of "ioredis"; it answers as the script would
 * const client: RedisClient = { call: () => Promise.resolve([1, 99, 60_000]) };
 * const store = new RedisCounter(client, { window: "sliding" });
 * const limit = web.rateLimit({ limit: 100, window: 60_000, store });
 * ```
 */
export class RedisCounter implements RateLimitStore {
  readonly #command: RedisCommand;
  readonly #script: string;
  readonly #hash: string;
  readonly #prefix: string;

  /** Takes a connected client; closing it is up to the caller. @throws {TypeError} For others. */
  constructor(client: RedisClient, options: RedisCounterOptions = {}) {
    REDIS_COUNTER_OPTIONS.check("new RedisCounter", options);
    const { window = "fixed", prefix = "roundtrip:limit:" } = options;
    const script = SCRIPTS[window];
    if (script === undefined) {
      throw new TypeError(`new RedisCounter: "window" is "fixed" or "sliding", got "${window}"`);
    }
    this.#command = commandOf(client);
    this.#script = script;
    this.#hash = createHash("sha1").update(script).digest("hex");
    this.#prefix = prefix;
  }

  /** Counts a request: `limit` of them in `window` ms. */
  async take(key: string, limit: number, window: number): Promise<RateLimitResult> {
    const words = ["1", this.#prefix + key, `${limit}`, `${Math.ceil(window)}`];
    let reply: unknown;
    try {
      reply = await this.#command("EVALSHA", this.#hash, ...words);
    } catch (error) { // the first time, and after a restart of Redis
      if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
      reply = await this.#command("EVAL", this.#script, ...words);
    }
    const [allowed, remaining, reset] = (reply as unknown[]).map(Number);
    return { allowed: allowed === 1, remaining: remaining ?? 0, reset: reset ?? window };
  }
}
