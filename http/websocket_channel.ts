/**
 * A platform `WebSocket` as an async queue of typed messages, the shape aiohttp gives it.
 * @module
 */

/** What a {@linkcode WSMessage} is. */
export const WSMsgType = {
  /** A text message; `data` is a string. */
  TEXT: 1,
  /** A binary message; `data` is a `Uint8Array`. */
  BINARY: 2,
  /** The peer sent a close frame; `data` is its code, `extra` its reason. */
  CLOSE: 8,
  /** The socket has closed; every later `receive()` gives this. */
  CLOSED: 257,
  /** The connection failed; `data` is the error. */
  ERROR: 258,
} as const;

/** One message from a WebSocket, told apart by `type`. */
export type WSMessage =
  | { readonly type: typeof WSMsgType.TEXT; readonly data: string }
  | { readonly type: typeof WSMsgType.BINARY; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly type: typeof WSMsgType.CLOSE; readonly data: number; readonly extra: string }
  | { readonly type: typeof WSMsgType.CLOSED; readonly data: null }
  | { readonly type: typeof WSMsgType.ERROR; readonly data: Error };

const CLOSED: WSMessage = { type: WSMsgType.CLOSED, data: null };
const ABNORMAL_CLOSURE = 1006; // RFC 6455 section 7.4.1: no close frame was seen

/**
 * Queues what a socket receives, so that it can be awaited or iterated.
 *
 * The queue is bounded: a peer that sends faster than it is read is closed with 4008 once
 * `maxQueue` messages wait, because the platform gives no way to slow it down.
 */
export class WebSocketChannel implements AsyncIterable<WSMessage> {
  readonly #socket: WebSocket;
  readonly #maxQueue: number;
  readonly #queue: WSMessage[] = [];
  #waiting: ((message: WSMessage) => void) | null = null;
  #closeCode: number | null = null;
  #error: Error | null = null;
  readonly #opened = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();

  /**
   * Creates one.
   *
   * @param socket The socket; its handlers are taken over.
   * @param maxQueue Most messages that may wait to be received.
   */
  constructor(socket: WebSocket, maxQueue: number) {
    this.#socket = socket;
    this.#maxQueue = maxQueue;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#opened.resolve();
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onerror = (event) => {
      const text = event instanceof ErrorEvent ? event.message : "unknown reason";
      this.#error = new Error(`WebSocket failed: ${text}`, {
        cause: event instanceof ErrorEvent ? event.error : undefined,
      });
      this.#push({ type: WSMsgType.ERROR, data: this.#error });
    };
    socket.onclose = (event) => {
      // Deno reports 0 where the connection broke without a close frame.
      const code = event.code === 0 ? ABNORMAL_CLOSURE : event.code;
      this.#closeCode ??= code;
      if (event.wasClean) {
        this.#push({ type: WSMsgType.CLOSE, data: code, extra: event.reason });
      }
      this.#push(CLOSED);
      this.#opened.resolve();
      this.#closed.resolve();
    };
  }

  /** Whether the socket is closing or has closed. */
  get closed(): boolean {
    return this.#socket.readyState >= WebSocket.CLOSING;
  }

  /** Code the socket closed with, `null` while it is open. */
  get closeCode(): number | null {
    return this.#closeCode;
  }

  /** Subprotocol of the handshake, an empty string without one. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  /** The failure that ended the connection, if one did. */
  get exception(): Error | null {
    return this.#error;
  }

  /** Resolves when the handshake is over, well or not. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /**
   * Waits for the next message.
   *
   * @returns The message; `CLOSED` once there will be no more.
   * @throws {TypeError} If another `receive()` is waiting.
   */
  receive(): Promise<WSMessage> {
    if (this.#waiting !== null) throw new TypeError("Concurrent call to receive() is not allowed");
    const next = this.#queue.shift();
    if (next !== undefined) return Promise.resolve(next);
    if (this.#socket.readyState === WebSocket.CLOSED) return Promise.resolve(CLOSED);
    return new Promise((resolve) => this.#waiting = resolve);
  }

  /**
   * Sends one message.
   *
   * @param data Text, or bytes for a binary message.
   * @throws {Error} If the socket is closing or closed.
   */
  async send(data: string | Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#opened.promise;
    if (this.closed) throw new Error("Cannot write to a closing WebSocket");
    this.#socket.send(data);
  }

  /**
   * Closes the socket and waits until it has closed.
   *
   * @param code Close code: 1000 or 3000 to 4999, the platform sends no other.
   * @param reason Up to 123 bytes of text.
   * @returns `false` if it was closing already.
   */
  async close(code = 1000, reason = ""): Promise<boolean> {
    await this.#opened.promise;
    if (this.closed) return false;
    this.#closeCode = code;
    this.#socket.close(code, reason);
    await this.#closed.promise;
    return true;
  }

  /**
   * Iterates over messages until the socket closes.
   *
   * @yields Text, binary and error messages in order.
   */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<WSMessage> {
    for (;;) {
      const message = await this.receive();
      if (message.type === WSMsgType.CLOSE || message.type === WSMsgType.CLOSED) return;
      yield message;
    }
  }

  #receive(data: string | ArrayBuffer): void {
    if (this.#queue.length >= this.#maxQueue) {
      this.#error = new Error(`WebSocket closed: ${this.#maxQueue} messages wait to be received`);
      if (!this.closed) this.#socket.close(4008, "receive queue is full");
      return;
    }
    this.#push(
      typeof data === "string"
        ? { type: WSMsgType.TEXT, data }
        : { type: WSMsgType.BINARY, data: new Uint8Array(data) },
    );
  }

  #push(message: WSMessage): void {
    const waiting = this.#waiting;
    if (waiting === null) {
      this.#queue.push(message);
      return;
    }
    this.#waiting = null;
    waiting(message);
  }
}
