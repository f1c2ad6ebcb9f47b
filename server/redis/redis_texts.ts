import type { SessionStore } from "../sessions/keyed_storage.ts";
import { commandOf, type RedisClient } from "./redis_client.ts";

/** Texts with expiry in Redis, one command each. */
export function redisTexts(client: RedisClient, prefix: string): Required<SessionStore> {
  const command = commandOf(client);
  const set = async (key: string, value: string, ttl: number | null, ...words: string[]) => {
    // PX takes whole milliseconds except 0; such a text expires at once.
    if (ttl !== null && ttl <= 0) return await command("DEL", prefix + key) !== 0;
    const expiry = ttl === null ? [] : ["PX", `${Math.ceil(ttl)}`];
    return await command("SET", prefix + key, value, ...expiry, ...words) !== null;
  };
  return {
    async get(key) {
      const text = await command("GET", prefix + key);
      return text === null ? null : String(text);
    },
    set: async (key, value, ttl) => void await set(key, value, ttl),
    replace: (key, value, ttl) => set(key, value, ttl, "XX"),
    delete: async (key) => void await command("DEL", prefix + key),
  };
}
