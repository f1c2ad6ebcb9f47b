/** Locks a stream with a BYOB reader; `null`, and unchanged, if it is not a byte stream. */
export function byobReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return stream.getReader({ mode: "byob" });
  } catch (error) {
    if (stream.locked || !(error instanceof TypeError)) throw error;
    return null;
  }
}
