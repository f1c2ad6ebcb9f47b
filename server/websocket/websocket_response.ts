import { OptionTable } from "../../http/options.ts";
import { connectSocket, WebSocketBase } from "../../http/websocket/socket.ts";
import { WebSocketChannel } from "../../http/websocket/channel.ts";
import {
  type SocketLimits,
  socketLimits,
  WEB_SOCKET_OPTIONS,
  type WebSocketBaseOptions,
} from "../../http/websocket/limits.ts";
import { WSCloseCode } from "../../http/websocket/message.ts";
import { brokenHeader } from "../../http/headers/header_text.ts";
import { HTTPException } from "../exceptions/http_exception.ts";
import type { EarlyAnswer } from "../request/answer_slot.ts";
import { requestInternals, type ServerRequest } from "../request/request.ts";
import { checkHandshake, type CheckOrigin } from "./handshake.ts";

/**
 * Options of {@linkcode WebSocketResponse}. On the default engine a message is read before
 * `maxMsgSize` rejects it, a full queue closes the socket with 1013, and `autoping: false`,
 * `autoclose: false` and `compress` are not supported: see `web.socketEngine()`.
 * @typeParam T Result of `receiveJson()`: the output of `schema`.
 */
export interface WebSocketResponseOptions<T = unknown> extends WebSocketBaseOptions<T> {
  /** Supported subprotocols; the first match in the client's list is chosen. */
  readonly protocols?: readonly string[];
  /** Origins of pages that may connect; others get 403. @default that of the `Host` header */
  readonly checkOrigin?: CheckOrigin;
  /** Headers of the handshake's response. @default none */
  readonly headers?: HeadersInit;
  /** Whether the peer's close frame is answered, else by `close()`. @default {true} */
  readonly autoclose?: boolean;
}

const WEB_SOCKET_RESPONSE_OPTIONS = new OptionTable<WebSocketResponseOptions<unknown>>({
  ...WEB_SOCKET_OPTIONS.kinds,
  protocols: "a list",
  checkOrigin: "anything",
  headers: "a map or a list of pairs",
  autoclose: "true or false",
}, WEB_SOCKET_OPTIONS.remedies);

/** Result of {@linkcode WebSocketResponse.canPrepare}. */
export interface WebSocketReady {
  /** Whether `prepare()` would succeed. */
  readonly ok: boolean;
  /** Subprotocol that would be chosen, or `null`. */
  readonly protocol: string | null;
}

/**
 * Upgrades a request to a WebSocket: `prepare()` answers the handshake, then messages can be
 * received and sent until it closes. An open socket is closed with 1000 when the handler returns,
 * with 1011 when it throws, and with 1001 when the server stops.
 * @typeParam T Result of `receiveJson()`: the output of the schema.
 * @example
 * ```ts
 * import { web, WSMsgType } from "@roundtrip/http";
 *
 * const answers: web.Handler = async (request) => {
 *   const socket = new web.WebSocketResponse();
 *   await socket.prepare(request);
 *   for await (const { type, data } of socket) {
 *     if (type === WSMsgType.TEXT) await socket.sendStr(`${data}/answer`);
 *   }
 *   return socket;
 * };
 * ```
 */
export class WebSocketResponse<T = unknown> extends WebSocketBase<T> implements EarlyAnswer {
  readonly #options: WebSocketResponseOptions<T>;
  readonly #channel: WebSocketChannel;
  readonly #limits: SocketLimits;
  #response: Response | null = null;

  /** Creates one. @throws {RangeError} If a limit is negative or not a number. */
  constructor(options: WebSocketResponseOptions<T> = {}) {
    super(options.schema ?? null);
    WEB_SOCKET_RESPONSE_OPTIONS.check("new web.WebSocketResponse", options);
    this.#options = options;
    const limits = {
      ...socketLimits(options, 20_000, 1024 ** 2),
      autoclose: options.autoclose ?? true,
      closedReceives: 5, // aiohttp's THRESHOLD_CONNLOST_ACCESS: detects a loop that never ends
    };
    this.#limits = limits;
    this.#channel = new WebSocketChannel(limits);
  }

  /** Whether `prepare()` has answered the handshake. */
  get prepared(): boolean {
    return this.#response !== null;
  }

  /** The platform's response to the upgrade. */
  get response(): Response {
    if (this.#response === null) throw new TypeError("Call prepare() first");
    return this.#response;
  }

  /** Whether a request can be upgraded, and with which subprotocol. */
  canPrepare<Params>(request: ServerRequest<Params>): WebSocketReady {
    try {
      return { ok: !this.prepared, protocol: this.#check(request) };
    } catch (error) {
      if (!(error instanceof HTTPException)) throw error;
      return { ok: false, protocol: null };
    }
  }

  /**
   * Answers the handshake; then the handler can send and receive.
   * @throws {HTTPBadRequest} If it is not a WebSocket handshake of version 13.
   * @throws {HTTPForbidden} If its origin is not allowed.
   * @throws {TypeError} If this object or the request has been answered.
   * @throws {NotSupportedError} If the engine has no WebSockets, or does not support an option.
   */
  async prepare<Params>(request: ServerRequest<Params>): Promise<void> {
    if (this.prepared) throw new TypeError("Cannot prepare: this WebSocket is prepared already");
    const protocol = this.#check(request);
    // Everything that can fail comes first: an unanswered upgrade hangs for ever.
    const headers = new Headers(this.#options.headers);
    const broken = brokenHeader(headers);
    if (broken !== null) {
      throw new TypeError(`Cannot prepare: header "${broken}" holds a control character`);
    }
    requestInternals.slotOf(request).checkOpen();
    const { autoping = true, autoclose = true } = this.#options;
    const { socket, response } = requestInternals.upgrade(request, this.#channel, {
      ...this.#limits,
      headers,
      protocol,
      compress: this.#limits.windowBits,
      autoping,
      autoclose,
    });
    this.#channel.attach(socket);
    connectSocket(this, this.#channel, protocol);
    this.#response = response;
    requestInternals.slotOf(request).answer({
      response,
      finish: (error) =>
        error === undefined
          ? this.#end(WSCloseCode.OK, "")
          : this.#end(WSCloseCode.INTERNAL_ERROR, "Internal server error"),
      shutdown: () => this.#end(WSCloseCode.GOING_AWAY, "Server shutdown"),
    });
    await this.#channel.opened;
  }

  async #end(code: number, reason: string): Promise<void> {
    await this.#channel.close(code, reason);
    await this.#channel.ended;
  }

  #check<Params>(request: ServerRequest<Params>): string | null {
    const { protocols = [], checkOrigin = null } = this.#options;
    // A check uses headers and URL of the request; match info is up to the handler.
    return checkHandshake(request as unknown as ServerRequest, protocols, checkOrigin);
  }
}
