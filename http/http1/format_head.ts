// Writing heads and chunks (RFC 9112).
import { hasControl } from "../headers/header_text.ts";
import { isToken } from "../headers/header_params.ts";
import type { FieldList } from "./header_fields.ts";

const UTF8 = new TextEncoder();

/** Writes a head with its empty line, in order and case, with `room` bytes behind it for a body. */
export function formatHead(first: string, headers: FieldList, room = 0): Uint8Array<ArrayBuffer> {
  return encodeHead(`${headLines(first, headers)}\r\n`, room);
}

/** Encodes the text of a head, in which U+0080 to U+00FF stand for bytes, with room behind it. */
export function encodeHead(text: string, room: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length + room);
  const { read, written } = UTF8.encodeInto(text, bytes);
  if (read === text.length && written === text.length) return bytes;
  bytes.fill(0, text.length); // UTF-8 was longer
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 255) throw badHeader("a character beyond U+00FF", text.slice(at, at + 20));
    bytes[at] = code;
  }
  return bytes;
}

/** Writes the lines of a head, each with its CRLF, without the empty one. */
export function headLines(first: string, headers: FieldList): string {
  if (hasControl(first)) throw badHeader("a first line", first);
  return `${first}\r\n${fieldLines(headers)}`;
}

/** @throws {TypeError} As {@linkcode formatHead} does. */
export function fieldLines(headers: FieldList): string {
  let text = "";
  for (const [name, value] of headers) {
    if (!isToken(name)) throw badHeader("a name", name);
    if (hasControl(value)) throw badHeader(name, value);
    text += `${name}: ${value}\r\n`;
  }
  return text;
}

function badHeader(what: string, text: string): TypeError {
  return new TypeError(`Cannot send a header: ${what} must not be ${JSON.stringify(text)}`);
}

export const LAST_CHUNK: Uint8Array<ArrayBuffer> = UTF8.encode("0\r\n\r\n");

/** Writes a chunk of at least one byte: an empty one would end the body. */
export function formatChunk(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const size = `${data.length.toString(16)}\r\n`;
  const chunk = new Uint8Array(size.length + data.length + 2);
  UTF8.encodeInto(size, chunk);
  chunk.set(data, size.length);
  chunk[chunk.length - 2] = 13;
  chunk[chunk.length - 1] = 10;
  return chunk;
}

/** Writes the end of a chunked body. @throws {TypeError} As {@linkcode formatHead} does. */
export function formatLastChunk(trailers: FieldList): Uint8Array<ArrayBuffer> {
  return trailers.length === 0 ? LAST_CHUNK : formatHead("0", trailers);
}
