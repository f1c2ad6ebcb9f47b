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

/**
 * Starts a Redis, and waits until it is ready.
 * @param port Its port.
 * @param folder Where every write is kept; `null` for a Redis that forgets all.
 */
export async function startRedis(
  port: number = freePort(),
  folder: string | null = null,
): Promise<Running & { readonly port: number }> {
  const keeping = folder === null
    ? ["--save", "", "--appendonly", "no"]
    : ["--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", "always"];
  const redis = start(["redis-server", "--port", `${port}`, "--bind", "127.0.0.1", ...keeping]);
  await redis.waitFor(/Ready to accept connections/);
  return { ...redis, port };
}
