/**
 * The seam between a WebSocket's queue of messages and what moves its frames.
 * @module
 */
import type { WSMsgType } from "./message.ts";

/** Moves frames: our own over a connection, or the platform's `WebSocket`. */
export interface SocketPort {
  /** Bytes that wait to be sent. */
  readonly bufferedAmount: number;
  /**
   * Sends a message; never throws.
   *
   * @param data Text, or bytes for a binary message.
   */
  send(data: string | Uint8Array<ArrayBuffer>): void;
  /**
   * Sends a close frame; `onClose` follows once the peer has answered it.
   *
   * @param code Close code.
   * @param reason Up to 123 bytes of text.
   */
  close(code: number, reason: string): void;
  /** Lets go of the connection without a close frame, and tells nothing of it any more. */
  terminate(): void;
  /** Stops reading, so that the peer has to wait; missing where the platform cannot. */
  pause?(): void;
  /** Reads on after `pause()`. */
  resume?(): void;
  /**
   * Sends a ping; missing where the platform cannot.
   *
   * @param payload Up to 125 bytes.
   */
  ping?(payload: Uint8Array): void;
  /**
   * Sends a pong; missing where the platform cannot.
   *
   * @param payload Up to 125 bytes.
   */
  pong?(payload: Uint8Array): void;
}

/** What a port tells. */
export interface SocketEvents {
  /** The handshake is over. */
  onOpen(): void;
  /**
   * A message has come.
   *
   * @param data Text, or bytes of a binary message.
   */
  onMessage(data: string | Uint8Array<ArrayBuffer>): void;
  /** A ping or pong has come, and the port does not answer pings itself. */
  onControl(
    type: typeof WSMsgType.PING | typeof WSMsgType.PONG,
    data: Uint8Array<ArrayBuffer>,
  ): void;
  /**
   * The connection is unusable: the peer broke the protocol, or is dead.
   *
   * @param error What happened.
   * @param code Close code that names it.
   */
  onFail(error: Error, code: number): void;
  /**
   * The peer has sent its close frame, and the port waits with the answer; one without this
   * function is told by `onClose` once the port has answered by itself.
   *
   * @param code Code of the close frame.
   * @param reason Its reason.
   * @param answer Sends the answer and ends the connection.
   */
  onPeerClose?(code: number, reason: string, answer: () => void): void;
  /**
   * The connection has ended.
   *
   * @param code Code of the peer's close frame, `null` if it ended without one.
   * @param reason Reason of the close frame.
   * @param error Why it ended without a close frame.
   */
  onClose(code: number | null, reason: string, error: Error | null): void;
}
