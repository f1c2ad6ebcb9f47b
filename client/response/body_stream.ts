import type { StreamReader } from "../../http/bytes/stream_reader.ts";

/** The body as a stream. Cancelling it cancels the body and closes its connection. */
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
