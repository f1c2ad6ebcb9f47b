/**
 * Sampling of slow tables: `deno task test:whole` runs all rows.
 * @module
 */

/** Whether all rows of slow tables run. */
export const WHOLE: boolean = Deno.env.get("WHOLE") === "1";

/** A number of random cases: a fifth of it, or all with `deno task test:whole`. */
export function scaled(count: number): number {
  return WHOLE ? count : Math.ceil(count / 5);
}

/** One of every `step` items, or all with `deno task test:whole`. */
export function sampled<T>(items: Iterable<T>, step: number): T[] {
  return [...items].filter((_, at) => WHOLE || at % step === 0);
}

/** Bytes of headers: controls, delimiters and ends of ranges, or all 256 with `deno task test:whole`. */
export const HEADER_BYTES: readonly number[] = [...Array(256).keys()].filter((byte) =>
  WHOLE || byte <= 0x20 || "az09%\"'(),/:;<=>?@[\\]{}~\x7f\x80\x85\xa0\xff".includes(
    String.fromCharCode(byte),
  )
);
