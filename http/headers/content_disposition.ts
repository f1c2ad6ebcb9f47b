import { headerText, latin1Bytes, percentByte } from "./header_text.ts";
import { formatHeaderParams, parseHeaderParams } from "./header_params.ts";

/** A parsed `Content-Disposition` value (RFC 6266, RFC 7578 section 4.2). */
export interface ContentDisposition {
  /** Disposition in lower case: `attachment`, `inline`, `form-data`, … */
  readonly type: string;
  /** Parameters by lower-case name, without quotes. */
  readonly params: ReadonlyMap<string, string>;
  /** Field name, or `null`. */
  readonly name: string | null;
  /** Filename as the sender gave it, or `null`. It may hold `../`: never use it as a path. */
  readonly filename: string | null;
}

export interface ContentDispositionInit {
  readonly name?: string | undefined;
  readonly filename?: string | undefined;
}

/**
 * Parses a `Content-Disposition` value; `null` if it is missing, malformed or repeats a parameter.
 * In `form-data` (RFC 7578, WHATWG) `filename*` counts only without `filename`, and `%22`, `%0D`
 * and `%0A` are decoded; else (RFC 6266) `filename*` wins over `filename`, and that over RFC 2231.
 */
export function parseContentDisposition(header: string | null): ContentDisposition | null {
  if (header === null) return null;
  const isForm = /^\s*form-data\s*(?:;|$)/i.test(header);
  const parsed = parseHeaderParams(header, isForm);
  if (parsed === null || parsed.value === "" || /\s/.test(parsed.value)) return null;
  const params = new Map(parsed.params);
  // `name="user"; name="admin"`: two parsers would pick two fields.
  if (params.size < parsed.params.length) return null;
  const pick = isForm ? pickOfForm : pickOfOther;
  const [name, filename] = [pick(params, "name"), pick(params, "filename")];
  return { type: parsed.value, params, name, filename };
}

/**
 * Writes a `Content-Disposition` value: in `form-data` in UTF-8, with `"`, CR and LF as `%22`,
 * `%0D` and `%0A` (WHATWG HTML); elsewhere a text that is not printable ASCII twice, as a plain
 * fallback and `*=UTF-8''…` (RFC 6266 appendix D).
 */
export function formatContentDisposition(type: string, init: ContentDispositionInit = {}): string {
  if (type.toLowerCase() === "form-data") {
    let text = type;
    for (const key of KEYS) {
      const value = init[key];
      if (value !== undefined) text += `; ${key}="${encodeFormName(key, value)}"`;
    }
    return text;
  }
  const params: [string, string][] = [];
  for (const key of KEYS) {
    const value = init[key]?.toWellFormed();
    if (value === undefined) continue;
    const plain = value.replace(/[^\x20-\x7e]/g, "_");
    params.push([key, plain]);
    if (plain !== value) params.push([`${key}*`, encodeExtended(value)]);
  }
  return formatHeaderParams(type, params);
}

const KEYS = ["name", "filename"] as const;

function encodeFormName(key: string, text: string): string {
  if (text.includes("\0")) {
    throw new TypeError(`Cannot write form field ${key} ${JSON.stringify(text)}: it holds NUL`);
  }
  return text.toWellFormed().replace(/["\r\n]/g, encodeURIComponent);
}

/** For non-ASCII text aiohttp writes only `name*` and `filename*`; they override nothing then. */
function pickOfForm(params: ReadonlyMap<string, string>, key: string): string | null {
  const plain = params.get(key);
  if (plain === undefined) return extended(params.get(`${key}*`));
  return headerText(plain).replace(/%22|%0D|%0A/g, decodeURIComponent);
}

function pickOfOther(params: ReadonlyMap<string, string>, key: string): string | null {
  const value = extended(params.get(`${key}*`));
  if (value !== null) return value;
  const plain = params.get(key);
  return plain === undefined ? continued(params, key) : headerText(plain);
}

/** Joins `filename*0`, `filename*1*`, … (RFC 2231 sections 3 and 4.1). */
function continued(params: ReadonlyMap<string, string>, key: string): string | null {
  let text = "";
  let isExtended = false;
  let index = 0;
  for (;; index++) {
    const encoded = params.get(`${key}*${index}*`);
    const piece = encoded ?? params.get(`${key}*${index}`);
    if (piece === undefined) break;
    if (index === 0) isExtended = encoded !== undefined;
    // Only the first piece names a charset; plain pieces are not decoded.
    text += encoded !== undefined || !isExtended ? piece : encodeURIComponent(piece.toWellFormed());
  }
  if (index === 0) return null;
  return isExtended ? extended(text) : headerText(text);
}

/** Decodes `charset'language'percent-encoded` (RFC 8187 section 3.2); `null` if malformed. */
function extended(value: string | undefined): string | null {
  const [, charset, encoded] = value?.match(/^([^']+)'[^']*'([^']*)$/) ?? [];
  if (charset === undefined || encoded === undefined) return null;
  if (/%(?![0-9A-Fa-f]{2})|[^\x21-\x7e]/.test(encoded)) return null;
  const bytes = latin1Bytes(
    encoded.replace(/%(..)/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
  );
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null; // an unknown charset or wrong bytes: the plain parameter is used
  }
}

function encodeExtended(text: string): string {
  return `UTF-8''${encodeURIComponent(text).replace(/['()*]/g, percentByte)}`;
}
