/** Longest body, in bytes, that is buffered so that its length can be sent. */
export const MAX_SIZED = 1024 * 1024;

/**
 * Reads up to `limit` bytes, and what is left of their last piece: `bytes` is all of them, `null` if
 * there are more, `start` what was read, `stream` the whole.
 */
export async function readUpTo(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  limit: number,
): Promise<{
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  readonly start: Uint8Array<ArrayBuffer>;
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
}> {
  const reader = stream.getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  let next = await reader.read();
  for (; !next.done; next = await reader.read()) {
    pieces.push(next.value.slice()); // without the rest of its buffer
    size += next.value.length;
    if (size > limit) break;
  }
  const start = new Uint8Array(await new Blob(pieces).arrayBuffer());
  return { bytes: next.done ? start : null, start, stream: replayed(pieces, reader) };
}

/** A stream of pieces that were read already, and of the rest. */
export function replayed(
  pieces: Uint8Array<ArrayBuffer>[],
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      const piece = pieces.shift() ?? (await reader.read()).value;
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
