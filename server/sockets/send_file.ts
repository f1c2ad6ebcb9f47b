/**
 * A file on its way to a client.
 * @module
 */

type Bytes = Uint8Array<ArrayBuffer>;

const BUFFER = 256 * 1024;
const MOST_KEPT = 16;

/** Buffers between two files: a fresh one costs more than what is read into it. */
const kept: Bytes[] = [];

/**
 * Sends the rest of an open file, and closes it.
 *
 * @param file The file.
 * @param length How much of it.
 * @param write Writes bytes, waiting for the client to read.
 * @throws {Error} If it cannot be read, or the client has left.
 */
export async function sendFile(
  file: Deno.FsFile,
  length: number,
  write: (bytes: Bytes) => Promise<void>,
): Promise<boolean> {
  let buffer = kept.pop() ?? new Uint8Array(BUFFER);
  let other = length > BUFFER ? kept.pop() ?? new Uint8Array(BUFFER) : null;
  let left = length;
  let reading: Promise<number | null> | null = null;
  try {
    while (left > 0) {
      const size = await (reading ?? file.read(buffer));
      if (size === null) break;
      const piece = buffer.subarray(0, Math.min(size, left));
      left -= piece.length;
      reading = null;
      if (left > 0 && other !== null) {
        // The next piece is read while this one is written.
        [buffer, other] = [other, buffer];
        reading = file.read(buffer);
      }
      await write(piece);
    }
    return left <= 0;
  } finally {
    await reading?.catch(() => {});
    file.close();
    for (const each of [buffer, other]) {
      if (each !== null && kept.length < MOST_KEPT) kept.push(each);
    }
  }
}
