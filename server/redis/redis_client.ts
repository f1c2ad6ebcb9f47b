import type { SessionStore } from "../sessions/keyed_storage.ts";

/** A Redis client that the application has connected: `ioredis`, `iovalkey` or `@redis/client`. */
export type RedisClient =
  | {
    /** Sends a command; `ioredis` and `iovalkey` have it. */
    call(command: string, ...words: string[]): Promise<unknown>;
  }
  | {
    /** Sends a command; `@redis/client` has it. */
    sendCommand(words: readonly string[]): Promise<unknown>;
  };

export type RedisCommand = (command: string, ...words: string[]) => Promise<unknown>;

export function commandOf(client: RedisClient): RedisCommand {
  if (typeof client === "object" && client !== null) {
    if ("call" in client) return (command, ...words) => client.call(command, ...words);
    if ("sendCommand" in client) return (...words) => client.sendCommand(words);
  }
  throw new TypeError(
    "Cannot use Redis: expected a connected client of @redis/client or ioredis, with " +
      "sendCommand() or call()",
  );
}

/** A client that can open another connection like its own. */
export type RedisConnection = RedisClient & {
  /** Makes a client with the same options; one of `@redis/client` is not connected yet. */
  duplicate(): RedisConnection;
  /** Connects; only called for `@redis/client`. */
  connect?(): Promise<unknown>;
  /** Listens for `error`, `close` and `end`. */
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  /** Closes the connection at once, in `ioredis`. */
  disconnect?(): unknown;
  /** Closes the connection at once, in `@redis/client`. */
  destroy?(): unknown;
};

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
