import type { Bytes } from "./bytes.ts";

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
