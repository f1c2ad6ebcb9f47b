/**
 * Telling byte streams from others.
 * @module
 */

/**
 * Locks a stream with a reader that reads into the caller's buffers.
 *
 * @returns The reader; `null`, and the stream is as it was, where that is no byte stream.
 * @throws {TypeError} If the stream is locked.
 */
export function byobReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return stream.getReader({ mode: "byob" });
  } catch (error) {
    if (stream.locked || !(error instanceof TypeError)) throw error;
    return null;
  }
}
