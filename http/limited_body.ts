/**
 * Reading a whole body without trusting its announced length.
 * @module
 */
import { concatBytes } from "./bytes.ts";

/**
 * Reads a stream to its end, giving up as soon as it is longer than allowed: nothing beyond the
 * limit is kept.
 *
 * @param body The stream, `null` for an empty body.
 * @param limit Most bytes to accept; 0 for no limit.
 * @param tooLarge Makes the error that is thrown beyond the limit.
 * @returns The bytes.
 */
export async function readLimited(
  body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  limit: number,
  tooLarge: () => Error,
): Promise<Uint8Array<ArrayBuffer>> {
  if (body === null) return new Uint8Array(0);
  const reader = body.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return concatBytes(pieces);
    size += value.length;
    if (limit > 0 && size > limit) {
      const error = tooLarge();
      // The rest is of no use to anyone; an error of the cancelled stream neither.
      reader.cancel(error).catch(() => {});
      throw error;
    }
    pieces.push(value);
  }
}
