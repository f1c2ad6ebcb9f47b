// Heads of HTTP/1.1 messages (RFC 9112 sections 2 to 5).
import { latin1 } from "../bytes/latin1.ts";
import { percentByte } from "../headers/header_text.ts";
import {
  DEFAULT_HEAD_LIMITS,
  type HeadLimits,
  HttpSyntaxError,
  IS_TARGET,
  IS_TOKEN,
  IS_VALUE,
} from "./head_rules.ts";
import { type HeaderFields, lineError, parseFields } from "./header_fields.ts";

const CR = 13;
const LF = 10;
const BLANK = 32;
const ZERO = 48;

export interface ReplyHead {
  /** Status code, 100 to 999. */
  readonly status: number;
  /** Reason phrase, each byte a character; often empty. */
  readonly reason: string;
  /** Minor version: HTTP/1.0 or HTTP/1.1. */
  readonly minor: 0 | 1;
  readonly fields: HeaderFields;
}

export interface RequestHead {
  readonly method: string;
  /** Target as received (RFC 9112 section 3.2), with bytes above ASCII as `%XX`. */
  readonly target: string;
  readonly minor: 0 | 1;
  readonly fields: HeaderFields;
}

/**
 * Finds the end of a head that begins at `start`, without looking at a byte twice: `from` is
 * `start` at first, then the `end` of the call before. -1 if more has to come.
 */
export function headEnd(
  bytes: Uint8Array,
  start: number,
  from: number,
  end: number,
  limits: HeadLimits = DEFAULT_HEAD_LIMITS,
): number {
  for (let at = from;; at++) {
    at = bytes.indexOf(LF, at);
    if (at === -1 || at >= end) break;
    // RFC 9112 section 2.2 allows a bare LF; as in llhttp it is refused, against request smuggling.
    if (at === start || bytes[at - 1] !== CR) {
      const line = bytes.lastIndexOf(LF, at - 1) + 1;
      throw lineError("a line ends without CR", bytes, Math.max(line, start), at + 1);
    }
    if (at - 1 === start || (at - 2 >= start && bytes[at - 2] === LF)) {
      if (at + 1 - start > limits.maxHeadSize) throw tooLong(limits);
      return at + 1;
    }
  }
  if (end - start > limits.maxHeadSize) throw tooLong(limits);
  return -1;
}

/** Skips empty lines before a request (RFC 9112 section 2.2); call it before each `headEnd()`. */
export function skipEmptyLines(bytes: Uint8Array, start: number, end: number): number {
  while (start + 1 < end && bytes[start] === CR && bytes[start + 1] === LF) start += 2;
  return start;
}

/** Reads the head of a reply, which does not refer to `bytes`. */
export function parseReplyHead(
  bytes: Uint8Array,
  start: number,
  end: number,
  limits: HeadLimits = DEFAULT_HEAD_LIMITS,
): ReplyHead {
  // RFC 9112 section 4: HTTP-version SP 3DIGIT [ SP reason ]; the last space is often left out.
  const minor = minorVersion(bytes, start);
  const status = digit(bytes[start + 9]) * 100 + digit(bytes[start + 10]) * 10 +
    digit(bytes[start + 11]);
  if (minor === -1 || bytes[start + 8] !== BLANK || !(status >= 100)) {
    throw lineError("a reply does not begin with HTTP/1.1 and a status", bytes, start, end);
  }
  let at = start + 12;
  if (bytes[at] === BLANK) { while (IS_VALUE[bytes[at] ?? 0] === 1) at++; }
  if (bytes[at] !== CR || bytes[at + 1] !== LF) {
    throw lineError("a status line does not end as it should", bytes, start, end);
  }
  if (at - start > limits.maxLineSize) throw lineTooLong(limits, 431);
  const reason = at < start + 14 ? "" : reasonOf(bytes, start + 13, at, status);
  return { status, reason, minor, fields: parseFields(bytes, at + 2, end, limits, true) };
}

/** Reads the head of a request, which does not refer to `bytes`. */
export function parseRequestHead(
  bytes: Uint8Array,
  start: number,
  end: number,
  limits: HeadLimits = DEFAULT_HEAD_LIMITS,
): RequestHead {
  // RFC 9112 section 3: method SP request-target SP HTTP-version, one space each.
  let at = start;
  while (IS_TOKEN[bytes[at] ?? 0] === 1) at++;
  const methodEnd = at;
  if (at === start || bytes[at] !== BLANK) throw noRequest(bytes, start, end);
  let above = 0;
  for (at++; IS_TARGET[bytes[at] ?? 0] === 1; at++) above |= bytes[at] ?? 0;
  const targetEnd = at;
  if (at === methodEnd + 1 || bytes[at] !== BLANK) throw noRequest(bytes, start, end);
  if (at - start > limits.maxLineSize) throw lineTooLong(limits, 414);
  const minor = minorVersion(bytes, at + 1);
  if (minor === -1 || bytes[at + 9] !== CR || bytes[at + 10] !== LF) {
    // RFC 9110 section 15.6.6
    const named = /^HTTP\/\d\.\d\r\n$/.test(latin1(bytes, at + 1, at + 11));
    if (!named) throw noRequest(bytes, start, end);
    throw lineError("a version that is not HTTP/1.0 or HTTP/1.1", bytes, start, end, 505);
  }
  // The fastest method for a few bytes.
  let method = "";
  for (let byte = start; byte < methodEnd; byte++) method += String.fromCharCode(bytes[byte] ?? 0);
  const raw = latin1(bytes, methodEnd + 1, targetEnd);
  const target = above < 128 ? raw : raw.replace(/[\x80-\xff]/g, percentByte);
  // RFC 9112 section 3.2: origin-form, absolute-form, authority-form with CONNECT, asterisk-form.
  const first = target.charCodeAt(0);
  const isForm = first === 47 || method === "CONNECT" || (target === "*" && method === "OPTIONS") ||
    /^[a-z][a-z0-9+.-]*:\/\/[^/?]/i.test(target);
  if (!isForm) throw lineError("a target that is not a path", bytes, start, end);
  const fields = parseFields(bytes, at + 11, end, limits, false);
  // RFC 9112 section 3.2: exactly one Host in HTTP/1.1, at most one in HTTP/1.0.
  if (fields.isRepeated("host")) throw new HttpSyntaxError("more than one Host");
  if (minor === 1 && !fields.has("host")) throw new HttpSyntaxError("a request without Host");
  return { method, target, minor, fields };
}

const VERSION = new TextEncoder().encode("HTTP/1.");

function minorVersion(bytes: Uint8Array, start: number): 0 | 1 | -1 {
  for (let at = 0; at < VERSION.length; at++) if (bytes[start + at] !== VERSION[at]) return -1;
  const minor = (bytes[start + VERSION.length] ?? 0) - ZERO;
  return minor === 0 || minor === 1 ? minor : -1;
}

function digit(byte = 0): number {
  return byte >= ZERO && byte <= ZERO + 9 ? byte - ZERO : NaN;
}

/** "OK" without decoding it, which takes as long as the rest of a short head. */
function reasonOf(bytes: Uint8Array, start: number, end: number, status: number): string {
  const isOk = status === 200 && end - start === 2 && bytes[start] === 79 &&
    bytes[start + 1] === 75;
  return isOk ? "OK" : latin1(bytes, start, end);
}

function noRequest(bytes: Uint8Array, start: number, end: number): HttpSyntaxError {
  return lineError("a request does not begin with METHOD TARGET HTTP/1.1", bytes, start, end);
}

function lineTooLong({ maxLineSize }: HeadLimits, status: number): HttpSyntaxError {
  return new HttpSyntaxError(`a first line over ${maxLineSize} bytes`, "", status);
}

function tooLong({ maxHeadSize }: HeadLimits): HttpSyntaxError {
  return new HttpSyntaxError(`a head over ${maxHeadSize} bytes`, "", 431);
}
