/** Type of a {@linkcode WSMessage}, with aiohttp's numbers. */
export const WSMsgType = {
  /** A text message; `data` is a string. */
  TEXT: 1,
  /** A binary message; `data` is a `Uint8Array`. */
  BINARY: 2,
  /** The peer sent a close frame; `data` is its code, `extra` its reason. */
  CLOSE: 8,
  /** A ping, received by a client with `autoping: false`; `data` is its payload. */
  PING: 9,
  /** A pong, received by a client with `autoping: false`; `data` is its payload. */
  PONG: 10,
  /** `close()` was called during `receive()`. */
  CLOSING: 256,
  /** The socket has closed; all later `receive()` calls return this. */
  CLOSED: 257,
  /** The connection failed; `data` is the error. */
  ERROR: 258,
} as const;

/** A WebSocket message, discriminated by `type`. */
export type WSMessage =
  | { readonly type: typeof WSMsgType.TEXT; readonly data: string }
  | { readonly type: typeof WSMsgType.BINARY; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly type: typeof WSMsgType.CLOSE; readonly data: number; readonly extra: string }
  | { readonly type: typeof WSMsgType.PING; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly type: typeof WSMsgType.PONG; readonly data: Uint8Array<ArrayBuffer> }
  | { readonly type: typeof WSMsgType.CLOSING; readonly data: null }
  | { readonly type: typeof WSMsgType.CLOSED; readonly data: null }
  | { readonly type: typeof WSMsgType.ERROR; readonly data: Error };

/** Codes of close frames (RFC 6455 section 7.4.1 and the IANA registry). */
export const WSCloseCode = {
  /** Normal closure. */
  OK: 1000,
  /** The endpoint goes away: a server stops, a page is closed. */
  GOING_AWAY: 1001,
  /** A protocol error. */
  PROTOCOL_ERROR: 1002,
  /** An unsupported kind of data. */
  UNSUPPORTED_DATA: 1003,
  /** The peer's close frame had no code; never sent. */
  NO_STATUS: 1005,
  /** The connection broke without a close frame; never sent. */
  ABNORMAL_CLOSURE: 1006,
  /** Invalid UTF-8 in a text. */
  INVALID_TEXT: 1007,
  /** A message that violates a policy of the application. */
  POLICY_VIOLATION: 1008,
  /** A message that is too big. */
  MESSAGE_TOO_BIG: 1009,
  /** The client requires an extension that the server did not negotiate. */
  MANDATORY_EXTENSION: 1010,
  /** An unexpected error in the server. */
  INTERNAL_ERROR: 1011,
  /** The server restarts. */
  SERVICE_RESTART: 1012,
  /** The server is overloaded. */
  TRY_AGAIN_LATER: 1013,
  /** An invalid reply to a gateway. */
  BAD_GATEWAY: 1014,
} as const;
