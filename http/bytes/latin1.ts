/**
 * Bytes as text of one character a byte.
 * @module
 */
import { Buffer, isAscii } from "node:buffer";

// Node's own method for `toString("latin1")`, which any Uint8Array can be given: without a view of
// its own, that is a tenth of what TextDecoder takes for ASCII.
const slice: (this: Uint8Array, start: number, end: number) => string = Reflect.get(
  Buffer.prototype,
  "latin1Slice",
);

/**
 * Turns bytes into a text of one character a byte (ISO 8859-1); `TextDecoder("latin1")` is
 * windows-1252 by the WHATWG's table.
 */
export function latin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  return slice.call(bytes, start, Math.min(end, bytes.length));
}

/**
 * Turns bytes into text where all of them are ASCII, which most text is.
 *
 * @returns `null` where they are not.
 */
export function asciiText(bytes: Uint8Array): string | null {
  return isAscii(bytes) ? latin1(bytes) : null;
}
