/**
 * Options of a client's WebSocket, resolved once into one complete record.
 * @module
 */
import { OptionTable } from "../../http/options.ts";
import type { HeadersLike } from "../hop/header_list.ts";
import { isToken } from "../../http/headers/header_params.ts";
import type { QueryInit } from "../../http/query.ts";
import type { StandardSchemaV1 } from "../../http/schema/standard_schema.ts";
import type { CookieInit } from "../cookies/cookie_pairs.ts";

/** Limits of time of a WebSocket, aiohttp's `WebSocketTimeout`. */
export interface WebSocketTimeout {
  /** How long `receive()` waits, in ms; 0 for no limit. @default {0} */
  readonly receive?: number | undefined;
  /** How long `close()` waits for the peer's close frame, in ms. @default {10000} */
  readonly close?: number | undefined;
}

/** Names and types of {@linkcode WebSocketTimeout}. */
export const CLIENT_WS_TIMEOUT = new OptionTable<WebSocketTimeout>({
  receive: "a number",
  close: "a number",
});

/**
 * What `session.wsConnect()` takes. A socket takes no place of `connector.limit`, which counts
 * requests, and `traceConfigs` are not told of its handshake.
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
  /** The same as `timeout.receive`, which counts if both are given. @default {0} */
  readonly receiveTimeout?: number | undefined;
  /** Limits of time once the socket is open; the handshake has the session's `timeout.total`. */
  readonly timeout?: WebSocketTimeout | undefined;
  /**
   * First size of a message that is too big, in bytes, after decompression; 0 for no limit. The
   * server is closed with 1009.
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
  /**
   * Certificates to trust in place of the system's, each a PEM text. Other than for requests,
   * where `connector.caCerts` come beside the system's, no others count here.
   */
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
export const WS_CONNECT_OPTIONS = new OptionTable<WebSocketConnectOptions<unknown>>({
  protocols: "a list",
  headers: "a map or a list of pairs",
  params: "a string, an object or a list",
  cookies: "a map or a list of pairs",
  origin: "a string",
  maxRedirects: "a number",
  heartbeat: "a number",
  autoping: "true or false",
  receiveTimeout: "a number",
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
});

/** The options of a WebSocket, complete. */
export interface ResolvedWS<T> {
  readonly protocols: readonly string[];
  readonly maxRedirects: number;
  readonly heartbeat: number;
  readonly autoping: boolean;
  readonly receiveTimeout: number;
  readonly closeTimeout: number;
  readonly maxMsgSize: number;
  readonly maxQueue: number;
  readonly maxBuffered: number;
  readonly compress: false | 9 | 10 | 11 | 12 | 13 | 14 | 15;
  readonly tls: { readonly ca?: string[]; readonly cert?: string; readonly key?: string };
  readonly schema: StandardSchemaV1<unknown, T> | null;
}

/**
 * Completes a WebSocket's options.
 *
 * @typeParam T What `receiveJson()` gives.
 * @param options What the caller gave.
 * @returns All of them.
 * @throws {RangeError} If a limit is negative or not a number.
 * @throws {TypeError} If a subprotocol is no token, or given twice; if one of `cert` and `key`
 * misses.
 */
export function resolveWS<T>(options: WebSocketConnectOptions<T>): ResolvedWS<T> {
  const { protocols = [], timeout = {}, compress = false } = options;
  CLIENT_WS_TIMEOUT.check("Cannot use timeout", timeout);
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
    protocols: [...protocols],
    maxRedirects: limit("maxRedirects", options.maxRedirects, 10),
    heartbeat: limit("heartbeat", options.heartbeat, 0),
    autoping: options.autoping ?? true,
    receiveTimeout: limit("receiveTimeout", timeout.receive ?? options.receiveTimeout, 0),
    closeTimeout: limit("timeout.close", timeout.close, 10_000),
    maxMsgSize: limit("maxMsgSize", options.maxMsgSize, 4 * 1024 ** 2),
    maxQueue: limit("maxQueue", options.maxQueue, 1024),
    maxBuffered: limit("maxBuffered", options.maxBuffered, 16 * 1024 ** 2),
    compress: windowBits(compress),
    tls: tlsOf(options),
    schema: options.schema ?? null,
  };
}

function tlsOf(
  { caCerts, cert, key }: Pick<WebSocketConnectOptions, "caCerts" | "cert" | "key">,
): ResolvedWS<unknown>["tls"] {
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError("Cannot use a client certificate: cert and key go together");
  }
  return {
    ...(caCerts === undefined ? {} : { ca: [...caCerts] }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  };
}

function windowBits(compress: boolean | number): ResolvedWS<unknown>["compress"] {
  switch (compress) {
    case false:
    case 0:
      return false;
    case true:
      return 15;
    case 9:
    case 10:
    case 11:
    case 12:
    case 13:
    case 14:
    case 15:
      return compress;
    default:
      throw new RangeError(`Cannot use compress ${compress}: expected a boolean, or 9 to 15`);
  }
}

function limit(name: string, value: number | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  // setTimeout counts in 32 bits; beyond, it would fire at once.
  if (!(value >= 0 && value <= 0x7fffffff)) {
    throw new RangeError(`Cannot use ${name} ${value}: expected 0 to ${0x7fffffff}`);
  }
  return value;
}
