/**
 * The messages of a WebSocket, in aiohttp's shape.
 * @module
 */

/**
 * What a {@linkcode WSMessage} is, with aiohttp's numbers.
 *
 * @example
 * ```ts
 * import { web, WSMsgType } from "@roundtrip/http";
 *
 * const echo = web.webSocket(async (socket) => {
 *   for await (const message of socket) {
 *     if (message.type === WSMsgType.TEXT) await socket.sendStr(message.data);
 *   }
 * });
 * console.assert(typeof echo === "function");
 * ```
 */
export const WSMsgType = {
  /** A text message; `data` is a string. */
  TEXT: 1,
  /** A binary message; `data` is a `Uint8Array`. */
  BINARY: 2,
  /** The peer sent a close frame; `data` is its code, `extra` its reason. */
  CLOSE: 8,
  /** A ping, seen by a client with `autoping: false`; `data` is its payload. */
  PING: 9,
  /** A pong, seen by a client with `autoping: false`; `data` is its payload. */
  PONG: 10,
  /** `close()` was called here while `receive()` waited. */
  CLOSING: 256,
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
  | { readonly type: typeof WSMsgType.PING; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly type: typeof WSMsgType.PONG; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly type: typeof WSMsgType.CLOSING; readonly data: null }
  | { readonly type: typeof WSMsgType.CLOSED; readonly data: null }
  | { readonly type: typeof WSMsgType.ERROR; readonly data: Error };

/**
 * Codes of close frames (RFC 6455 section 7.4.1 and the IANA registry).
 */
export const WSCloseCode = {
  /** The purpose was fulfilled. */
  OK: 1000,
  /** The endpoint goes away: a server stops, a page is left. */
  GOING_AWAY: 1001,
  /** The peer broke the protocol. */
  PROTOCOL_ERROR: 1002,
  /** A kind of data that is not accepted. */
  UNSUPPORTED_DATA: 1003,
  /** The peer's close frame had no code; never sent. */
  NO_STATUS: 1005,
  /** The connection broke without a close frame; never sent. */
  ABNORMAL_CLOSURE: 1006,
  /** Text that is not UTF-8. */
  INVALID_TEXT: 1007,
  /** A message against the rules of the application. */
  POLICY_VIOLATION: 1008,
  /** A message that is too big. */
  MESSAGE_TOO_BIG: 1009,
  /** The client misses an extension. */
  MANDATORY_EXTENSION: 1010,
  /** The server met an unexpected condition. */
  INTERNAL_ERROR: 1011,
  /** The server starts again. */
  SERVICE_RESTART: 1012,
  /** The server has too much to do. */
  TRY_AGAIN_LATER: 1013,
  /** A gateway got an invalid reply. */
  BAD_GATEWAY: 1014,
} as const;
