/**
 * Limits of a WebSocket, the same options on both sides.
 * @module
 */
import { OptionTable } from "../options.ts";

/** Timeouts of an open WebSocket, aiohttp's `ClientWSTimeout`; a server's has the same. */
export interface WebSocketTimeout {
  /** How long `receive()` waits, in ms; 0 for no limit. @default {0} */
  readonly receive?: number | undefined;
  /** How long `close()` waits for the peer's close frame, in ms. @default {10000} */
  readonly close?: number | undefined;
}

/** Names and types of {@linkcode WebSocketTimeout}. */
export const WEB_SOCKET_TIMEOUT = new OptionTable<WebSocketTimeout>({
  receive: "a number",
  close: "a number",
});

/** Options of either side that end as {@linkcode SocketLimits}. */
export interface SocketLimitOptions {
  readonly heartbeat?: number | undefined;
  readonly timeout?: WebSocketTimeout | undefined;
  readonly maxMsgSize?: number | undefined;
  readonly maxQueue?: number | undefined;
  readonly maxBuffered?: number | undefined;
  readonly compress?: boolean | number | undefined;
}

/** Limits of a `WebSocketChannel`, complete. */
export interface ChannelLimits {
  /** Messages of this many bytes or more are refused; 0 for no limit. */
  readonly maxMsgSize: number;
  /** Most messages that may wait to be received. */
  readonly maxQueue: number;
  /** Bytes waiting to be sent from which on the peer counts as too slow. */
  readonly maxBuffered: number;
  /** How long `receive()` waits, in ms; 0 for no limit. */
  readonly receiveTimeout: number;
  /** How long `close()` waits for the peer's close frame, in ms. */
  readonly closeTimeout: number;
  /** The `receive()` after the end that is an error, counted from 1; 0 for none. */
  readonly closedReceives: number;
  /** Whether the peer's close frame is answered once it was received. @default {true} */
  readonly autoclose?: boolean;
}

/** The limits of a side, complete. */
export interface SocketLimits extends Omit<ChannelLimits, "closedReceives" | "autoclose"> {
  /** Silence after which a ping is sent, in ms; 0 for never. */
  readonly heartbeat: number;
  /** This side's window of permessage-deflate in bits; 0 for no compression. */
  readonly windowBits: number;
}

/**
 * Completes the limits of a side.
 *
 * @param options What the caller gave.
 * @param heartbeat Default of `heartbeat`, in ms.
 * @param maxBuffered Default of `maxBuffered`, in bytes.
 * @throws {RangeError} If a limit is negative or not a number.
 * @throws {TypeError} If `timeout` has an unknown name.
 */
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
  // setTimeout counts in 32 bits; beyond, it would fire at once.
  if (!(value >= 0 && value <= 0x7fffffff)) {
    throw new RangeError(`Cannot use ${name} ${value}: expected 0 to ${0x7fffffff}`);
  }
  return value;
}
