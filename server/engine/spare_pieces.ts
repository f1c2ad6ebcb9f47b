// Memory for pieces of written streams, given back by the engine once they are sent: new copies
// would be garbage that V8 collects late, 200 MiB of it for 200 clients that never read.
import type { Bytes } from "../../http/bytes/bytes.ts";

export const BEFORE = 16; // bytes before a piece, for a chunk's size line (RFC 9112 section 7.1)
export const AFTER = 2; // bytes after it
const SMALLEST = 13, LARGEST = 16; // powers of two
const MOST_SPARE = 64; // of each size

const spare: ArrayBuffer[][] = [];
const streams = new WeakSet<ReadableStream>();

/** The bytes to write: of a text in UTF-8, or a copy; one of 4 to 64 KiB in spare memory. */
export function copyPiece(data: unknown): Bytes {
  if (typeof data === "string") return new TextEncoder().encode(data);
  if (!(data instanceof Uint8Array)) {
    throw new TypeError(`Cannot write ${typeof data}: expected a Uint8Array or a string`);
  }
  const { length } = data;
  const size = 32 - Math.clz32(length - 1);
  if (size < SMALLEST || size > LARGEST) return new Uint8Array(data);
  const buffer = spare[size]?.pop() ?? new ArrayBuffer(BEFORE + 2 ** size + AFTER);
  const piece = new Uint8Array(buffer, BEFORE, length);
  piece.set(data);
  return piece;
}

/** Marks a stream that gives only copied pieces, each to its one reader. */
export function markCopied(stream: ReadableStream): void {
  streams.add(stream);
}

/** Whether the pieces of a stream may be overwritten once they are sent. */
export function isCopied(stream: ReadableStream): boolean {
  return streams.has(stream);
}

export function hasSpace({ buffer, byteOffset, length }: Bytes): boolean {
  return byteOffset === BEFORE && buffer.byteLength > BEFORE + length + AFTER - 1;
}

/** Takes back the memory of a piece that was sent. */
export function reusePiece(piece: Bytes): void {
  const size = 31 - Math.clz32(piece.buffer.byteLength);
  if (!hasSpace(piece) || piece.buffer.byteLength !== BEFORE + 2 ** size + AFTER) return;
  const list = spare[size] ??= [];
  if (list.length < MOST_SPARE) list.push(piece.buffer);
}
