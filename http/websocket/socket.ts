/**
 * What a server's and a client's WebSocket have in common.
 * @module
 */
import { OptionTable } from "../options.ts";
import { type StandardSchemaV1, validateWithSchema } from "../schema/standard_schema.ts";
import type { WebSocketChannel } from "./channel.ts";
import { WSMessageTypeError } from "./errors.ts";
import { type WSMessage, WSMsgType } from "./message.ts";

/** What the receiving methods take. */
export interface ReceiveOptions {
  /** How long to wait, in ms; 0 for no limit. @default the socket's `timeout.receive` */
  readonly timeout?: number | undefined;
}

/** Names and types of {@linkcode ReceiveOptions}. */
export const RECEIVE_OPTIONS = new OptionTable<ReceiveOptions>({ timeout: "a number" });

// Both sides connect their sockets and watch for their end; what users see stays free of it.
let connect: (socket: WebSocketBase, channel: WebSocketChannel, protocol: string | null) => void;
let endOf: (socket: WebSocketBase) => Promise<void>;

/**
 * Sends and receives messages, aiohttp's WebSocket API. `WebSocketResponse` and
 * `ClientWebSocketResponse` are made of it.
 *
 * @typeParam T What `receiveJson()` gives: the output of the socket's schema.
 *
 * @example
 * ```ts
 * import { ClientSession, web, type WebSocketBase } from "@roundtrip/http";
 *
 * // Works for either side's socket.
 * const ask = async (socket: WebSocketBase, question: string): Promise<string> => {
 *   await socket.sendStr(question);
 *   return await socket.receiveStr();
 * };
 * const app = new web.Application();
 * app.addRoutes([web.get("/ws", web.webSocket(async (socket) => {
 *   await socket.sendStr((await socket.receiveStr()).toUpperCase());
 * }))]);
 * await using runner = new web.AppRunner(app);
 * const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
 *
 * await using session = new ClientSession({ baseUrl });
 * await using ws = await session.wsConnect("/ws");
 * console.assert(await ask(ws, "hello") === "HELLO");
 * ```
 */
export abstract class WebSocketBase<T = unknown> implements AsyncIterable<WSMessage> {
  #channel: WebSocketChannel | null = null;
  #protocol: string | null = null;
  readonly #schema: StandardSchemaV1<unknown, T> | null;

  static {
    connect = (socket, channel, protocol) => {
      socket.#channel = channel;
      socket.#protocol = protocol;
    };
    endOf = (socket) => socket.#open().ended;
  }

  /**
   * Creates one.
   *
   * @param schema What JSON messages are checked by, `null` for no check.
   */
  protected constructor(schema: StandardSchemaV1<unknown, T> | null) {
    this.#schema = schema;
  }

  /** Whether the socket is closing or has closed. */
  get closed(): boolean {
    return this.#channel?.closed ?? false;
  }

  /** Code the socket closed with: the peer's, 1006 where none came, `null` while it is open. */
  get closeCode(): number | null {
    return this.#channel?.closeCode ?? null;
  }

  /** Subprotocol that was chosen in the handshake, `null` without one. */
  get protocol(): string | null {
    return this.#protocol;
  }

  /** Bytes that wait to be sent. */
  get bufferedAmount(): number {
    return this.#channel?.bufferedAmount ?? 0;
  }

  /**
   * Tells what ended the connection.
   *
   * @returns The failure, `null` if the socket is open or was closed in order.
   */
  exception(): Error | null {
    return this.#channel?.exception ?? null;
  }

  /**
   * Waits for the next message. One call at a time.
   *
   * @returns The message; of type `CLOSED` once there will be no more.
   * @throws {WebSocketTimeoutError} If none came in time; the socket stays open.
   * @throws {TypeError} If another `receive()` waits.
   */
  receive(options?: ReceiveOptions): Promise<WSMessage> {
    if (options !== undefined) RECEIVE_OPTIONS.check("receive()", options);
    return this.#open().receive(options?.timeout);
  }

  /**
   * Waits for the next message, which has to be text.
   *
   * @throws {WSMessageTypeError} If it is another message, the end of the socket included.
   * @throws {WebSocketTimeoutError} If none came in time.
   */
  receiveStr(options?: ReceiveOptions): Promise<string> {
    return this.receive(options).then(textOf); // half the cost of an async function
  }

  /**
   * Waits for the next message, which has to be binary.
   *
   * @returns The bytes.
   * @throws {WSMessageTypeError} If it is another message, the end of the socket included.
   * @throws {WebSocketTimeoutError} If none came in time.
   */
  async receiveBytes(options?: ReceiveOptions): Promise<Uint8Array<ArrayBuffer>> {
    const message = await this.receive(options);
    if (message.type !== WSMsgType.BINARY) throw typeError(message, "BINARY");
    return message.data;
  }

  /**
   * Waits for the next message, which has to be JSON text, and checks it by the socket's schema.
   *
   * @returns The value, as the schema gives it.
   * @throws {SyntaxError} If the text is not JSON.
   * @throws {SchemaValidationError} If the value is not what the schema asks for.
   * @throws {WSMessageTypeError} If it is another message, the end of the socket included.
   * @throws {WebSocketTimeoutError} If none came in time.
   */
  async receiveJson(options?: ReceiveOptions): Promise<T> {
    return await this.#parse(await this.receiveStr(options));
  }

  /**
   * Iterates over JSON messages until the socket closes.
   *
   * @yields The values, as the socket's schema gives them.
   * @throws {SyntaxError} If a text is not JSON.
   * @throws {SchemaValidationError} If a value is not what the schema asks for.
   * @throws {WSMessageTypeError} If a message is not text.
   */
  async *iterJson(): AsyncIterableIterator<T> {
    for await (const message of this) {
      if (message.type === WSMsgType.ERROR) throw message.data;
      if (message.type !== WSMsgType.TEXT) throw typeError(message, "TEXT");
      yield await this.#parse(message.data);
    }
  }

  /**
   * Sends a text message.
   *
   * @returns Resolves when the next message may be sent: at once, or when less than 64 KiB wait.
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
   * Sends a binary message.
   *
   * @returns Resolves when the next message may be sent: at once, or when less than 64 KiB wait.
   * @throws {TypeError} If it is neither an `ArrayBuffer` nor a view of one.
   * @throws {WebSocketClosedError} If the socket is closing or has closed.
   */
  sendBytes(bytes: ArrayBuffer | ArrayBufferView<ArrayBuffer>): Promise<void> {
    if (bytes instanceof Uint8Array) return this.#send(bytes as Uint8Array<ArrayBuffer>);
    if (ArrayBuffer.isView(bytes)) {
      const { buffer, byteOffset, byteLength } = bytes;
      return this.#send(new Uint8Array(buffer, byteOffset, byteLength));
    }
    if (bytes instanceof ArrayBuffer) return this.#send(new Uint8Array(bytes));
    return rejection(`Cannot send bytes: expected a Uint8Array, got ${kindOf(bytes)}`);
  }

  /**
   * Sends a value as JSON text.
   *
   * @returns Resolves when the next message may be sent.
   * @throws {TypeError} If JSON has no form for the value.
   * @throws {WebSocketClosedError} If the socket is closing or has closed.
   */
  sendJson(value: unknown): Promise<void> {
    let text: string | undefined;
    try {
      text = JSON.stringify(value);
    } catch (error) {
      return Promise.reject(error); // a bigint, or a circle
    }
    if (text === undefined) {
      return rejection(`Cannot send JSON: it has no form for ${kindOf(value)}`);
    }
    return this.#send(text);
  }

  /**
   * Closes the socket and waits until the peer has answered.
   *
   * @param code Close code: 1000 to 1003, 1007 to 1014 or 3000 to 4999.
   * @param reason Up to 123 bytes of text.
   * @returns `false` if it was closing already.
   * @throws {RangeError} If code or reason cannot be sent.
   */
  close(code = 1000, reason = ""): Promise<boolean> {
    return this.#open().close(code, reason);
  }

  /**
   * Iterates over messages until the socket closes.
   *
   * @returns Text, binary, control and error messages in order.
   */
  [Symbol.asyncIterator](): AsyncIterator<WSMessage> {
    const channel = this.#open();
    return { next: () => channel.next() };
  }

  /**
   * Calls a function for each message until the socket closes, as an iteration over it would; the
   * next message waits for the promise that it returns, if it does.
   *
   * @param callback Called with text, binary, control and error messages, one at a time.
   * @returns Resolves when the socket has closed; what the callback throws, rejects it.
   *
   * @example
   * ```ts
   * import { web, WSMsgType } from "@roundtrip/http";
   *
   * const app = new web.Application();
   * app.addRoutes([web.get("/echo", web.webSocket((socket) =>
   *   socket.onMessage((message) => {
   *     if (message.type === WSMsgType.TEXT) return socket.sendStr(message.data);
   *   })
   * ))]);
   * ```
   */
  async onMessage(callback: (message: WSMessage) => void | Promise<void>): Promise<void> {
    const channel = this.#open();
    for (;;) {
      const step = await channel.next();
      if (step.done === true) return;
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

/**
 * Waits for the end of a socket.
 *
 * @throws {TypeError} If it is not connected yet.
 */
export function whenClosed(socket: WebSocketBase): Promise<void> {
  return endOf(socket);
}

/**
 * Connects a socket object to what it talks through.
 *
 * @param socket The object.
 * @param channel Its messages.
 * @param protocol Subprotocol that was chosen, `null` without one.
 */
export function connectSocket(
  socket: WebSocketBase,
  channel: WebSocketChannel,
  protocol: string | null,
): void {
  connect(socket, channel, protocol);
}
