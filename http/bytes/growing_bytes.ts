/**
 * Bytes collected from pieces.
 * @module
 */

const FIRST_CAPACITY = 4 * 1024;

/**
 * Collects pieces in one buffer that grows. The pieces themselves can be forgotten: a platform gives
 * one byte in a buffer of 64 KiB, so a list of them may hold thousands of times what was sent.
 */
export class GrowingBytes {
  #bytes: Uint8Array<ArrayBuffer>;
  #size = 0;

  /**
   * Begins with nothing.
   *
   * @param expected How many bytes there will be, where that is known.
   */
  constructor(expected = 0) {
    this.#bytes = new Uint8Array(expected);
  }

  /** How many bytes there are. */
  get size(): number {
    return this.#size;
  }

  /** Adds a copy of a piece. */
  append(piece: Uint8Array): void {
    const size = this.#size + piece.length;
    if (size > this.#bytes.length) {
      const capacity = Math.max(size, 2 * this.#bytes.length, FIRST_CAPACITY);
      this.#bytes = new Uint8Array(resized(this.#bytes.buffer, capacity));
    }
    this.#bytes.set(piece, this.#size);
    this.#size = size;
  }

  /**
   * Gives the bytes away, without spare room behind them, and begins anew.
   *
   * @returns The bytes.
   */
  take(): Uint8Array<ArrayBuffer> {
    const { buffer } = this.#bytes;
    const whole = this.#size === buffer.byteLength ? buffer : resized(buffer, this.#size);
    this.#bytes = new Uint8Array(0);
    this.#size = 0;
    return new Uint8Array(whole);
  }
}

/**
 * A buffer of another size with the same bytes, without copying them where the runtime can.
 *
 * @param buffer The buffer; it may be detached.
 * @param size The size, in bytes.
 */
export function resized(buffer: ArrayBuffer, size: number): ArrayBuffer {
  const movable: Partial<Pick<ArrayBuffer, "transfer">> = buffer; // Node 20 has none
  if (movable.transfer !== undefined) return buffer.transfer(size);
  const bytes = new Uint8Array(size);
  bytes.set(new Uint8Array(buffer).subarray(0, size));
  return bytes.buffer;
}

/**
 * Collects what an iterable gives.
 *
 * @param pieces The pieces, each of which may change at the next.
 * @returns All their bytes.
 */
export async function collectBytes(
  pieces: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new GrowingBytes();
  for await (const piece of pieces) whole.append(piece);
  return whole.take();
}

/**
 * A piece that holds no more memory than about its own size.
 *
 * @returns The piece; a copy where most of the buffer is not used.
 */
export function withoutSpare(piece: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return 2 * piece.length < piece.buffer.byteLength ? piece.slice() : piece;
}
