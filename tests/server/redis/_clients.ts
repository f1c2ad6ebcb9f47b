// The client libraries that the entry ./redis is for.
import { createClient } from "npm:@redis/client@^5";
import { Redis } from "npm:ioredis@^5";
import type { RedisClient, RedisConnection } from "@roundtrip/http/redis";
import { hasRedis, startRedis } from "../../_redis.ts";

/** Whether there is a Redis. */
export const HAS_REDIS: boolean = await hasRedis();
if (!HAS_REDIS) console.log("ignored: no redis-server (Debian's package redis-server)");

/** A client, with the commands of the tests themselves. */
export type Probe = RedisConnection & {
  ttl(key: string): Promise<number>;
  keys(pattern: string): Promise<string[]>;
  set(key: string, value: string): Promise<unknown>;
};

/** Sends a command. */
export async function send(
  client: RedisClient,
  name: string,
  ...words: string[]
): Promise<unknown> {
  return await ("call" in client
    ? client.call(name, ...words)
    : client.sendCommand([name, ...words]));
}

/** Each library and how to connect. */
export const CLIENTS: readonly [
  name: string,
  connect: (port: number) => Promise<[client: Probe, close: () => unknown]>,
][] = [
  ["@redis/client", async (port) => {
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    client.on("error", () => {});
    await client.connect();
    return [client, () => client.destroy()];
  }],
  ["ioredis", (port) => {
    const client = new Redis(port, "127.0.0.1");
    client.on("error", () => {});
    return Promise.resolve([client, () => client.disconnect()]);
  }],
];

/** Defines a test with a real Redis for each library. */
export function testRedis(
  name: string,
  fn: (
    client: Probe,
    library: string,
    stop: () => PromiseLike<void>,
    port: number,
  ) => Promise<void>,
): void {
  for (const [library, connect] of CLIENTS) {
    Deno.test({
      name: `${name}, by ${library}`,
      ignore: !HAS_REDIS,
      // Both libraries keep timers of their own for a while after their end.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        await using server = await startRedis();
        const [client, close] = await connect(server.port);
        try {
          await fn(client, library, () => server[Symbol.asyncDispose](), server.port);
        } finally {
          await close();
        }
      },
    });
  }
}
