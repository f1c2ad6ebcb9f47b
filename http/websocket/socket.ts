import { viewBytes } from "../bytes/sendable_body.ts";
import { OptionTable } from "../options.ts";
import { type StandardSchemaV1, validateWithSchema } from "../schema/standard_schema.ts";
import type { WebSocketChannel } from "./channel.ts";
import { WSMessageTypeError } from "./errors.ts";
import { type WSMessage, WSMsgType } from "./message.ts";

/** Options of the receiving methods. */
export interface ReceiveOptions {
  /** Timeout, in ms; 0 for no limit. @default the socket's `timeout.receive` */
  readonly timeout?: number | undefined;
}

const RECEIVE_OPTIONS = new OptionTable<ReceiveOptions>({ timeout: "a number" });

// Hidden from users: both sides connect their sockets and watch for the end.

/** Connects a socket object to its channel; `protocol` is the negotiated subprotocol, or `null`. */
export let connectSocket: (
  socket: WebSocketBase,
  channel: WebSocketChannel,
  protocol: string | null,
) => void;
/** Waits for the end of a socket; throws a `TypeError` if it is not connected yet. */
export let whenClosed: (socket: WebSocketBase) => Promise<void>;

/**
 * aiohttp's WebSocket API, the base of `WebSocketResponse` and `ClientWebSocketResponse`.
 * @typeParam T Result of `receiveJson()`: the output of the socket's schema.
 * @example
 * ```ts
 * import { ClientSession, web, type WebSocketBase } from "@roundtrip/http";
 *
 * // Works for either side's socket.
 * const repeat = async (socket: WebSocketBase) => socket.sendStr(await socket.receiveStr());
 * const app = new web.Application();
 * app.addRoutes([web.get("/ws", web.webSocket(repeat))]);
 * await using server = await web.TestServer.start(app);
 * await using session = new ClientSession({ baseUrl: server.url });
 * await using ws = await session.wsConnect("/ws");
 * await ws.sendStr("hello");
 * console.assert(await ws.receiveStr() === "hello");
 * ```
 */
export abstract class WebSocketBase<T = unknown> implements AsyncIterable<WSMessage> {
  #channel: WebSocketChannel | null = null;
  #protocol: string | null = null;
  readonly #schema: StandardSchemaV1<unknown, T> | null;

  static {
    connectSocket = (socket, channel, protocol) => {
      socket.#channel = channel;
      socket.#protocol = protocol;
    };
    whenClosed = (socket) => socket.#open().ended;
  }

  /** Creates one; `null` checks no JSON messages. */
  protected constructor(schema: StandardSchemaV1<unknown, T> | null) {
    this.#schema = schema;
  }

  /** Whether the socket is closing or has closed. */
  get closed(): boolean {
    return this.#channel?.closed ?? false;
  }

  /** Close code: the peer's, 1006 without one, `null` while the socket is open. */
  get closeCode(): number | null {
    return this.#channel?.closeCode ?? null;
  }

  /** Negotiated subprotocol, or `null`. */
  get protocol(): string | null {
    return this.#protocol;
  }

  /** Number of bytes not yet sent. */
  get bufferedAmount(): number {
    return this.#channel?.bufferedAmount ?? 0;
  }

  /** Returns the error that ended the connection, `null` while open or after a normal close. */
  exception(): Error | null {
    return this.#channel?.exception ?? null;
  }

  /**
   * Waits for the next message, `CLOSED` after the last one. One call at a time.
   * @throws {WebSocketTimeoutError} If the timeout passes; the socket stays open.
   * @throws {TypeError} If another `receive()` is pending.
   */
  receive(options?: ReceiveOptions): Promise<WSMessage> {
    if (options !== undefined) RECEIVE_OPTIONS.check("receive()", options);
    return this.#open().receive(options?.timeout);
  }

  /**
   * Waits for the next message, which has to be text.
   * @throws {WSMessageTypeError} If it is another message, including the end of the socket.
   * @throws {WebSocketTimeoutError} If the timeout passes.
   */
  receiveStr(options?: ReceiveOptions): Promise<string> {
    return this.receive(options).then(textOf); // half the cost of an async function
  }

  /** Waits for the next message, which has to be binary, as {@linkcode receiveStr} does. */
  async receiveBytes(options?: ReceiveOptions): Promise<Uint8Array<ArrayBuffer>> {
    const message = await this.receive(options);
    if (message.type !== WSMsgType.BINARY) throw typeError(message, "BINARY");
    return message.data;
  }

  /**
   * Waits for JSON text, as {@linkcode receiveStr} does, and returns it as the schema gives it.
   * @throws {SyntaxError} If the text is not JSON.
   * @throws {SchemaValidationError} If the value does not fit the schema.
   */
  async receiveJson(options?: ReceiveOptions): Promise<T> {
    return await this.#parse(await this.receiveStr(options));
  }

  /** Iterates over JSON messages, each as of {@linkcode receiveJson}, until the socket closes. */
  async *iterJson(): AsyncIterableIterator<T> {
    for await (const message of this) {
      if (message.type === WSMsgType.ERROR) throw message.data;
      if (message.type !== WSMsgType.TEXT) throw typeError(message, "TEXT");
      yield await this.#parse(message.data);
    }
  }

  /**
   * Sends a text message; resolves at once, or when less than 64 KiB are unsent.
   * @throws {TypeError} If it is not a string.
   * @throws {WebSocketClosedError} If the socket is closing or has closed.
   */
  sendStr(text: string): Promise<void> {
    if (typeof text !== "string") {
      return rejection(`Cannot send text: expected a string, got ${kindOf(text)}`);
    }
    return this.#send(text);
  }

  /**
   * Sends a binary message, as {@linkcode sendStr} does.
   * @throws {TypeError} If it is not an `ArrayBuffer` or a view of one.
   */
  sendBytes(bytes: ArrayBuffer | ArrayBufferView<ArrayBuffer>): Promise<void> {
    if (bytes instanceof Uint8Array) return this.#send(bytes as Uint8Array<ArrayBuffer>);
    if (ArrayBuffer.isView(bytes)) return this.#send(viewBytes(bytes));
    if (bytes instanceof ArrayBuffer) return this.#send(new Uint8Array(bytes));
    return rejection(`Cannot send bytes: expected a Uint8Array, got ${kindOf(bytes)}`);
  }

  /**
   * Sends a value as JSON text, as {@linkcode sendStr} does.
   * @throws {TypeError} If the value is not representable in JSON.
   */
  sendJson(value: unknown): Promise<void> {
    let text: string | undefined;
    try {
      text = JSON.stringify(value);
    } catch (error) {
      return Promise.reject(error); // a bigint, or a cycle
    }
    if (text === undefined) {
      return rejection(`Cannot send JSON: it has no form for ${kindOf(value)}`);
    }
    return this.#send(text);
  }

  /**
   * Closes the socket and waits until the peer has answered; `false` if it was already closing.
   * @param code Close code: 1000 to 1003, 1007 to 1014 or 3000 to 4999.
   * @param reason Up to 123 bytes of text.
   * @throws {RangeError} If code or reason is not allowed.
   */
  close(code = 1000, reason = ""): Promise<boolean> {
    return this.#open().close(code, reason);
  }

  /** Iterates over messages, control and error ones too, until the socket closes. */
  [Symbol.asyncIterator](): AsyncIterator<WSMessage> {
    const channel = this.#open();
    return { next: () => channel.next() };
  }

  /**
   * Calls a function for each message, control and error ones too, until the socket closes. If it
   * returns a promise, the next message waits for that; an error of it is thrown.
   */
  async onMessage(callback: (message: WSMessage) => void | Promise<void>): Promise<void> {
    const channel = this.#open();
    for (let step = await channel.next(); !step.done; step = await channel.next()) {
      const called = callback(step.value);
      if (called instanceof Promise) await called;
    }
  }

  #send(data: string | Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#channel === null ? rejection("Call prepare() first") : this.#channel.send(data);
  }

  #open(): WebSocketChannel {
    if (this.#channel === null) throw new TypeError("Call prepare() first");
    return this.#channel;
  }

  async #parse(text: string): Promise<T> {
    const value: unknown = JSON.parse(text);
    if (this.#schema === null) return value as T;
    return await validateWithSchema(this.#schema, value, "the WebSocket message");
  }
}

function textOf(message: WSMessage): string {
  if (message.type !== WSMsgType.TEXT) throw typeError(message, "TEXT");
  return message.data;
}

function typeError(message: WSMessage, wanted: string): WSMessageTypeError {
  const { type, data } = message;
  const shown = typeof data === "string"
    ? JSON.stringify(data.slice(0, 100))
    : data instanceof Uint8Array
    ? `${data.byteLength} bytes`
    : String(data);
  return new WSMessageTypeError(
    `Received message ${type}:${shown} is not WSMsgType.${wanted}`,
    data instanceof Error ? { cause: data } : undefined,
  );
}

function rejection(message: string): Promise<never> {
  return Promise.reject(new TypeError(message));
}

function kindOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
