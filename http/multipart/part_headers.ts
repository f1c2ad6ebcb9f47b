import { OptionTable } from "../options.ts";
import { formatContentDisposition } from "../headers/content_disposition.ts";
import { isToken } from "../headers/header_params.ts";
import type { SendableBody } from "../bytes/sendable_body.ts";
import { MultipartSyntaxError } from "./errors.ts";

/** Options of a part. */
export interface PartOptions {
  /** Field name. */
  readonly name?: string | undefined;
  /** Filename. */
  readonly filename?: string | undefined;
  /** Content type of the part. It follows from the content by default. */
  readonly contentType?: string | undefined;
  /** More headers, written as given: for `Content-Encoding` the caller has compressed it. */
  readonly headers?: Iterable<readonly [name: string, value: string]> | {
    readonly [name: string]: string;
  } | undefined;
}

export const PART_OPTIONS = new OptionTable<PartOptions>({
  name: "a string",
  filename: "a string",
  contentType: "a string",
  headers: "a map or a list of pairs",
});

/** RFC 7578 section 4.8 forbids other headers in form-data; these change how it is read. */
const NOT_IN_FORMS: ReadonlySet<string> = new Set([
  "content-encoding",
  "content-length",
  "content-transfer-encoding",
]);

/** Writes the header lines of a part, `Content-Type` first as aiohttp does. */
export function formatPartHeaders(
  subtype: string,
  body: SendableBody,
  options: PartOptions,
): string {
  const isForm = subtype === "form-data";
  const lines: [name: string, value: string][] = [];
  const given = new Map<string, string>();
  const { headers = {}, name, filename } = options;
  for (const [key, value] of Symbol.iterator in headers ? headers : Object.entries(headers)) {
    const lower = key.toLowerCase();
    if (isForm && NOT_IN_FORMS.has(lower)) {
      throw new TypeError(`Cannot write part header "${key}": form-data does not allow it`);
    }
    given.set(lower, value);
    if (lower !== "content-type" && lower !== "content-disposition") lines.push([key, value]);
  }
  const contentType = options.contentType ?? given.get("content-type") ?? body.contentType;
  const first: [string, string][] = [["Content-Type", contentType]];
  const own = given.get("content-disposition");
  if (own === undefined && isForm && name === undefined) {
    throw new TypeError("Cannot append a form-data part: it has no name");
  }
  if (own !== undefined || name !== undefined || filename !== undefined) {
    const type = isForm ? "form-data" : "attachment";
    const disposition = own ?? formatContentDisposition(type, { name, filename });
    first.push(["Content-Disposition", disposition]);
  }
  if (!isForm && body.size !== null && !given.has("content-length")) {
    lines.push(["Content-Length", String(body.size)]);
  }
  return [...first, ...lines].map(formatLine).join("");
}

function formatLine([name, value]: readonly [string, string]): string {
  if (!isToken(name)) {
    throw new TypeError(`Cannot write part header ${JSON.stringify(name)}: not a header name`);
  }
  // "a\r\nX-Admin: 1" would inject a header, "\r\n\r\n" end them all.
  if (/[\r\n\0]/.test(value)) {
    throw new TypeError(
      `Cannot write part header "${name}": ${JSON.stringify(value)} holds CR, LF or NUL`,
    );
  }
  return `${name}: ${value.toWellFormed()}\r\n`;
}

// If one of these is repeated, two parsers may each use another one.
const SINGLETONS: ReadonlySet<string> = new Set([
  "content-disposition",
  "content-encoding",
  "content-transfer-encoding",
  "content-type",
]);

/** Parses the header lines of a part (RFC 2046 section 5.1, RFC 5322 section 2.2). */
export function parsePartHeaders(lines: readonly string[]): Headers {
  const unfolded: string[] = [];
  for (const line of lines) {
    const isFolded = line.startsWith(" ") || line.startsWith("\t");
    const last = unfolded.length - 1;
    if (!isFolded) unfolded.push(line);
    else if (last >= 0) unfolded[last] += ` ${line.trim()}`;
    else throw new MultipartSyntaxError("Cannot read part headers: the first line is folded");
  }
  const headers = new Headers();
  for (const line of unfolded) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0));
    // A blank before the colon hides the header from some parsers.
    if (!isToken(name)) {
      throw new MultipartSyntaxError(`Cannot read part header ${quoted(line)}: no valid name`);
    }
    if (/[\0\r\n]/.test(line)) {
      throw new MultipartSyntaxError(`Cannot read part header ${quoted(name)}: NUL or bare CR`);
    }
    if (SINGLETONS.has(name.toLowerCase()) && headers.has(name)) {
      throw new MultipartSyntaxError(`Cannot read part header ${quoted(name)}: it comes twice`);
    }
    headers.append(name, line.slice(colon + 1));
  }
  return headers;
}

/** Text of the sender for an error message: cut, and without control characters. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
