/**
 * Reading the start of a stream.
 * @module
 */

/** Longest body, in bytes, that is buffered so that its length can be sent. */
export const MAX_SIZED = 1024 * 1024;

/**
 * Reads a stream, up to a limit.
 *
 * @param stream The stream.
 * @param limit Most bytes to buffer.
 * @returns All bytes, `null` if there are more than the limit, and a stream of the whole.
 */
export async function readUpTo(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit: number,
): Promise<{
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
}> {
  const reader = stream.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  let ended = false;
  while (!ended && size <= limit) {
    const { done, value } = await reader.read();
    if (done) ended = true;
    else {
      pieces.push(value);
      size += value.length;
    }
  }
  const bytes = ended ? new Uint8Array(await new Blob(pieces).arrayBuffer()) : null;
  const all = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const kept = pieces.shift();
      if (kept !== undefined) return controller.enqueue(kept);
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
  return { bytes, stream: all };
}
