/**
 * Options of a client's WebSocket, resolved once into one complete record.
 * @module
 */
import { OptionTable } from "../../http/options.ts";
import type { HeadersLike } from "../hop/header_list.ts";
import { isToken } from "../../http/headers/header_params.ts";
import type { QueryInit } from "../../http/query.ts";
import {
  type SocketLimits,
  socketLimits,
  type WebSocketTimeout,
} from "../../http/websocket/limits.ts";
import type { StandardSchemaV1 } from "../../http/schema/standard_schema.ts";
import type { CookieInit } from "../cookies/cookie_pairs.ts";

/**
 * What `session.wsConnect()` takes. Its handshake is a request of the session like any other; an
 * open socket takes no place of `connector.limit`.
 *
 * @typeParam T What `receiveJson()` gives: the output of `schema`.
 */
export interface WebSocketConnectOptions<T = unknown> {
  /** Subprotocols to offer, the preferred one first. @default {[]} */
  readonly protocols?: readonly string[] | undefined;
  /** Headers of the handshake; they replace the session's of the same name. */
  readonly headers?: HeadersLike | undefined;
  /** Query, added to the one of the URL. */
  readonly params?: QueryInit | undefined;
  /** Cookies of this handshake; they are not kept. */
  readonly cookies?: CookieInit | undefined;
  /** The `Origin` header, for servers that check it. @default none */
  readonly origin?: string | undefined;
  /** The redirect reply that is an error, counted from 1; 0 for no limit. @default {10} */
  readonly maxRedirects?: number | undefined;
  /**
   * Silence after which the server is sent a ping, in ms; without an answer within half of it more,
   * the socket is given up with a message of type `ERROR`. 0 for never.
   * @default {0}
   */
  readonly heartbeat?: number | undefined;
  /** Whether pings are answered by themselves; `false` shows pings and pongs. @default {true} */
  readonly autoping?: boolean | undefined;
  /** Timeouts of `receive()` and `close()`; the handshake has those of the session. */
  readonly timeout?: WebSocketTimeout | undefined;
  /**
   * Messages of this many bytes or more, after decompression, are refused while they come, and the
   * server is closed with 1009; 0 for no limit.
   * @default {4194304}
   */
  readonly maxMsgSize?: number | undefined;
  /** Messages that may wait to be received before the server has to wait. @default {1024} */
  readonly maxQueue?: number | undefined;
  /**
   * Bytes waiting to be sent from which on the next send closes the socket with 1013. A sender that
   * awaits its sends waits at 64 KiB.
   * @default {16777216}
   */
  readonly maxBuffered?: number | undefined;
  /**
   * Whether permessage-deflate is offered (RFC 7692); a number from 9 to 15 is the client's window
   * in bits.
   * @default {false}
   */
  readonly compress?: boolean | number | undefined;
  /** Certificates to trust beside the system's, each a PEM text. @default those of the connector */
  readonly caCerts?: readonly string[] | undefined;
  /** The client's own certificate chain as a PEM text, with `key`. */
  readonly cert?: string | undefined;
  /** The key of `cert` as a PEM text. */
  readonly key?: string | undefined;
  /** What JSON messages are checked by: a schema of Zod, Valibot, ArkType or the like. */
  readonly schema?: StandardSchemaV1<unknown, T> | undefined;
  /** Aborts the handshake; its reason is what is thrown, wrapped if it is no `Error`. */
  readonly signal?: AbortSignal | undefined;
}

/** Names and types of {@linkcode WebSocketConnectOptions}. */
export const WEB_SOCKET_CONNECT_OPTIONS = new OptionTable<WebSocketConnectOptions<unknown>>({
  protocols: "a list",
  headers: "a map or a list of pairs",
  params: "a string, an object or a list",
  cookies: "a map or a list of pairs",
  origin: "a string",
  maxRedirects: "a number",
  heartbeat: "a number",
  autoping: "true or false",
  timeout: "an object",
  maxMsgSize: "a number",
  maxQueue: "a number",
  maxBuffered: "a number",
  compress: "a number or a boolean",
  caCerts: "a list",
  cert: "a string",
  key: "a string",
  schema: "a Standard Schema (zod, valibot, arktype …)",
  signal: "an AbortSignal",
}, { receivetimeout: "Write { timeout: { receive } }" });

/** The options of a WebSocket, complete. */
export interface ResolvedWebSocket extends SocketLimits {
  readonly protocols: readonly string[];
  readonly autoping: boolean;
  /** Certificates of this socket alone, `null` for the connector's. */
  readonly tls: Pick<WebSocketConnectOptions, "caCerts" | "cert" | "key"> | null;
}

/**
 * Completes a WebSocket's options.
 *
 * @throws {RangeError} If a limit is negative or not a number.
 * @throws {TypeError} If a subprotocol is no token, or given twice.
 */
export function resolveWebSocket(options: WebSocketConnectOptions<unknown>): ResolvedWebSocket {
  const { protocols = [], caCerts, cert, key } = options;
  const seen = new Set<string>();
  for (const protocol of protocols) {
    // RFC 6455 section 4.1: tokens, each once. Anything else could end the header.
    if (!isToken(protocol) || seen.has(protocol)) {
      throw new TypeError(
        `Cannot offer the subprotocol ${JSON.stringify(protocol)}: ` +
          (seen.has(protocol) ? "it is given twice" : "it is no token"),
      );
    }
    seen.add(protocol);
  }
  return {
    ...socketLimits(options, 0, 16 * 1024 ** 2),
    protocols: [...protocols],
    autoping: options.autoping ?? true,
    tls: caCerts === undefined && cert === undefined && key === undefined ? null : {
      ...(caCerts === undefined ? {} : { caCerts }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
  };
}
