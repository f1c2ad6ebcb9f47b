import { OptionTable } from "../../http/options.ts";
import type { HeadersLike } from "../hop/header_list.ts";
import { isToken } from "../../http/headers/header_params.ts";
import type { QueryInit } from "../../http/query.ts";
import {
  socketLimits,
  WEB_SOCKET_OPTIONS,
  type WebSocketBaseOptions,
} from "../../http/websocket/limits.ts";
import type { CookieInit } from "../cookies/cookie_pairs.ts";

/**
 * Options of `session.wsConnect()`. The handshake is a request of the session; an open socket does
 * not count towards `connector.limit`.
 * @typeParam T Result of `receiveJson()`: the output of `schema`.
 */
export interface WebSocketConnectOptions<T = unknown> extends WebSocketBaseOptions<T> {
  /** Subprotocols to offer, the preferred one first. @default {[]} */
  readonly protocols?: readonly string[] | undefined;
  /** Headers of the handshake; they override the session's. */
  readonly headers?: HeadersLike | undefined;
  /** Query, appended to that of the URL. */
  readonly params?: QueryInit | undefined;
  /** Cookies of this handshake only; they are not stored. */
  readonly cookies?: CookieInit | undefined;
  /** The `Origin` header, for servers that check it. @default none */
  readonly origin?: string | undefined;
  /** Fails on this many redirects: 10 follows at most 9; 0 for no limit. @default {10} */
  readonly maxRedirects?: number | undefined;
  /** Aborts the handshake; its reason is thrown, wrapped if it is not an `Error`. */
  readonly signal?: AbortSignal | undefined;
}

export const WEB_SOCKET_CONNECT_OPTIONS = new OptionTable<WebSocketConnectOptions<unknown>>({
  ...WEB_SOCKET_OPTIONS.kinds,
  protocols: "a list",
  headers: "a map or a list of pairs",
  params: "a string, an object or a list",
  cookies: "a map or a list of pairs",
  origin: "a string",
  maxRedirects: "a number",
  signal: "an AbortSignal",
}, {
  ...WEB_SOCKET_OPTIONS.remedies,
  ssl: "Give the session the authorities that you trust: { connector: { caCerts } }",
  cacerts: "It is an option of the session: { connector: { caCerts } }",
  cert: "It is an option of the session: { connector: { cert, key } }",
});

export type ResolvedWebSocket = ReturnType<typeof resolveWebSocket>;

export function resolveWebSocket(options: WebSocketConnectOptions<unknown>) {
  const { protocols = [] } = options;
  for (const [at, protocol] of protocols.entries()) {
    // RFC 6455 section 4.1: unique tokens. Others could break the header.
    const isTwice = protocols.indexOf(protocol) < at;
    if (isToken(protocol) && !isTwice) continue;
    const why = isTwice ? "it is given twice" : "it is not a token";
    throw new TypeError(`Cannot offer the subprotocol ${JSON.stringify(protocol)}: ${why}`);
  }
  return {
    ...socketLimits(options, 0, 16 * 1024 ** 2),
    protocols: [...protocols],
    autoping: options.autoping ?? true,
  };
}
