/**
 * `Content-Disposition` as a response carries it (RFC 6266).
 * @module
 */
import { parse } from "content-disposition";

/** A parsed `Content-Disposition` header. */
export interface ContentDisposition {
  /** `attachment`, `inline` or another type, in lower case. */
  readonly type: string;
  /** Parameters by name, as they stand in the header and decoded. */
  readonly parameters: ReadonlyMap<string, string>;
  /**
   * File name, `filename*` before `filename`; `null` without one. It is what the server says: it may
   * hold `../`, so never use it as a path.
   */
  readonly filename: string | null;
}

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * Parses a `Content-Disposition` header value.
 *
 * @param header The header, `null` where there was none.
 * @returns Type, parameters and file name; `null` where there is none, or it is malformed.
 */
export function parseContentDisposition(header: string | null): ContentDisposition | null {
  if (header === null) return null;
  const { type, parameters } = parse(header);
  if (!TOKEN.test(type)) return null;
  const map = new Map(Object.entries(parameters));
  return { type: type.toLowerCase(), parameters: map, filename: map.get("filename") ?? null };
}
