import { KeyedStorage } from "../sessions/keyed_storage.ts";
import type { SessionCookieOptions, SessionStorage } from "../sessions/session_storage.ts";
import { type RedisClient, redisTexts } from "./redis_client.ts";

/**
 * Stores sessions in Redis, with the keys (`AIOHTTP_SESSION_` and the id) and the format of
 * aiohttp_session's `RedisStorage`, so that they can be shared with Python. With `maxAge`, Redis
 * expires them, and every use extends them unless `sliding` is `false`.
 * @param client A connected client; closing it is up to the caller.
 * @throws {TypeError} If the client can send no commands.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { type RedisClient, redisStore } from "@roundtrip/http/redis";
 *
 * // instead of this: await createClient().connect() of "@redis/client"
 * const client: RedisClient = { sendCommand: () => Promise.resolve(null) };
 * const sessions = web.sessionMiddleware(redisStore(client, { maxAge: 3_600_000, secure: true }));
 * ```
 */
export function redisStore(
  client: RedisClient,
  options: SessionCookieOptions = {},
): SessionStorage {
  return new KeyedStorage(redisTexts(client, ""), { sliding: true, ...options });
}
