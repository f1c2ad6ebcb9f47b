/**
 * Files and connections that this process holds.
 * @module
 */
import { until } from "./_until.ts";

/** How many there are, also of another process; 0 where the system does not tell. */
export function descriptors(pid: number | "self" = "self"): number {
  return Deno.build.os === "linux" ? [...Deno.readDirSync(`/proc/${pid}/fd`)].length : 0;
}

/** Waits until as many are open as before. */
export async function settled(before: number): Promise<void> {
  await until(
    () => descriptors() <= before,
    () => `${descriptors()} descriptors, ${before} before`,
  );
}
