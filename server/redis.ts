/**
 * State that processes share, in Redis or Valkey: sessions, groups, rate limits, cached responses.
 * Pass in a connected client of `@redis/client`, `ioredis` or `iovalkey`.
 *
 * @module
 */
export { type RedisCache, redisCache, type RedisCacheOptions } from "./redis/redis_cache.ts";
export type { RedisClient, RedisConnection } from "./redis/redis_client.ts";
export { redisStore } from "./redis/redis_store.ts";
export { RedisCounter, type RedisCounterOptions } from "./redis/redis_counter.ts";
export { type RedisBroker, redisBroker, type RedisBrokerOptions } from "./redis/redis_broker.ts";
