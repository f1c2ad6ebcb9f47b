// Validators of a response: `ETag` and `Last-Modified` (RFC 9110 section 8.8).
import { formatHttpDate } from "./http_date.ts";

/** An entity tag. */
export interface ETag {
  /** Value between the quotes; `*` in a condition matches any tag. */
  readonly value: string;
  /** Whether the tag only promises an equivalent body. @default {false} */
  readonly weak?: boolean;
}

// RFC 9110 section 8.8.3: any visible character but the quote.
const TAG = /^[\x21\x23-\x7e\x80-\xff]*$/;
const TAGS = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g;

/** @throws {TypeError} If the value holds an invalid character. */
export function formatETag(etag: ETag | string): string {
  const { value, weak = false } = typeof etag === "string" ? { value: etag } : etag;
  if (!TAG.test(value)) {
    const what = "it may hold no quote, blank or control character";
    throw new TypeError(`Cannot write the ETag ${JSON.stringify(value)}: ${what}`);
  }
  return `${weak ? "W/" : ""}"${value}"`;
}

/** The tags of `If-Match` or `If-None-Match`, `*` for any; malformed ones are left out. */
export function parseETags(header: string | null): readonly ETag[] {
  if (header === null) return [];
  if (header.trim() === "*") return [{ value: "*" }];
  return [...header.matchAll(TAGS)].map(([, weak, value = ""]) => ({
    value,
    weak: weak !== undefined,
  }));
}

/**
 * Sets the `ETag` of a response.
 * @param etag The tag; text is the value of a strong one, without quotes. `null` removes it.
 * @throws {TypeError} If the value holds an invalid character.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const response = web.textResponse("hello");
 * web.setETag(response, { value: "v1", weak: true });
 * console.assert(response.headers.get("etag") === 'W/"v1"');
 * ```
 */
export function setETag(response: { readonly headers: Headers }, etag: ETag | string | null): void {
  if (etag === null) response.headers.delete("etag");
  else response.headers.set("etag", formatETag(etag));
}

/**
 * Sets the `Last-Modified` of a response.
 * @param date Time of the last change, rounded up to seconds. `null` removes it.
 * @throws {RangeError} If the date is not valid.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const response = web.textResponse("hello");
 * web.setLastModified(response, new Date(0));
 * console.assert(response.headers.get("last-modified") === "Thu, 01 Jan 1970 00:00:00 GMT");
 * ```
 */
export function setLastModified(response: { readonly headers: Headers }, date: Date | null): void {
  if (date === null) response.headers.delete("last-modified");
  else response.headers.set("last-modified", formatHttpDate(date));
}
