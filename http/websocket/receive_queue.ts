import { WebSocketTimeoutError } from "./errors.ts";
import { type WSMessage, WSMsgType } from "./message.ts";

// Limits bytes besides the count: 1,024 messages of 4 MiB would be a queue of 4 GiB.
const MAX_QUEUED_BYTES = 16 * 1024 ** 2;
const END: IteratorResult<WSMessage> = { value: undefined, done: true };

/** A queue with one reader, which waits by `take()` or iterates by `next()`. */
export class ReceiveQueue {
  readonly #maxQueue: number;
  #messages: WSMessage[] = [];
  #bytes = 0;
  #waiting: ((message: WSMessage) => void) | null = null;

  constructor(maxQueue: number) {
    this.#maxQueue = maxQueue;
  }

  get length(): number {
    return this.#messages.length;
  }

  get isAwaited(): boolean {
    return this.#waiting !== null;
  }

  /** Whether a full queue has emptied enough to resume reading. */
  get hasRoom(): boolean {
    return this.#messages.length <= this.#maxQueue / 2;
  }

  /** Whether the queue is not empty and a message of `size` bytes exceeds its limit. */
  isFull(size: number): boolean {
    return !this.isAwaited && (this.#messages.length >= this.#maxQueue ||
      (this.#messages.length > 0 && this.#bytes + size > MAX_QUEUED_BYTES));
  }

  /** Hands a message to the waiting reader, or queues it. */
  put(message: WSMessage, size: number): boolean {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting === null) {
      this.#messages.push(message);
      this.#bytes += size;
      return false;
    }
    waiting(message);
    return true;
  }

  shift(): WSMessage | undefined {
    const message = this.#messages.shift();
    if (this.#messages.length === 0) this.#bytes = 0;
    else if (message?.type === WSMsgType.TEXT || message?.type === WSMsgType.BINARY) {
      this.#bytes -= message.data.length;
    }
    return message;
  }

  clear(): void {
    this.#messages = [];
    this.#bytes = 0;
  }

  /** Waits for the next message. 0 ms means no timeout. */
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

  next(): Promise<IteratorResult<WSMessage>> {
    return new Promise((resolve) => this.#waiting = (message) => resolve(toResult(message)));
  }
}

export function toResult(message: WSMessage): IteratorResult<WSMessage> {
  const { type } = message;
  const ends = type === WSMsgType.CLOSE || type === WSMsgType.CLOSING || type === WSMsgType.CLOSED;
  return ends ? END : { value: message, done: false };
}
