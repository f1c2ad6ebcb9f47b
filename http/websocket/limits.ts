import { OptionTable } from "../options.ts";
import type { StandardSchemaV1 } from "../schema/standard_schema.ts";

/** Timeouts of an open WebSocket, aiohttp's `ClientWSTimeout`; the same on a server. */
export interface WebSocketTimeout {
  /** Timeout of `receive()`, in ms; 0 for no limit. @default {0} */
  readonly receive?: number | undefined;
  /** Timeout of `close()` for the peer's close frame, in ms. @default {10000} */
  readonly close?: number | undefined;
}

const WEB_SOCKET_TIMEOUT = new OptionTable<WebSocketTimeout>({
  receive: "a number",
  close: "a number",
});

/**
 * Options of a WebSocket that both sides have.
 * @typeParam T Result of `receiveJson()`: the output of `schema`.
 */
export interface WebSocketBaseOptions<T = unknown> {
  /**
   * Silence before a ping, in ms; without a pong within half that time, the socket ends with a
   * message of type `ERROR`. 0 for never. @default {0}, on a server {20000}
   */
  readonly heartbeat?: number | undefined;
  /** Whether pings are answered; `false` delivers pings and pongs. @default {true} */
  readonly autoping?: boolean | undefined;
  /** Timeouts of `receive()` and `close()`; the handshake of a client has those of its session. */
  readonly timeout?: WebSocketTimeout | undefined;
  /** Decoded bytes from which messages are rejected, with 1009; 0 for none. @default {4194304} */
  readonly maxMsgSize?: number | undefined;
  /** Most messages in the receive queue; reading pauses while it is full. @default {1024} */
  readonly maxQueue?: number | undefined;
  /**
   * Unsent bytes from which the next send closes the socket with 1013; an awaited send waits at
   * 64 KiB. @default {16777216}, on a server {1048576}
   */
  readonly maxBuffered?: number | undefined;
  /** Whether to agree on permessage-deflate, or window bits, 9 to 15. @default {false} */
  readonly compress?: boolean | number | undefined;
  /** Schema for JSON messages, of Zod, Valibot, ArkType or similar. */
  readonly schema?: StandardSchemaV1<unknown, T> | undefined;
}

export const WEB_SOCKET_OPTIONS = new OptionTable<WebSocketBaseOptions<unknown>>({
  heartbeat: "a number",
  autoping: "true or false",
  timeout: "an object",
  maxMsgSize: "a number",
  maxQueue: "a number",
  maxBuffered: "a number",
  compress: "a number or a boolean",
  schema: "a Standard Schema (zod, valibot, arktype …)",
}, { receivetimeout: "Write { timeout: { receive } }" });

/** Resolved limits of a `WebSocketChannel`: the options of their names and `timeout`. */
export interface ChannelLimits {
  readonly maxMsgSize: number;
  readonly maxQueue: number;
  readonly maxBuffered: number;
  readonly receiveTimeout: number;
  readonly closeTimeout: number;
  /** The n-th `receive()` after close throws; 0 for never. */
  readonly closedReceives: number;
  /** Whether the peer's close frame is answered once it is received. @default {true} */
  readonly autoclose?: boolean;
}

/** All resolved limits of one side. */
export interface SocketLimits extends Omit<ChannelLimits, "closedReceives" | "autoclose"> {
  readonly heartbeat: number;
  /** Window of permessage-deflate on this side, in bits; 0 for no compression. */
  readonly windowBits: number;
}

/** Resolves the limits of one side, with its defaults of `heartbeat` and `maxBuffered`. */
export function socketLimits(
  options: WebSocketBaseOptions<unknown>,
  heartbeat: number,
  maxBuffered: number,
): SocketLimits {
  const { timeout = {}, compress = false } = options;
  WEB_SOCKET_TIMEOUT.check("Cannot use timeout", timeout);
  return {
    heartbeat: limit("heartbeat", options.heartbeat, heartbeat),
    receiveTimeout: limit("timeout.receive", timeout.receive, 0),
    closeTimeout: limit("timeout.close", timeout.close, 10_000),
    maxMsgSize: limit("maxMsgSize", options.maxMsgSize, 4 * 1024 ** 2),
    maxQueue: limit("maxQueue", options.maxQueue, 1024),
    maxBuffered: limit("maxBuffered", options.maxBuffered, maxBuffered),
    windowBits: windowBitsOf(compress),
  };
}

function windowBitsOf(compress: boolean | number): number {
  if (compress === false || compress === 0) return 0;
  if (compress === true) return 15;
  if (Number.isInteger(compress) && compress >= 9 && compress <= 15) return compress;
  throw new RangeError(`Cannot use compress ${compress}: expected a boolean, or 9 to 15`);
}

function limit(name: string, value: number | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  // setTimeout is limited to 31 bits; a longer delay would fire at once.
  if (!(value >= 0 && value <= 0x7fffffff)) {
    throw new RangeError(`Cannot use ${name} ${value}: expected 0 to ${0x7fffffff}`);
  }
  return value;
}
