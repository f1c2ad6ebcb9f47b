import { OptionTable } from "../options.ts";
import { formatContentDisposition } from "../headers/content_disposition.ts";
import { isToken } from "../headers/header_params.ts";
import type { SendableBody } from "../bytes/sendable_body.ts";

/** Options of a part. */
export interface PartOptions {
  /** Field name. */
  readonly name?: string | undefined;
  /** Filename. */
  readonly filename?: string | undefined;
  /** Content type of the part. It follows from the content by default. */
  readonly contentType?: string | undefined;
  /**
   * More headers, written as given. They describe the content and do not change it: with
   * `Content-Encoding: gzip` the caller has compressed it.
   */
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
  const disposition = given.get("content-disposition") ?? dispositionOf(isForm, name, filename);
  const first: [string, string][] = [["Content-Type", contentType]];
  if (disposition !== null) first.push(["Content-Disposition", disposition]);
  if (!isForm && body.size !== null && !given.has("content-length")) {
    lines.push(["Content-Length", String(body.size)]);
  }
  return [...first, ...lines].map(formatLine).join("");
}

function dispositionOf(
  isForm: boolean,
  name: string | undefined,
  filename: string | undefined,
): string | null {
  if (isForm && name === undefined) {
    throw new TypeError("Cannot append a form-data part: it has no name");
  }
  if (name === undefined && filename === undefined) return null;
  return formatContentDisposition(isForm ? "form-data" : "attachment", {
    ...(name === undefined ? {} : { name }),
    ...(filename === undefined ? {} : { filename }),
  });
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
