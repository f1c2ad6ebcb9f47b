import type { Bytes } from "./bytes.ts";

/** A stream of pieces up to `null`; each is asked for when the stream is read, not before. */
export function pulledStream(
  next: () => Bytes | null | Promise<Bytes | null>,
  cancel?: (reason: unknown) => void | Promise<void>,
): ReadableStream<Bytes> {
  return new ReadableStream<Bytes>({
    async pull(controller) {
      const piece = await next();
      if (piece === null) controller.close();
      else controller.enqueue(piece);
    },
    ...(cancel === undefined ? {} : { cancel }),
  }, { highWaterMark: 0 });
}
