/**
 * What can go wrong with an open WebSocket.
 * @module
 */

/** `receiveStr()`, `receiveBytes()` or `receiveJson()` met a message of another type. */
export class WSMessageTypeError extends TypeError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "WSMessageTypeError";
}

/** The peer was silent for too long: `receive()` timed out, or no pong came. */
export class WebSocketTimeoutError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "WebSocketTimeoutError";
  /** The limit that has passed, in ms. */
  readonly limit: number;

  /**
   * Creates one.
   *
   * @param message What did not come in time.
   * @param limit The limit, in ms.
   */
  constructor(message: string, limit: number) {
    super(message);
    this.limit = limit;
  }
}

/** The socket is closing or has closed. */
export class WebSocketClosedError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "WebSocketClosedError";
}

/**
 * A limit of this side was passed, and the socket was closed for it.
 *
 * @example
 * ```ts
 * import { ClientSession, web, WebSocketLimitError } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/ws", web.webSocket((socket) => socket.sendStr("x".repeat(100))))]);
 * await using runner = new web.AppRunner(app);
 * const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
 *
 * await using session = new ClientSession({ baseUrl });
 * await using ws = await session.wsConnect("/ws", { maxMsgSize: 10 });
 * const message = await ws.receive();
 * console.assert(message.data instanceof WebSocketLimitError && message.data.code === 1009);
 * ```
 */
export class WebSocketLimitError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "WebSocketLimitError";
  /** Code of the close frame that the peer got. */
  readonly code: number;

  /**
   * Creates one.
   *
   * @param message Which limit was passed.
   * @param code Code of the close frame.
   */
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** The peer broke the protocol, and the connection was ended for it. */
export class WebSocketProtocolError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "WebSocketProtocolError";
  /** Close code that names the fault (RFC 6455 section 7.4.1). */
  readonly code: number;

  /**
   * Creates one.
   *
   * @param message What the peer did.
   * @param code Close code that names it.
   * @param options The error behind it.
   */
  constructor(message: string, code: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
