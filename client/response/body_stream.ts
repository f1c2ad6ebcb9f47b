/**
 * A body as a stream.
 * @module
 */
import type { StreamReader } from "../../http/bytes/stream_reader.ts";

/**
 * Makes a stream of a body: cancelling it gives the body up, and its connection with it.
 *
 * @param content The body; it must not be read elsewhere.
 */
export function streamOf(content: StreamReader): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = content.iterAny();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => content.cancel(reason instanceof Error ? reason : undefined),
  }, { highWaterMark: 0 });
}
