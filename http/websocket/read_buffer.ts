const SMALL = 256, LARGE = 64 * 1024;
const MAX_TURN = 10; // ms of reading without a pause

/** Grows while much arrives: most sockets are idle. */
export class ReadBuffer {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(SMALL);
  #began = 0;

  /**
   * Sizes the buffer for the next read, a small one if the queue is full, as 10,000 tiny messages
   * at once delay others. Returns a pause to await, so that other requests are served, or `null`.
   */
  after(size: number, isQueueFull: boolean): Promise<void> | null {
    const { length } = this.bytes;
    if (length > SMALL && (size < SMALL || isQueueFull)) this.bytes = new Uint8Array(SMALL);
    else if (size === length && size < LARGE) this.bytes = new Uint8Array(size * 2);
    if (size < length) this.#began = 0;
    else if (this.#began === 0) this.#began = performance.now();
    else if (performance.now() - this.#began > MAX_TURN) {
      this.#began = 0;
      return new Promise((resolve) => setTimeout(resolve, 0));
    }
    return null;
  }
}
