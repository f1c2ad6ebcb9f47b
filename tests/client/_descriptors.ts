/**
 * Files and connections that this process holds.
 * @module
 */
import { assert } from "@std/assert";

/** How many there are; 0 where the system does not tell. */
export function descriptors(): number {
  return Deno.build.os === "linux" ? [...Deno.readDirSync("/proc/self/fd")].length : 0;
}

/** Waits until as many are open as before. */
export async function settled(before: number): Promise<void> {
  const end = performance.now() + 5_000;
  while (descriptors() > before) {
    assert(performance.now() < end, `${descriptors()} descriptors, ${before} before`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
