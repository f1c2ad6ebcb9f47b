/**
 * Limits of a WebSocket's messages.
 * @module
 */

/** Limits of a `WebSocketChannel`, complete. */
export interface ChannelLimits {
  /** First size of a message that is too big, in bytes; 0 for no limit. */
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
