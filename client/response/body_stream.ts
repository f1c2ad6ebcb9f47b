import { pulledStream } from "../../http/bytes/pulled_stream.ts";
import type { StreamReader } from "../../http/bytes/stream_reader.ts";

/** The body as a stream. Cancelling it cancels the body and closes its connection. */
export function streamOf(content: StreamReader): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = content.iterAny();
  return pulledStream(
    async () => (await pieces.next()).value ?? null,
    (reason) => content.cancel(reason instanceof Error ? reason : undefined),
  );
}
