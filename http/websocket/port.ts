import type { WSMsgType } from "./message.ts";

/** A transport for frames: our own over a connection, or the platform's `WebSocket`. */
export interface SocketPort {
  /** Number of bytes not yet sent. */
  readonly bufferedAmount: number;
  /** Sends text, or bytes as a binary message; never throws. */
  send(data: string | Uint8Array<ArrayBuffer>): void;
  /** Sends a close frame, with up to 123 bytes of text; `onClose` follows its answer. */
  close(code: number, reason: string): void;
  /** Drops the connection without a close frame; no further events. */
  terminate(): void;
  /** Stops reading, so that the peer has to wait; missing if the platform cannot. */
  pause?(): void;
  /** Continues after `pause()`. */
  resume?(): void;
}

/** Events of a port. */
export interface SocketEvents {
  /** The handshake is over. */
  onOpen(): void;
  /** Text was received, or bytes of a binary message. */
  onMessage(data: string | Uint8Array<ArrayBuffer>): void;
  /** A ping or pong was received, and the port does not answer pings itself. */
  onControl(
    type: typeof WSMsgType.PING | typeof WSMsgType.PONG,
    data: Uint8Array<ArrayBuffer>,
  ): void;
  /** The connection is unusable: the peer violated the protocol, or is dead. */
  onFail(error: Error, code: number): void;
  /** The peer's close frame was received; `answer` sends ours and ends the connection. */
  onPeerClose(code: number, reason: string, answer: () => void): void;
  /** The connection has ended: with the code of the close frame, or `null` and an error. */
  onClose(code: number | null, reason: string, error: Error | null): void;
}
