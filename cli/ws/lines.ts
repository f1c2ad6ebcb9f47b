/**
 * Splitting input into messages.
 * @module
 */

/**
 * Splits an input into messages.
 *
 * @param input The input.
 * @param end Byte that ends a message: a line feed, or zero.
 * @yields Messages without their end; the last one may lack it.
 */
export async function* messagesOf(
  input: AsyncIterable<Uint8Array>,
  end: 10 | 0,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let pieces: Uint8Array[] = [];
  for await (const piece of input) {
    let start = 0;
    for (let at = piece.indexOf(end); at !== -1; at = piece.indexOf(end, start)) {
      yield joined([...pieces, piece.subarray(start, at)], end);
      pieces = [];
      start = at + 1;
    }
    if (start < piece.length) pieces.push(piece.slice(start));
  }
  if (pieces.length > 0) yield joined(pieces, end);
}

function joined(pieces: readonly Uint8Array[], end: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return end === 10 && bytes.at(-1) === 13 ? bytes.subarray(0, -1) : bytes; // CR LF on Windows
}
