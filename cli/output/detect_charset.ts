const META = /<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)/i;

/**
 * Detects a charset like browsers: from a byte order mark, which takes precedence over the header
 * (WHATWG Encoding section 6.1), the header, an HTML declaration, UTF-8 if the bytes are valid
 * UTF-8, else Windows-1252 (WHATWG HTML section 13.2.3). Only the whole text cannot end in a
 * character.
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

export function isCharset(label: string): boolean {
  try {
    return new TextDecoder(label) !== null;
  } catch {
    return false;
  }
}
