/**
 * Telling the two forms of "deflate" apart.
 * @module
 */

/**
 * Tells whether bytes begin as the zlib format does, which is what "deflate" means (RFC 9110
 * section 8.4.1.2); some send it without that header. It is two bytes, a multiple of 31, of method
 * 8 (RFC 1950 section 2.2).
 *
 * @param start The first bytes.
 */
export function hasZlibHeader(start: Uint8Array): boolean {
  const [first = 0, second = 0] = start;
  return (first & 0xf) === 8 && (first << 8 | second) % 31 === 0;
}
