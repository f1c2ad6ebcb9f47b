const FIRST_CAPACITY = 4 * 1024;
/** Size from which on memory goes back to the system as soon as it is freed (glibc), in bytes. */
const BLOCK = 32 * 1024 * 1024;

/**
 * Collects pieces in one growing buffer, so that they are freed: one byte may come in a buffer of
 * 64 KiB, and a list hold thousands of times the bytes sent. A large buffer does not grow, as both
 * would be in memory: another follows, and they are joined, each freed after its copy.
 */
export class GrowingBytes {
  readonly #full: Uint8Array<ArrayBuffer>[] = [];
  #bytes: Uint8Array<ArrayBuffer>;
  readonly #announced: number;
  #passed = 0; // bytes in the full buffers
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
    if (size - this.#passed > this.#bytes.length) this.#grow(size);
    const room = this.#bytes.length - (this.#size - this.#passed);
    if (piece.length > room) {
      this.#bytes.set(piece.subarray(0, room), this.#bytes.length - room);
      this.#full.push(this.#bytes);
      this.#passed += this.#bytes.length;
      this.#bytes = new Uint8Array(Math.max(piece.length - room, BLOCK));
      piece = piece.subarray(room);
    }
    this.#bytes.set(piece, size - piece.length - this.#passed);
    this.#size = size;
  }

  /** Returns the bytes without spare capacity and starts over. */
  take(): Uint8Array<ArrayBuffer> {
    if (this.#size - this.#passed < this.#bytes.length || this.#passed > 0) this.#join(this.#size);
    const whole = this.#bytes;
    this.#bytes = new Uint8Array(0);
    this.#size = 0;
    return whole;
  }

  /** Makes room for so many bytes, unless they are for another buffer. */
  #grow(size: number): void {
    if (size <= this.#announced && this.#announced <= 16 * size) this.#join(this.#announced);
    else if (this.#bytes.length < BLOCK) {
      this.#join(Math.max(size, 2 * this.#bytes.length, FIRST_CAPACITY));
    }
  }

  #join(capacity: number): void {
    if (this.#passed === 0) {
      this.#bytes = new Uint8Array(resized(this.#bytes.buffer, capacity));
      return;
    }
    const whole = new Uint8Array(capacity);
    let at = 0;
    for (const { buffer } of [...this.#full.splice(0), this.#bytes]) {
      const used = Math.min(buffer.byteLength, this.#size - at);
      whole.set(new Uint8Array(buffer, 0, used), at);
      at += used;
      resized(buffer, 0);
    }
    this.#bytes = whole;
    this.#passed = 0;
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
