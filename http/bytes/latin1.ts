import * as node from "node:buffer"; // evaluated by its first use in the package for JSR

// Behind Node's `toString("latin1")`, for any Uint8Array: a tenth of TextDecoder's time for ASCII.
let slice: ((this: Uint8Array, start: number, end: number) => string) | null = null;
let isAscii: typeof node.isAscii | null = null;

/** Decodes ISO 8859-1; `TextDecoder("latin1")` is windows-1252 by the WHATWG's table. */
export function latin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  slice ??= Reflect.get(node.Buffer.prototype, "latin1Slice") as NonNullable<typeof slice>;
  return slice.call(bytes, start, Math.min(end, bytes.length));
}

/** Decodes bytes if all of them are ASCII, as in most text; `null` if they are not. */
export function asciiText(bytes: Uint8Array): string | null {
  isAscii ??= node.isAscii;
  return isAscii(bytes) ? latin1(bytes) : null;
}
