/**
 * Ranges of bytes (RFC 9110 section 14.1.2).
 * @module
 */

/** A part of a content; both ends belong to it. */
export interface ByteRange {
  /** Offset of the first byte. */
  readonly start: number;
  /** Offset of the last byte. */
  readonly end: number;
}

/**
 * Reads a `Range` header that asks for one range.
 *
 * @param header The header.
 * @param size Size of the content, in bytes.
 * @returns The range within the content; `null` for one that lies outside, is malformed, has
 * another unit, or for several ranges, which aiohttp answers with `416` too.
 */
export function parseRange(header: string, size: number): ByteRange | null {
  // \d is ASCII only in JavaScript: Arabic digits are no digits here (CVE-2025-69225).
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header.trim());
  if (match === null) return null;
  const [, first = "", last = ""] = match;
  if (first === "") {
    const count = Math.min(Number(last), size);
    return count === 0 ? null : { start: size - count, end: size - 1 };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? null : { start, end };
}
