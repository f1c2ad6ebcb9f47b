/**
 * Replies of HTTP/1.1 as they are on the wire (RFC 9112).
 * @module
 */
import type { SocketReader } from "./socket_reader.ts";

/** The reply is no HTTP/1.1. */
export class ReplySyntaxError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ReplySyntaxError";
}

/** The connection ended before the head of a reply did. */
export class NoReplyError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "NoReplyError";
}

/** Status line and headers. */
export interface ReplyHead {
  /** Status code. */
  readonly status: number;
  /** The server's own words. */
  readonly reason: string;
  /** Headers; those that nobody could pass on are left out. */
  readonly headers: Headers;
  /** Whether the connection may carry another exchange (RFC 9112 section 9.3). */
  readonly persists: boolean;
}

const MAX_HEAD = 256 * 1024; // bytes

/**
 * Reads the head of the final reply; those in between, 100 and 103, are passed over.
 *
 * @throws {ReplySyntaxError} If it is none.
 * @throws {NoReplyError} If the connection ends before.
 */
export async function readHead(reader: SocketReader): Promise<ReplyHead> {
  let room = MAX_HEAD;
  const line = async (): Promise<string> => {
    try {
      const text = await reader.line(room);
      if (text === null) throw new NoReplyError("the connection was closed before a reply came");
      room -= text.length + 2;
      return text;
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new ReplySyntaxError(`its head is longer than ${MAX_HEAD} bytes`, { cause });
    }
  };
  for (;;) {
    const first = await line();
    const [, version, code, reason = ""] = /^HTTP\/1\.(\d) (\d{3})(?: (.*))?$/s.exec(first) ?? [];
    if (version === undefined) throw new ReplySyntaxError("it does not begin with HTTP/1.1");
    const fields: [string, string][] = [];
    for (let text = await line(); text !== ""; text = await line()) {
      const last = fields.at(-1);
      const at = text.indexOf(":");
      // RFC 9112 section 5.2: a line that begins with a blank goes on with the one before.
      if (/^[ \t]/.test(text) && last !== undefined) last[1] += ` ${text.trim()}`;
      else if (at > 0) fields.push([text.slice(0, at), text.slice(at + 1).trim()]);
      else throw new ReplySyntaxError("a line of its head is no header");
    }
    const status = Number(code);
    if (status < 200 && status !== 101) continue;
    const headers = headersOf(fields);
    const options = (headers.get("connection") ?? "").toLowerCase().split(/[ \t]*,[ \t]*/);
    const persists = version === "0" ? options.includes("keep-alive") : !options.includes("close");
    return { status, reason, headers, persists };
  }
}

const RAW = new WeakMap<Headers, readonly (readonly [name: string, value: string])[]>();

/**
 * The headers of a reply in the order and case in which they came.
 *
 * @returns `null` for headers of another origin.
 */
export function rawFields(
  headers: Headers,
): readonly (readonly [name: string, value: string])[] | null {
  return RAW.get(headers) ?? null;
}

function headersOf(fields: readonly (readonly [string, string])[]): Headers {
  const headers = new Headers();
  RAW.set(headers, fields);
  for (const [name, value] of fields) {
    // Names and values of a hostile server that Headers would refuse are no reason to fail.
    try {
      headers.append(name, value);
    } catch {
      continue;
    }
  }
  return headers;
}

/** How the end of a body is known (RFC 9112 section 6.3). */
export type Framing = "none" | "chunked" | "close" | number;

/**
 * How the end of a reply's body is known.
 *
 * @throws {ReplySyntaxError} If its headers contradict each other.
 */
export function framingOf(method: string, { status, headers }: ReplyHead): Framing {
  if (method === "HEAD" || status === 101 || status === 204 || status === 304) return "none";
  if (method === "CONNECT" && status < 300) return "none";
  const coding = headers.get("transfer-encoding");
  // The last coding says how it ends; a length beside it is of no use.
  if (coding !== null) return /(?:^|,)[ \t]*chunked$/i.test(coding) ? "chunked" : "close";
  const length = headers.get("content-length");
  if (length === null) return "close";
  const [one = "", ...others] = new Set(length.split(/[ \t]*,[ \t]*/));
  if (others.length > 0 || !/^\d{1,15}$/.test(one)) {
    throw new ReplySyntaxError(`its Content-Length "${length}" is no length`);
  }
  return Number(one);
}

const MAX_LINE = 16 * 1024; // bytes
const BROKEN = "it was closed before the end of the body";

/**
 * The body of a reply, without its framing.
 *
 * @throws {Error} If the connection ends before the body does.
 */
export async function* bodyPieces(
  reader: SocketReader,
  framing: Framing,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  if (framing === "none") return;
  if (framing === "close") {
    for (let piece = await reader.read(); piece !== null; piece = await reader.read()) yield piece;
    return;
  }
  if (framing !== "chunked") return yield* exactly(reader, framing);
  for (;;) {
    const line = await reader.line(MAX_LINE);
    if (line === null) throw new Error(BROKEN);
    // An extension after the size says nothing to us.
    const [, digits] = /^([\da-f]{1,13})[ \t]*(?:;.*)?$/i.exec(line) ?? [];
    if (digits === undefined) throw new ReplySyntaxError("the size of a chunk is no number");
    const size = parseInt(digits, 16);
    if (size === 0) break;
    yield* exactly(reader, size);
    const end = await reader.line(MAX_LINE);
    if (end === null) throw new Error(BROKEN);
    if (end !== "") throw new ReplySyntaxError("a chunk is longer than its size");
  }
  // Trailers, which nobody asks for.
  for (let line = await reader.line(MAX_LINE); line !== ""; line = await reader.line(MAX_LINE)) {
    if (line === null) throw new Error(BROKEN);
  }
}

async function* exactly(
  reader: SocketReader,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for (let left = size; left > 0;) {
    const piece = await reader.read();
    if (piece === null) throw new Error(BROKEN);
    const own = piece.subarray(0, left);
    reader.unread(piece.subarray(own.length));
    left -= own.length;
    yield own;
  }
}
