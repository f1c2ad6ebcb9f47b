import { nameErrors } from "../as_error.ts";

/** `receiveStr()`, `receiveBytes()` or `receiveJson()` received a message of another type. */
export class WSMessageTypeError extends TypeError {}

/** Timeout of a WebSocket: `receive()` timed out, or no pong was received. */
export class WebSocketTimeoutError extends Error {
  /** The timeout, in ms. */
  readonly limit: number;

  /** Creates one; the limit is in ms. */
  constructor(message: string, limit: number) {
    super(message);
    this.limit = limit;
  }
}

/** The socket is closing or has closed. */
export class WebSocketClosedError extends Error {}

/**
 * A limit of this side was exceeded, and the socket was closed.
 * @example
 * ```ts
 * import { ClientSession, web, WebSocketLimitError } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/ws", web.webSocket((socket) => socket.sendStr("x".repeat(100))))]);
 * await using server = await web.TestServer.start(app);
 * await using session = new ClientSession();
 * await using ws = await session.wsConnect(server.makeUrl("/ws"), { maxMsgSize: 10 });
 * const { data } = await ws.receive();
 * console.assert(data instanceof WebSocketLimitError && data.code === 1009);
 * ```
 */
export class WebSocketLimitError extends Error {
  /** Code of the close frame sent to the peer. */
  readonly code: number;

  /** Creates one. */
  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** The peer violated the protocol, and the connection was closed. */
export class WebSocketProtocolError extends Error {
  /** Close code for the violation (RFC 6455 section 7.4.1). */
  readonly code: number;

  /** Creates one. */
  constructor(message: string, code: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

nameErrors({
  WSMessageTypeError,
  WebSocketTimeoutError,
  WebSocketClosedError,
  WebSocketLimitError,
  WebSocketProtocolError,
});
