/**
 * Byte arrays.
 * @module
 */

/**
 * Joins byte arrays; a single one is returned as it is, without a copy.
 *
 * @param pieces The arrays in order.
 * @returns One array with all their bytes.
 */
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
