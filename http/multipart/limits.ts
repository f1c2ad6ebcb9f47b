/**
 * How much of anything a multipart body may hold.
 * @module
 */
import { type OptionKinds, OptionTable } from "../options.ts";

/**
 * The limits of a multipart reader. Each is finite unless the caller sets it to `Infinity`;
 * docs/limits.md has them all in one table.
 */
export interface MultipartLimits {
  /**
   * Most parts, those of nested multiparts included. A part of four bytes still costs a header
   * table and a promise, so that a million of them is an attack on the CPU.
   * @default {1000}
   */
  readonly maxParts: number;
  /**
   * Most bytes that `read()`, `text()`, `json()`, `form()` and `readLine()` hold in memory, before
   * and after decoding. A form-data part without a filename has no more than this whichever way
   * it is read, skipped included.
   * @default {1048576}
   */
  readonly maxFieldSize: number;
  /**
   * Most bytes of any other part, as it is streamed. Guards the disk, not the memory.
   * @default {2147483648}
   */
  readonly maxFileSize: number;
  /**
   * Most bytes of the whole body, delimiters and headers included.
   * @default {4294967296}
   */
  readonly maxTotalSize: number;
  /**
   * Most headers in one part; browsers send two.
   * @default {16}
   */
  readonly maxHeaders: number;
  /**
   * Most bytes of one part's headers, line ends included, the blank line not. They are held in
   * memory until they are complete.
   * @default {8192}
   */
  readonly maxHeaderSize: number;
  /**
   * Most characters in the boundary. RFC 2046 section 5.1.1 gives 70; the delimiter is what the
   * reader holds back at the end of each piece. More than 250 are never accepted.
   * @default {70}
   */
  readonly maxBoundaryLength: number;
  /**
   * Most bytes before the first delimiter, which mean nothing in HTTP.
   * @default {8192}
   */
  readonly maxPreambleSize: number;
  /**
   * Most bytes after the closing delimiter and its line end, which mean nothing in HTTP.
   * @default {8192}
   */
  readonly maxEpilogueSize: number;
  /**
   * Most bytes in a field name, and in a filename, as they stand in the header.
   * @default {1024}
   */
  readonly maxNameLength: number;
  /**
   * Deepest multipart that is opened; the outermost counts as 1. Each level scans the bytes
   * beneath it once more.
   * @default {3}
   */
  readonly maxDepth: number;
  /**
   * Longest time spent waiting for the sender over the whole body, in milliseconds. Time that the
   * caller spends between reads does not count. Half an hour is 2 GiB at 10 Mbit/s; without it a
   * byte a minute would hold a handler for ever.
   * @default {1800000}
   */
  readonly maxDuration: number;
}

const MIB = 1024 * 1024;

const DEFAULTS: MultipartLimits = Object.freeze({
  maxParts: 1000,
  maxFieldSize: MIB,
  maxFileSize: 2048 * MIB,
  maxTotalSize: 4096 * MIB,
  maxHeaders: 16,
  maxHeaderSize: 8192,
  maxBoundaryLength: 70,
  maxPreambleSize: 8192,
  maxEpilogueSize: 8192,
  maxNameLength: 1024,
  maxDepth: 3,
  maxDuration: 30 * 60 * 1000,
});

/** Names and types of {@linkcode MultipartLimits}: all of them are numbers. */
export const MULTIPART_LIMITS = new OptionTable<Partial<MultipartLimits>>(
  Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, "a number"])) as OptionKinds<
    MultipartLimits
  >,
);

/**
 * Completes limits with their defaults.
 *
 * @param limits The limits that differ from the defaults; other properties are ignored.
 * @throws {RangeError} If a limit is negative or not a number.
 */
export function resolveMultipartLimits(limits: Partial<MultipartLimits> = {}): MultipartLimits {
  const resolved: { -readonly [option in keyof MultipartLimits]: number } = { ...DEFAULTS };
  for (const option of Object.keys(DEFAULTS) as (keyof MultipartLimits)[]) {
    const value = limits[option] ?? DEFAULTS[option];
    if (typeof value !== "number" || !(value >= 0)) {
      throw new RangeError(`Cannot limit ${option} to ${value}: expected a number of at least 0`);
    }
    resolved[option] = value;
  }
  return Object.freeze(resolved);
}
