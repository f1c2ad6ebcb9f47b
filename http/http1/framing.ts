// Message body length (RFC 9112 section 6.3).
import { parseLength } from "../headers/content_length.ts";
import type { HeaderFields } from "./header_fields.ts";
import type { ReplyHead, RequestHead } from "./head.ts";
import { HttpSyntaxError } from "./head_rules.ts";

/** Framing of a body: its length in bytes, or one of the other two. */
export type Framing = number;

export const CHUNKED: Framing = -1;
/** The body ends with the connection; replies only. */
export const UNTIL_CLOSE: Framing = -2;

/** Determines the framing of a reply's body, 0 without one. */
export function replyFraming(head: ReplyHead, method: string): Framing {
  if (!mayHaveBody(head.status, method)) return 0;
  return framingOf(head.fields, false) ?? UNTIL_CLOSE;
}

export function requestFraming({ fields, minor }: RequestHead): Framing {
  const framing = framingOf(fields, true) ?? 0;
  // RFC 9112 section 6.1: in HTTP/1.0, a gateway did not understand it.
  if (framing === CHUNKED && minor === 0) {
    throw new HttpSyntaxError("Transfer-Encoding in HTTP/1.0");
  }
  return framing;
}

/** Whether the connection can be reused after this exchange (RFC 9112 section 9.3). */
export function persists({ fields, minor }: ReplyHead | RequestHead): boolean {
  const connection = fields.get("connection");
  if (connection === null) return minor === 1;
  return minor === 1 ? !hasToken(connection, "close") : hasToken(connection, "keep-alive");
}

/** The same for a reply, whose body may forbid it. */
export function replyPersists(head: ReplyHead, method: string, framing: Framing): boolean {
  const { status, minor, fields } = head;
  if (framing === UNTIL_CLOSE || status === 101) return false;
  if (method === "CONNECT" && status >= 200 && status < 300) return false;
  // RFC 9112 section 6.1: faulty; close the connection afterwards.
  if (minor === 0 && fields.has("transfer-encoding")) return false;
  // A body where none is allowed: its bytes may or may not follow.
  if (framing === 0 && (status === 204 || status < 200)) {
    if (fields.has("transfer-encoding") || (fields.get("content-length") ?? "0") !== "0") {
      return false;
    }
  }
  return persists(head);
}

/** Whether a list of tokens contains one, ignoring case. */
export function hasToken(list: string, token: string): boolean {
  if (list.length === token.length) return list.toLowerCase() === token;
  return list.toLowerCase().split(",").some((each) => each.trim() === token);
}

/** The fault of transfer codings, of status `unknown` for one unknown; `null` for `chunked`. */
export function codingFault(
  codings: string,
  hasLength: boolean,
  unknown: 400 | 501,
): HttpSyntaxError | null {
  // RFC 9112 section 6.1 lets the coding win. Not every proxy does, so both are refused.
  if (hasLength) return new HttpSyntaxError("Content-Length beside Transfer-Encoding");
  if (codings === "chunked") return null;
  const line = `Transfer-Encoding: ${codings}`;
  const names = codings.toLowerCase().split(",").map((each) => each.trim());
  // RFC 9112 section 6.3, rule 4: the end of the body is unknown.
  if (names.pop() !== "chunked") return new HttpSyntaxError("chunked is not the last coding", line);
  // RFC 9112 section 6.1: chunked more than once.
  if (names.includes("chunked")) return new HttpSyntaxError("chunked more than once", line);
  if (names.includes("")) return new HttpSyntaxError("a transfer coding without a name", line);
  return names.length === 0
    ? null
    : new HttpSyntaxError("an unknown transfer coding", line, unknown);
}

/** Whether a reply may have a body: RFC 9110 section 6.4.1, RFC 9112 section 6.3, rules 1 and 2. */
export function mayHaveBody(status: number, method: string): boolean {
  if (status < 200 || status === 204 || status === 304 || method === "HEAD") return false;
  return method !== "CONNECT" || status >= 300;
}

function framingOf(fields: HeaderFields, isRequest: boolean): Framing | null {
  const hasLength = fields.has("content-length");
  if (fields.has("transfer-encoding")) {
    const codings = fields.get("transfer-encoding") ?? "";
    const fault = codingFault(codings, hasLength, isRequest ? 501 : 400);
    if (fault !== null) throw fault;
    return CHUNKED;
  }
  return hasLength ? lengthOf(fields.get("content-length") ?? "", isRequest) : null;
}

/** RFC 9112 section 6.3, rule 5: equal lengths are one in a reply; a request may have only one. */
function lengthOf(list: string, isRequest: boolean): number {
  const length = isRequest && list.includes(",") ? null : parseLength(list);
  if (length !== null) return length;
  throw new HttpSyntaxError("a length that is not one number", `Content-Length: ${list}`);
}
