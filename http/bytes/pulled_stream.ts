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

/** Iterates over pieces until an empty one. A generator would cost three more awaits per piece. */
export function pieceIterator(read: () => Promise<Bytes>): AsyncIterableIterator<Bytes> {
  let isOver = false;
  return {
    async next() {
      const value = isOver ? null : await read();
      isOver ||= value === null || value.length === 0;
      return isOver || value === null ? OVER : { done: false, value };
    },
    return() {
      isOver = true;
      return Promise.resolve(OVER);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const OVER = { done: true, value: undefined } as const;
