import { isToken } from "../headers/header_params.ts";
import { MultipartSyntaxError } from "./errors.ts";

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
