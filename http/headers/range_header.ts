/**
 * `Range` as a slice.
 * @module
 */

/** A range of bytes as a slice, the way Python writes one. */
export interface HTTPRange {
  /** First byte, negative to count from the end; `null` for the start. */
  readonly start: number | null;
  /** First byte that does not belong to it; `null` for the end. */
  readonly stop: number | null;
}

/** A part of a content; both ends belong to it. */
export interface ByteRange {
  /** Offset of the first byte. */
  readonly start: number;
  /** Offset of the last byte. */
  readonly end: number;
}

const WHOLE: HTTPRange = { start: null, stop: null };

/**
 * Reads a `Range` header (RFC 9110 section 14.2): `bytes=0-1` is `{ start: 0, stop: 2 }`, `bytes=-5`
 * is `{ start: -5, stop: null }`.
 *
 * @param header The header, `null` where there is none.
 * @returns The slice; both ends `null` for the whole content: without a header, and for another unit
 * or several ranges, which a server may ignore.
 * @throws {RangeError} If the header is no range of bytes, or one that holds no byte.
 */
export function parseHTTPRange(header: string | null): HTTPRange {
  if (header === null) return WHOLE;
  // RFC 9110 section 14.1: units are case-insensitive. ASCII digits only, "٠-١" is no range.
  const [, unit = "", ranges = ""] = /^\s*([^\s=]+)=\s*(.*?)\s*$/s.exec(header) ?? [];
  if (unit !== "" && unit.toLowerCase() !== "bytes" || ranges.includes(",")) return WHOLE;
  const [, first = "", last = ""] = /^([0-9]*)-([0-9]*)$/.exec(ranges) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (first === "" ? end === 0 : last !== "" && start > end) {
    throw new RangeError(
      `Cannot read the Range ${JSON.stringify(header.slice(0, 80))}: expected bytes=0-99`,
    );
  }
  if (first === "") return { start: -end, stop: null };
  return { start, stop: last === "" ? null : end + 1 };
}

/**
 * Finds the bytes of a content that a `Range` header asks for.
 *
 * @param range What {@linkcode parseHTTPRange} gave.
 * @param size Size of the content, in bytes.
 * @returns The bytes, `null` if there are none.
 */
export function bytesOfRange({ start, stop }: HTTPRange, size: number): ByteRange | null {
  const first = start === null ? 0 : start < 0 ? Math.max(size + start, 0) : start;
  const end = Math.min(stop ?? size, size) - 1;
  return first > end ? null : { start: first, end };
}
