import type { StandardSchemaV1 } from "../../http/schema/standard_schema.ts";
import { connectSocket, type ReceiveOptions, WebSocketBase } from "../../http/websocket/socket.ts";
import type { WebSocketChannel } from "../../http/websocket/channel.ts";
import { WebSocketClosedError, WebSocketTimeoutError } from "../../http/websocket/errors.ts";
import type { FrameSocket } from "../../http/websocket/frame_socket.ts";
import { WSCloseCode, type WSMessage } from "../../http/websocket/message.ts";
import type { HistoryEntry } from "../errors/client_errors.ts";
import type { ClientResponse } from "../response/response.ts";

export interface ClientWebSocketInit<T> {
  readonly response: ClientResponse;
  readonly compress: boolean;
  /** Timeout of `receive()` in ms; 0 for no limit. */
  readonly receiveTimeout: number;
  readonly schema: StandardSchemaV1<unknown, T> | null;
}

/**
 * A client WebSocket, returned by `session.wsConnect()`. `await using` closes it.
 * @typeParam T Result of `receiveJson()`: the output of the schema.
 * @example
 * ```ts
 * import { ClientSession, web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/ws", web.webSocket((socket) => socket.sendJson({ hello: "world" })))]);
 * await using server = await web.TestServer.start(app);
 * await using session = new ClientSession({ baseUrl: server.url });
 * await using ws = await session.wsConnect("/ws", { heartbeat: 20_000 });
 * console.assert((await ws.receiveJson() as { hello: string }).hello === "world");
 * ```
 */
export class ClientWebSocketResponse<T = unknown> extends WebSocketBase<T> {
  /** URL of the handshake, after redirects; its scheme is `http:` or `https:`. */
  readonly url: URL;
  /** Headers of the handshake response. */
  readonly headers: Headers;
  /** Redirects of the handshake. */
  readonly history: readonly HistoryEntry[];
  /** Whether permessage-deflate was negotiated. */
  readonly compress: boolean;
  readonly #receiveTimeout: number;
  readonly #port: FrameSocket;
  #timedOut = false;

  /** Creates one; `session.wsConnect()` does. */
  constructor(init: ClientWebSocketInit<T>, channel: WebSocketChannel, port: FrameSocket) {
    super(init.schema);
    const { url, headers, history } = init.response;
    this.url = url;
    this.headers = headers;
    this.history = history;
    this.compress = init.compress;
    this.#receiveTimeout = init.receiveTimeout;
    this.#port = port;
    connectSocket(this, channel, headers.get("sec-websocket-protocol"));
  }

  /** Close code; 1006 after a `receive()` that timed out, as in aiohttp. */
  override get closeCode(): number | null {
    return super.closeCode ?? (this.#timedOut ? WSCloseCode.ABNORMAL_CLOSURE : null);
  }

  /**
   * Waits for the next message, `CLOSED` after the end. Only one call at a time.
   * @throws {WebSocketTimeoutError} If no message arrived in time; the socket stays open.
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
   * Sends a ping, with up to 125 bytes.
   * @throws {RangeError} If the payload is longer.
   * @throws {WebSocketClosedError} If the socket is closing or has closed.
   */
  ping(data: string | Uint8Array<ArrayBuffer> = ""): Promise<void> {
    return this.#control("ping", data);
  }

  /** Sends a pong, as {@linkcode ping} does; only needed with `autoping: false`. */
  pong(data: string | Uint8Array<ArrayBuffer> = ""): Promise<void> {
    return this.#control("pong", data);
  }

  /** Closes the socket with 1000 if it is open. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  // deno-lint-ignore require-await -- errors must be rejections
  async #control(kind: "ping" | "pong", data: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    if (!(bytes instanceof Uint8Array)) {
      throw new TypeError(`Cannot ${kind}: expected a string or a Uint8Array, got ${typeof data}`);
    }
    // RFC 6455 section 5.5: control frames have at most 125 bytes.
    if (bytes.byteLength > 125) {
      throw new RangeError(`Cannot ${kind} with ${bytes.byteLength} bytes: 125 is the most`);
    }
    if (this.closed) throw new WebSocketClosedError("Cannot write to closing transport");
    this.#port[kind](bytes);
  }
}
