/**
 * The input of a conversation.
 * @module
 */

/** The input over several connections: what one has not sent is there for the next one. */
export class Input {
  readonly #iterator: AsyncIterator<Uint8Array<ArrayBuffer>>;
  #next: Promise<Uint8Array<ArrayBuffer> | null> | null = null;

  /** Takes the input over. */
  constructor(input: AsyncIterable<Uint8Array<ArrayBuffer>>) {
    this.#iterator = input[Symbol.asyncIterator]();
  }

  /** The next message, `null` at the end; it stays until it is taken. */
  peek(): Promise<Uint8Array<ArrayBuffer> | null> {
    this.#next ??= this.#iterator.next().then(({ done, value }) => done ? null : value);
    return this.#next;
  }

  /** Takes the message that `peek()` gave. */
  take(): void {
    this.#next = null;
  }
}
