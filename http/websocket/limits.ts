import { OptionTable } from "../options.ts";

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

/** Options behind {@linkcode SocketLimits}, the same on both sides. */
export interface SocketLimitOptions {
  readonly heartbeat?: number | undefined;
  readonly timeout?: WebSocketTimeout | undefined;
  readonly maxMsgSize?: number | undefined;
  readonly maxQueue?: number | undefined;
  readonly maxBuffered?: number | undefined;
  readonly compress?: boolean | number | undefined;
}

/** Resolved limits of a `WebSocketChannel`. */
export interface ChannelLimits {
  /** Messages of this many bytes or more are rejected; 0 for no limit. */
  readonly maxMsgSize: number;
  /** Maximum number of messages in the receive queue. */
  readonly maxQueue: number;
  /** Number of unsent bytes from which on the peer is too slow. */
  readonly maxBuffered: number;
  /** Timeout of `receive()`, in ms; 0 for no limit. */
  readonly receiveTimeout: number;
  /** Timeout of `close()` for the peer's close frame, in ms. */
  readonly closeTimeout: number;
  /** The n-th `receive()` after close throws; 0 for never. */
  readonly closedReceives: number;
  /** Whether the peer's close frame is answered once it is received. @default {true} */
  readonly autoclose?: boolean;
}

/** All resolved limits of one side. */
export interface SocketLimits extends Omit<ChannelLimits, "closedReceives" | "autoclose"> {
  /** Silence before a ping, in ms; 0 for never. */
  readonly heartbeat: number;
  /** Window of permessage-deflate on this side, in bits; 0 for no compression. */
  readonly windowBits: number;
}

/** Resolves the limits of one side, with its defaults of `heartbeat` and `maxBuffered`. */
export function socketLimits(
  options: SocketLimitOptions,
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
