/**
 * State that processes share, in Redis or Valkey: sessions, groups, rate limits, cached responses.
 * Pass in a connected client of `@redis/client`, `ioredis` or `iovalkey`.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { type RedisClient, redisStore } from "@roundtrip/http/redis";
 *
 * // instead of this: await createClient().connect() of "@redis/client", or new Redis() of "ioredis"
 * const client: RedisClient = { call: () => Promise.resolve(null) };
 * const app = new web.Application();
 * web.setupSessions(app, redisStore(client, { maxAge: 3_600_000 })); // an hour
 * ```
 * @module
 */
export { type RedisCache, redisCache, type RedisCacheOptions } from "./redis/redis_cache.ts";
export type { RedisClient, RedisConnection } from "./redis/redis_client.ts";
export { redisStore } from "./redis/redis_store.ts";
export { RedisCounter, type RedisCounterOptions } from "./redis/redis_counter.ts";
export { type RedisBroker, redisBroker, type RedisBrokerOptions } from "./redis/redis_broker.ts";
