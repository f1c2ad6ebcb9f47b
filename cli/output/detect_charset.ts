/**
 * The charset of a text that does not say it.
 * @module
 */

const META = /<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)/i;

/**
 * Guesses a charset as browsers do: by a byte order mark, which knows better than the head (WHATWG
 * Encoding section 6.1), by the head, by what HTML says of itself, as UTF-8 where the bytes are valid
 * UTF-8, else as Windows-1252 (WHATWG HTML section 13.2.3).
 *
 * @param bytes Start of the text.
 * @param whole Whether it is all of it, so that it cannot end within a character.
 * @param said What the head says, `null` for nothing.
 * @returns A label that `TextDecoder` knows.
 */
export function detectCharset(
  bytes: Uint8Array,
  whole = false,
  said: string | null = null,
): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (said !== null && isCharset(said)) return said;
  const start = String.fromCharCode(...bytes.subarray(0, 1024));
  const named = META.exec(start)?.[1];
  if (named !== undefined && isCharset(named)) return named;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !whole });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

/** Whether text can be read in a charset. */
export function isCharset(label: string): boolean {
  try {
    return new TextDecoder(label) !== null;
  } catch {
    return false;
  }
}
