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

/** Sends a command and returns the reply. */
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
