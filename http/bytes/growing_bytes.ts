const FIRST_CAPACITY = 4 * 1024;

/**
 * Collects pieces in one growing buffer. The pieces can be freed: a platform delivers one byte in a
 * buffer of 64 KiB, so a list of them may hold thousands of times the bytes sent.
 */
export class GrowingBytes {
  #bytes: Uint8Array<ArrayBuffer>;
  readonly #announced: number;
  #size = 0;

  /**
   * Allocates memory for the expected number of bytes; for those `announced` by a peer when a
   * sixteenth has come, so that nothing is copied near the end.
   */
  constructor(expected = 0, announced = 0) {
    this.#bytes = new Uint8Array(expected);
    this.#announced = announced;
  }

  get size(): number {
    return this.#size;
  }

  append(piece: Uint8Array): void {
    const size = this.#size + piece.length;
    if (size > this.#bytes.length) {
      const isNear = size <= this.#announced && this.#announced <= 16 * size;
      const capacity = isNear
        ? this.#announced
        : Math.max(size, 2 * this.#bytes.length, FIRST_CAPACITY);
      this.#bytes = new Uint8Array(resized(this.#bytes.buffer, capacity));
    }
    this.#bytes.set(piece, this.#size);
    this.#size = size;
  }

  /** Returns the bytes without spare capacity and starts over. */
  take(): Uint8Array<ArrayBuffer> {
    const { buffer } = this.#bytes;
    const whole = this.#size === buffer.byteLength ? buffer : resized(buffer, this.#size);
    this.#bytes = new Uint8Array(0);
    this.#size = 0;
    return new Uint8Array(whole);
  }
}

/** Resizes a buffer, which may be detached, without copying if the runtime can. */
function resized(buffer: ArrayBuffer, size: number): ArrayBuffer {
  const movable: Partial<Pick<ArrayBuffer, "transfer">> = buffer; // not in Node 20
  if (movable.transfer !== undefined) return buffer.transfer(size);
  const bytes = new Uint8Array(size);
  bytes.set(new Uint8Array(buffer).subarray(0, size));
  return bytes.buffer;
}

/** Joins the pieces of an iterable, each of which may change when the next one is read. */
export async function collectBytes(
  pieces: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new GrowingBytes();
  for await (const piece of pieces) whole.append(piece);
  return whole.take();
}

/** The piece; a copy if most of its buffer is unused. */
export function withoutSpare(piece: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return 2 * piece.length < piece.buffer.byteLength ? piece.slice() : piece;
}
