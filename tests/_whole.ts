/**
 * How much of a slow table runs: a part of it each time, all of it by `deno task test:whole`.
 * @module
 */

/** Whether all of every slow table runs. */
export const WHOLE: boolean = Deno.env.get("WHOLE") === "1";

/** One of every `step` items, or all of them when the tests run whole. */
export function sampled<T>(items: Iterable<T>, step: number): T[] {
  return [...items].filter((_, at) => WHOLE || at % step === 0);
}
