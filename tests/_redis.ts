/**
 * A Redis to keep sessions in (Debian's package redis-server).
 * @module
 */
import { freePort, type Running, start } from "./_process.ts";

/** Whether Redis is installed. */
export async function hasRedis(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("redis-server", { args: ["--version"] }).output();
    return success;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}

/** Starts a Redis without persistence, and waits until it is ready. */
export async function startRedis(): Promise<Running & { readonly port: number }> {
  const port = freePort();
  const redis = start(
    [
      "redis-server",
      "--port",
      `${port}`,
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--appendonly",
      "no",
    ],
  );
  await redis.waitFor(/Ready to accept connections/);
  return { ...redis, port };
}
