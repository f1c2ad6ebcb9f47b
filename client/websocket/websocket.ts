/**
 * A client's WebSocket.
 * @module
 */
import { NotSupportedError } from "../../http/not_supported_error.ts";
import type { StandardSchemaV1 } from "../../http/schema/standard_schema.ts";
import { connectSocket, WebSocketBase } from "../../http/websocket/socket.ts";
import type { WebSocketChannel } from "../../http/websocket/channel.ts";
import { WebSocketClosedError, WebSocketTimeoutError } from "../../http/websocket/errors.ts";
import type { SocketPort } from "../../http/websocket/port.ts";
import type { ReceiveOptions } from "../../http/websocket/socket.ts";
import { WSCloseCode, type WSMessage } from "../../http/websocket/message.ts";
import type { HistoryEntry } from "../errors/client_errors.ts";

/** What a {@linkcode ClientWebSocketResponse} is made of. */
export interface ClientWebSocketInit<T> {
  /** URL of the handshake, after redirects. */
  readonly url: URL;
  /** Headers of the handshake's reply. */
  readonly headers: Headers;
  /** Redirects on the way. */
  readonly history: readonly HistoryEntry[];
  /** Subprotocol that the server chose. */
  readonly protocol: string | null;
  /** Whether permessage-deflate was agreed on. */
  readonly compress: boolean;
  /** How long `receive()` waits, in ms; 0 for no limit. */
  readonly receiveTimeout: number;
  /** What JSON messages are checked by. */
  readonly schema: StandardSchemaV1<unknown, T> | null;
}

/**
 * The client's end of a WebSocket, what `session.wsConnect()` gives. `await using` closes it.
 *
 * @typeParam T What `receiveJson()` gives: the output of the socket's schema.
 *
 * @example
 * ```ts
 * import { ClientSession, web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/ws", web.webSocket(async (socket) => {
 *   await socket.sendJson({ hello: await socket.receiveStr() });
 * }))]);
 * await using runner = new web.AppRunner(app);
 * const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
 *
 * await using session = new ClientSession({ baseUrl });
 * await using ws = await session.wsConnect("/ws", { heartbeat: 20_000 });
 * await ws.sendStr("world");
 * console.assert((await ws.receiveJson() as { hello: string }).hello === "world");
 * ```
 */
export class ClientWebSocketResponse<T = unknown> extends WebSocketBase<T> {
  /** URL of the handshake, after redirects; its scheme is `http:` or `https:`. */
  readonly url: URL;
  /** Headers of the handshake's reply. */
  readonly headers: Headers;
  /** Redirects on the way. */
  readonly history: readonly HistoryEntry[];
  /** Whether messages may be compressed: permessage-deflate was agreed on. */
  readonly compress: boolean;
  readonly #receiveTimeout: number;
  readonly #port: SocketPort;
  #timedOut = false;

  /** Creates one; `session.wsConnect()` does. */
  constructor(init: ClientWebSocketInit<T>, channel: WebSocketChannel, port: SocketPort) {
    super(init.schema);
    this.url = init.url;
    this.headers = init.headers;
    this.history = init.history;
    this.compress = init.compress;
    this.#receiveTimeout = init.receiveTimeout;
    this.#port = port;
    connectSocket(this, channel, init.protocol);
  }

  /** Code the socket closed with; 1006 after a `receive()` that timed out, as aiohttp has it. */
  override get closeCode(): number | null {
    return super.closeCode ?? (this.#timedOut ? WSCloseCode.ABNORMAL_CLOSURE : null);
  }

  /**
   * Waits for the next message. One call at a time.
   *
   * @returns The message; of type `CLOSED` once there will be no more.
   * @throws {WebSocketTimeoutError} If none came in time; the socket stays open.
   * @throws {TypeError} If another `receive()` waits.
   */
  override receive(options?: ReceiveOptions): Promise<WSMessage> {
    const message = super.receive(options);
    if ((options?.timeout ?? this.#receiveTimeout) === 0) return message;
    return message.catch((error) => {
      this.#timedOut ||= error instanceof WebSocketTimeoutError;
      throw error;
    });
  }

  /**
   * Sends a ping.
   *
   * @param data Payload, up to 125 bytes.
   * @throws {RangeError} If it is longer.
   * @throws {WebSocketClosedError} If the socket is closing or has closed.
   */
  ping(data: string | Uint8Array<ArrayBuffer> = ""): Promise<void> {
    return this.#control("ping", data);
  }

  /**
   * Sends a pong; needed with `autoping: false` only.
   *
   * @param data Payload, that of the ping; up to 125 bytes.
   * @throws {RangeError} If it is longer.
   * @throws {WebSocketClosedError} If the socket is closing or has closed.
   */
  pong(data: string | Uint8Array<ArrayBuffer> = ""): Promise<void> {
    return this.#control("pong", data);
  }

  /** Closes the socket with 1000, if it is open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // deno-lint-ignore require-await -- failures have to come as rejections
  async #control(kind: "ping" | "pong", data: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    if (!(bytes instanceof Uint8Array)) {
      throw new TypeError(`Cannot ${kind}: expected a string or a Uint8Array, got ${typeof data}`);
    }
    // RFC 6455 section 5.5: a control frame is short, so that it never waits.
    if (bytes.byteLength > 125) {
      throw new RangeError(`Cannot ${kind} with ${bytes.byteLength} bytes: 125 is the most`);
    }
    if (this.closed) throw new WebSocketClosedError("Cannot write to closing transport");
    const send = this.#port[kind];
    if (send === undefined) {
      throw new NotSupportedError(`A ${kind}`, "the platform's WebSocket sends none");
    }
    send.call(this.#port, bytes);
  }
}
