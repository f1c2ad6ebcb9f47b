/**
 * Waiting for what happens elsewhere.
 * @module
 */
import { assert } from "@std/assert";

/**
 * Waits until a condition holds, for at most 20 s, as the machine may be busy.
 *
 * @param holds The condition.
 * @param message Says what is wrong if it never holds.
 */
export async function until(
  holds: () => boolean,
  message: () => string = () => "it never was so",
): Promise<void> {
  const end = performance.now() + 20_000;
  while (!holds()) {
    assert(performance.now() < end, message());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
