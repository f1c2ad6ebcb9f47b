/** A byte range as a Python-style slice. */
export interface HTTPRange {
  /** First byte, negative to count from the end; `null` for the start. */
  readonly start: number | null;
  /** Offset after the last byte; `null` for the end. */
  readonly stop: number | null;
}

/** A byte range; both ends are included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const WHOLE: HTTPRange = { start: null, stop: null };

/**
 * Reads a `Range` header (RFC 9110 section 14.2): `bytes=0-1` is `{ start: 0, stop: 2 }`,
 * `bytes=-5` is `{ start: -5, stop: null }`; both are `null` without it, for another unit, or for
 * several ranges, which a server may ignore.
 */
export function parseHTTPRange(header: string | null): HTTPRange {
  if (header === null) return WHOLE;
  // RFC 9110 section 14.1: units are case-insensitive. Digits are ASCII only, not "٠-١".
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

/** The bytes of a range in content of `size` bytes, or `null`. */
export function bytesOfRange({ start, stop }: HTTPRange, size: number): ByteRange | null {
  const first = start === null ? 0 : start < 0 ? Math.max(size + start, 0) : start;
  const end = Math.min(stop ?? size, size) - 1;
  return first > end ? null : { start: first, end };
}
