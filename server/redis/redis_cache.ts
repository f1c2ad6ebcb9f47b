import { OptionTable } from "../../http/options.ts";
import { within } from "../../http/within.ts";
import type { SessionStore } from "../sessions/keyed_storage.ts";
import { type RedisClient, redisTexts } from "./redis_client.ts";

/** Options of {@linkcode redisCache}. */
export interface RedisCacheOptions {
  /** Start of every key. @default {"roundtrip:cache:"} */
  readonly prefix?: string;
  /** Time for a reply of Redis, in ms; after it a request does not wait longer. @default {1000} */
  readonly timeout?: number;
  /** Called when Redis fails, as if nothing were cached. @default {console.error} */
  readonly onError?: (error: unknown) => void;
}

const REDIS_CACHE_OPTIONS = new OptionTable<RedisCacheOptions>({
  prefix: "a string",
  timeout: "a number",
  onError: "a function",
});

/** Texts with expiry, the store of the client's `cacheMiddleware()`. */
export type RedisCache = Omit<SessionStore, "replace">;

/**
 * Keeps cached responses in Redis, for all processes: the store of the client's
 * `cacheMiddleware()`. Limit its memory in Redis (`maxmemory`, `maxmemory-policy allkeys-lru`).
 * @param client A connected client; closing it is up to the caller.
 * @throws {TypeError} If the client can send no commands.
 * @example
 * ```ts
 * import { cacheMiddleware, ClientSession } from "@roundtrip/http";
 * import { redisCache, type RedisClient } from "@roundtrip/http/redis";
 *
 * // instead of this: new Redis() of "ioredis"
 * const client: RedisClient = { call: () => Promise.resolve(null) };
 * const middlewares = [cacheMiddleware({ store: redisCache(client), shared: true })];
 * await using session = new ClientSession({ middlewares });
 * ```
 */
export function redisCache(client: RedisClient, options: RedisCacheOptions = {}): RedisCache {
  REDIS_CACHE_OPTIONS.check("redisCache()", options);
  const { prefix = "roundtrip:cache:", timeout = 1000, onError = console.error } = options;
  const texts = redisTexts(client, prefix);
  const guarded = async <T>(work: Promise<T>): Promise<T | null> => {
    const late = () => new Error(`Redis has not answered the cache for ${timeout} ms`);
    try {
      return await within(timeout, work, late);
    } catch (error) {
      onError(error);
      return null;
    }
  };
  return {
    get: (key) => guarded(texts.get(key)),
    set: async (key, value, ttl) => void await guarded(texts.set(key, value, ttl)),
    delete: async (key) => void await guarded(texts.delete(key)),
  };
}
