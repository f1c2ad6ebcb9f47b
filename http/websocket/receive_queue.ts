/**
 * Messages that were received and wait to be taken.
 * @module
 */
import { WebSocketTimeoutError } from "./errors.ts";
import { type WSMessage, WSMsgType } from "./message.ts";

// Besides the number of messages: 1,024 messages of 4 MiB would be a queue of 4 GiB.
const MAX_QUEUED_BYTES = 16 * 1024 ** 2;
const END: IteratorResult<WSMessage> = { value: undefined, done: true };

/** A queue with one reader, which waits by `take()` or as an iteration by `next()`. */
export class ReceiveQueue {
  readonly #maxQueue: number;
  #messages: WSMessage[] = [];
  #bytes = 0;
  #waiting: ((message: WSMessage) => void) | null = null;
  #iterating: ((result: IteratorResult<WSMessage>) => void) | null = null;

  /** Creates one. */
  constructor(maxQueue: number) {
    this.#maxQueue = maxQueue;
  }

  /** Messages that wait. */
  get length(): number {
    return this.#messages.length;
  }

  /** Whether a reader waits for a message. */
  get isAwaited(): boolean {
    return this.#waiting !== null || this.#iterating !== null;
  }

  /** Whether it is empty enough to read on after it was full. */
  get hasRoom(): boolean {
    return this.#messages.length <= this.#maxQueue / 2;
  }

  /**
   * Tells whether a message has no place any more.
   *
   * @param size Size of the message, in bytes.
   * @returns `true` if messages wait and it is one too many.
   */
  isFull(size: number): boolean {
    return !this.isAwaited && (this.#messages.length >= this.#maxQueue ||
      (this.#messages.length > 0 && this.#bytes + size > MAX_QUEUED_BYTES));
  }

  /**
   * Hands a message to the reader that waits, or queues it.
   *
   * @param message The message.
   * @param size Its size, in bytes.
   */
  put(message: WSMessage, size: number): boolean {
    const iterating = this.#iterating;
    const waiting = this.#waiting;
    this.#iterating = this.#waiting = null;
    if (iterating !== null) iterating(toResult(message));
    else if (waiting !== null) waiting(message);
    else {
      this.#messages.push(message);
      this.#bytes += size;
      return false;
    }
    return true;
  }

  /**
   * Takes the first message.
   *
   * @returns The message, `undefined` if none waits.
   */
  shift(): WSMessage | undefined {
    const message = this.#messages.shift();
    if (this.#messages.length === 0) this.#bytes = 0;
    else if (message?.type === WSMsgType.TEXT || message?.type === WSMsgType.BINARY) {
      this.#bytes -= message.data.length;
    }
    return message;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#messages = [];
    this.#bytes = 0;
  }

  /**
   * Waits for the next message.
   *
   * @param timeout Timeout in ms; 0 for no limit.
   * @throws {WebSocketTimeoutError} If none came in time.
   */
  take(timeout: number): Promise<WSMessage> {
    if (timeout <= 0) return new Promise((resolve) => this.#waiting = resolve);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting = null;
        reject(new WebSocketTimeoutError(`No message received after ${timeout} ms`, timeout));
      }, timeout);
      this.#waiting = (message) => {
        clearTimeout(timer);
        resolve(message);
      };
    });
  }

  /** Waits for the next step of an iteration, one promise shorter than `take()`. */
  next(): Promise<IteratorResult<WSMessage>> {
    return new Promise((resolve) => this.#iterating = resolve);
  }
}

/**
 * Makes a message the step of an iteration.
 *
 * @returns The step; the end for a message that tells of one.
 */
export function toResult(message: WSMessage): IteratorResult<WSMessage> {
  const { type } = message;
  const ends = type === WSMsgType.CLOSE || type === WSMsgType.CLOSING || type === WSMsgType.CLOSED;
  return ends ? END : { value: message, done: false };
}
