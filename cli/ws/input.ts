/**
 * Input that survives reconnects.
 * @module
 */

/** Input shared by several connections: an unsent message is left for the next one. */
export class Input {
  readonly #iterator: AsyncIterator<Uint8Array<ArrayBuffer>>;
  #next: Promise<Uint8Array<ArrayBuffer> | null> | null = null;

  /** Creates one. */
  constructor(input: AsyncIterable<Uint8Array<ArrayBuffer>>) {
    this.#iterator = input[Symbol.asyncIterator]();
  }

  /** The next message, `null` at the end, without removing it. */
  peek(): Promise<Uint8Array<ArrayBuffer> | null> {
    this.#next ??= this.#iterator.next().then(({ done, value }) => done ? null : value);
    return this.#next;
  }

  /** Removes the message returned by `peek()`. */
  take(): void {
    this.#next = null;
  }
}
