/** Buffers of one size, to be used again: as garbage they are collected late. Not cleared. */
export class BufferPool {
  readonly #size: number;
  readonly #most: number;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  /** Creates one for buffers of `size` bytes, which keeps `most` spare ones. */
  constructor(size: number, most: number) {
    this.#size = size;
    this.#most = most;
  }

  take(size: number = this.#size): Uint8Array<ArrayBuffer> {
    return this.#spare.pop() ?? new Uint8Array(size);
  }

  /** Takes back a buffer, which must not be used afterwards; one of another size is left. */
  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (buffer.length === this.#size && this.#spare.length < this.#most) this.#spare.push(buffer);
  }
}
