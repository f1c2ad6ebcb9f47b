/**
 * Sampling of slow tables: `deno task test:whole` runs all rows.
 * @module
 */

/** Whether all rows of slow tables run. */
export const WHOLE: boolean = Deno.env.get("WHOLE") === "1";

/** One of every `step` items, or all with `deno task test:whole`. */
export function sampled<T>(items: Iterable<T>, step: number): T[] {
  return [...items].filter((_, at) => WHOLE || at % step === 0);
}
