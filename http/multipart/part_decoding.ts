import { type Bytes, decodeBytes, hexValue } from "../bytes/bytes.ts";
import { asciiText } from "../bytes/latin1.ts";
import { latin1Bytes } from "../headers/header_text.ts";
import { MultipartEncodingError, MultipartLimitError } from "./errors.ts";
import { decodedSource } from "../coding/content_decoder.ts";
import { restOf } from "../bytes/body_source.ts";
import { BytesSource } from "../bytes/source_stream.ts";

const [PERCENT, EQUALS] = [0x25, 0x3d];
const IDENTITY: ReadonlySet<string> = new Set(["", "7bit", "8bit", "binary", "identity"]);

/** Refuses encodings in form-data (RFC 7578 section 4.7): a filter would see other bytes. */
export function refuseEncodings(headers: Headers): void {
  for (const name of ["content-transfer-encoding", "content-encoding"]) {
    const encoding = encodingOf(headers, name);
    if (!IDENTITY.has(encoding)) {
      throw new MultipartEncodingError(
        `Cannot read a form-data part: ${name} ${JSON.stringify(encoding)} is refused`,
      );
    }
  }
}

/** Decodes a part, the transfer encoding first, up to a limit in bytes. */
export async function decodePart(data: Bytes, headers: Headers, limit: number): Promise<Bytes> {
  const transfer = encodingOf(headers, "content-transfer-encoding");
  const content = encodingOf(headers, "content-encoding");
  const plain = decodeTransfer(data, transfer);
  if (IDENTITY.has(content)) return plain;
  if (content !== "gzip" && content !== "x-gzip" && content !== "deflate") throw unknown(content);
  return await inflate(plain, content, limit);
}

/** A decoder for a part: invalid bytes are an error, and a byte order mark is text. */
export function partDecoder(label: string): TextDecoder {
  try {
    return new TextDecoder(label.trim(), { fatal: true, ignoreBOM: true });
  } catch (cause) {
    const name = JSON.stringify(label.slice(0, 80));
    throw new MultipartEncodingError(`Cannot decode a part: unknown charset ${name}`, { cause });
  }
}

/** @throws {MultipartEncodingError} If the bytes are invalid in that encoding. */
export function decodeText(decoder: TextDecoder, bytes: Uint8Array<ArrayBuffer>): string {
  try {
    return decodeBytes(decoder, bytes);
  } catch (cause) {
    const message = `Cannot decode a part: its bytes are not ${decoder.encoding}`;
    throw new MultipartEncodingError(message, { cause });
  }
}

/** Decodes `application/x-www-form-urlencoded` (WHATWG URL section 5.1). `;` does not separate. */
export function decodeUrlencoded(
  data: Uint8Array<ArrayBuffer>,
  decoder: TextDecoder,
): [name: string, value: string][] {
  const fields: [string, string][] = [];
  const AND = 0x26;
  let end = data.length;
  while (end > 0 && (data[end - 1] as number) <= 0x20) end--; // a trailing line end, as in aiohttp
  for (let at = 0; at < end;) {
    const and = data.indexOf(AND, at);
    const stop = and < 0 || and > end ? end : and;
    const pair = data.subarray(at, stop);
    at = stop + 1;
    if (pair.length === 0) continue;
    const equals = pair.indexOf(EQUALS);
    const name = equals < 0 ? pair : pair.subarray(0, equals);
    const value = equals < 0 ? pair.subarray(0, 0) : pair.subarray(equals + 1);
    fields.push([urlencodedText(name, decoder), urlencodedText(value, decoder)]);
  }
  return fields;
}

function urlencodedText(bytes: Bytes, decoder: TextDecoder): string {
  const plain = decoder.encoding === "utf-8" ? asciiText(bytes) : null; // most, without a decoder
  if (plain === null || plain.includes("%")) return decodeText(decoder, unescape(bytes, PERCENT));
  return plain.replaceAll("+", " ");
}

/**
 * Decodes `%` and two hex digits, and `+`; or `=` of quoted-printable (RFC 2045 section 6.7), also
 * before a line end. A mark that begins no escape stays.
 */
function unescape(bytes: Bytes, mark: number): Bytes {
  const space = mark === PERCENT ? 0x20 : 0x2b;
  const plain = new Uint8Array(bytes.length);
  let size = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte !== mark) {
      plain[size++] = byte === 0x2b ? space : byte;
      continue;
    }
    const code = hexValue(bytes[at + 1]) * 16 + hexValue(bytes[at + 2]);
    const end = at + (bytes[at + 1] === 0x0d ? 2 : 1);
    if (mark === EQUALS && bytes[end] === 0x0a) at = end;
    else plain[size++] = code < 0 ? byte : code;
    if (code >= 0) at += 2;
  }
  return plain.subarray(0, size);
}

function encodingOf(headers: Headers, name: string): string {
  return (headers.get(name) ?? "").trim().toLowerCase();
}

function unknown(encoding: string): MultipartEncodingError {
  const name = JSON.stringify(encoding.slice(0, 80));
  return new MultipartEncodingError(`Cannot decode a part: unknown encoding ${name}`);
}

function decodeTransfer(data: Uint8Array<ArrayBuffer>, encoding: string): Uint8Array<ArrayBuffer> {
  if (IDENTITY.has(encoding)) return data;
  if (encoding === "quoted-printable") return unescape(data, EQUALS);
  if (encoding !== "base64") throw unknown(encoding);
  try {
    // Blanks and line ends are skipped (RFC 2045 section 6.8).
    const text = new TextDecoder("latin1").decode(data);
    // Deno 2.4 and Node before version 25 do not have it.
    return Uint8Array.fromBase64?.(text) ?? latin1Bytes(atob(text));
  } catch (cause) {
    throw new MultipartEncodingError("Cannot decode a part: damaged base64", { cause });
  }
}

async function inflate(data: Bytes, encoding: string, limit: number): Promise<Bytes> {
  const source = decodedSource(new BytesSource(data), encoding, 0);
  try {
    if (data.length === 0) throw new TypeError("it is empty");
    return await restOf(source, (size) => {
      if (size > limit) throw new MultipartLimitError("maxFieldSize", limit);
    });
  } catch (cause) {
    await source.cancel();
    if (cause instanceof MultipartLimitError) throw cause;
    throw new MultipartEncodingError(`Cannot decode a part: damaged ${encoding}`, { cause });
  }
}
