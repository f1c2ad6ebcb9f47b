/**
 * One message out of pieces, as a connection would read it.
 * @module
 */
import { BodyDecoder } from "../../../http/http1/body_decoder.ts";
import {
  persists,
  replyFraming,
  replyPersists,
  requestFraming,
} from "../../../http/http1/framing.ts";
import {
  headEnd,
  parseReplyHead,
  parseRequestHead,
  skipEmptyLines,
} from "../../../http/http1/head.ts";
import {
  DEFAULT_HEAD_LIMITS,
  type HeadLimits,
  HttpSyntaxError,
} from "../../../http/http1/head_rules.ts";

/** Result of reading a message. */
export interface Outcome {
  readonly first: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly trailers: readonly (readonly [string, string])[];
  /** Bytes after the message. */
  readonly rest: string;
  readonly persists: boolean;
}

/** How to read. */
export interface Reading {
  /** Method of the request that a reply is for; `null` for a request. */
  readonly method: string | null;
  readonly limits?: Partial<HeadLimits>;
  /** Whether the connection ends after the bytes. */
  readonly closes?: boolean;
}

/**
 * Reads a message.
 *
 * @param pieces Received pieces, one character per byte.
 * @param reading How to read.
 * @returns The result, the reason of an error, or "incomplete".
 */
export function readMessage(pieces: readonly string[], reading: Reading): Outcome | string {
  const limits = { ...DEFAULT_HEAD_LIMITS, ...reading.limits };
  const { method } = reading;
  // Bytes after these are of an earlier message and must not be read.
  const bytes = new Uint8Array(pieces.join("").length + 64).fill(0xaa);
  bytes.set([13, 10, 13, 10, 13, 10], bytes.length - 64);
  let start = 0;
  let from = 0;
  let end = 0;
  let at = -1;
  let found: { decoder: BodyDecoder; outcome: Omit<Outcome, "body" | "trailers" | "rest"> } | null =
    null;
  let body = "";
  try {
    for (const piece of pieces) {
      for (const character of piece) bytes[end++] = character.charCodeAt(0);
      if (found === null) {
        if (method === null) start = skipEmptyLines(bytes, start, end);
        from = Math.max(from, start);
        if (start === end) continue;
        at = headEnd(bytes, start, from, end, limits);
        from = end;
        if (at === -1) continue;
        if (method === null) {
          const head = parseRequestHead(bytes, start, at, limits);
          found = {
            decoder: new BodyDecoder(requestFraming(head), limits),
            outcome: {
              first: `${head.method} ${head.target} ${head.minor}`,
              headers: head.fields.list,
              persists: persists(head),
            },
          };
        } else {
          const head = parseReplyHead(bytes, start, at, limits);
          const framing = replyFraming(head, method);
          found = {
            decoder: new BodyDecoder(framing, limits),
            outcome: {
              first: `${head.minor} ${head.status} ${head.reason}`,
              headers: head.fields.list,
              persists: replyPersists(head, method, framing),
            },
          };
        }
      }
      const { decoder } = found;
      while (!decoder.isDone && at < end) {
        at = decoder.read(bytes, at, end);
        const own = Math.min(decoder.left, end - at);
        body += text(bytes.subarray(at, at + own));
        decoder.take(own);
        at += own;
      }
    }
  } catch (error) {
    if (error instanceof HttpSyntaxError) return `${error.status}: ${error.message}`;
    throw error;
  }
  if (found === null) return "incomplete";
  const { decoder, outcome } = found;
  const isWhole = decoder.isDone || (decoder.endsWithConnection && reading.closes === true);
  if (!isWhole) return "incomplete";
  return {
    ...outcome,
    body,
    trailers: decoder.trailers.list,
    rest: text(bytes.subarray(at, end)),
  };
}

/** Each byte as a character. */
export function text(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
