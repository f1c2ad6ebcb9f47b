/** Bytes in memory that is not shared. */
export type Bytes = Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const SHORT_TEXT = 256;

/** Joins byte arrays; a single one is returned as it is, without a copy. */
export function concatBytes(pieces: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) return only;
  let size = 0;
  for (const piece of pieces) size += piece.length;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

export function indexOfBytes(haystack: Uint8Array, needle: Uint8Array): number {
  const [first = 0] = needle;
  for (let at = haystack.indexOf(first); at >= 0; at = haystack.indexOf(first, at + 1)) {
    if (at + needle.length > haystack.length) return -1;
    let matched = 1;
    while (matched < needle.length && haystack[at + matched] === needle[matched]) matched++;
    if (matched === needle.length) return at;
  }
  return -1;
}

/** The value of a hexadecimal digit; far below zero for other bytes, also in a pair. */
export function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1000;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1000;
}

/** Writes UTF-8 where three bytes a character have room; for short ASCII twice as fast. */
export function writeText(text: string, target: Uint8Array<ArrayBuffer>, start: number): number {
  const { length } = text;
  if (length <= SHORT_TEXT) {
    let seen = 0;
    for (let at = 0; at < length; at++) seen |= target[start + at] = text.charCodeAt(at);
    if (seen < 128) return length;
  }
  return encoder.encodeInto(text, target.subarray(start)).written;
}

/**
 * Decodes UTF-8, or `null` if it is malformed, has U+FFFD or begins with a byte order mark. Deno's
 * strict decoder takes two to eight times as long, and makes strings of two bytes a character.
 */
export function utf8Text(bytes: Uint8Array): string | null {
  const text = decoder.decode(bytes);
  // Malformed bytes become U+FFFD too.
  return text.includes("\uFFFD") || text.startsWith("\uFEFF") ? null : text;
}

/** Decodes bytes, UTF-8 by the fast decoder where it gives the same text. Throws as `decoder`. */
export function decodeBytes(decoder: TextDecoder, bytes: Uint8Array<ArrayBuffer>): string {
  return (decoder.encoding === "utf-8" ? utf8Text(bytes) : null) ?? decoder.decode(bytes);
}
