/**
 * `Range` as a slice.
 * @module
 */

/**
 * A range of bytes as a slice, the way Python writes one.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const request = web.makeRequest("GET", "/", { headers: { range: "bytes=2-4" } });
 * const { start, stop }: web.HTTPRange = request.httpRange;
 * console.assert("0123456789".slice(start ?? 0, stop ?? undefined) === "234");
 * ```
 */
export interface HTTPRange {
  /** First byte, negative to count from the end; `null` for the start. */
  readonly start: number | null;
  /** First byte that does not belong to it; `null` for the end. */
  readonly stop: number | null;
}

/**
 * Reads a `Range` header (RFC 9110 section 14.2): `bytes=0-1` is `{ start: 0, stop: 2 }`, `bytes=-5`
 * is `{ start: -5, stop: null }`.
 *
 * @param header The header, `null` where there is none.
 * @returns The slice; both ends `null` without a header.
 * @throws {RangeError} If the header is no single range of bytes.
 */
export function parseHTTPRange(header: string | null): HTTPRange {
  if (header === null) return { start: null, stop: null };
  // ASCII digits only: "٠-١" is no range
  const [, first = "", last = ""] = /^bytes=([0-9]*)-([0-9]*)$/.exec(header) ?? [];
  if (first === "" && last === "") {
    throw new RangeError(`Cannot read the Range ${JSON.stringify(header)}: expected bytes=0-99`);
  }
  if (first === "") return { start: -Number(last), stop: null };
  const start = Number(first);
  if (last === "") return { start, stop: null };
  if (start > Number(last)) {
    throw new RangeError(`Cannot read the Range ${JSON.stringify(header)}: start is after end`);
  }
  return { start, stop: Number(last) + 1 };
}
