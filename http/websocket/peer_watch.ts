// Detection of dead peers, which do not answer pings or do not read.
import { WebSocketTimeoutError } from "./errors.ts";
import type { FrameWriter } from "./frame_writer.ts";

const NOTHING = new Uint8Array(0);
const DONE = Promise.resolve();
let turn = 0; // time of this turn of the event loop, 0 if unknown

/** The time, asked once for all sockets that are read in one turn. */
function now(): number {
  if (turn === 0) {
    turn = performance.now();
    void DONE.then(() => turn = 0);
  }
  return turn;
}

/** Options of a {@linkcode PeerWatch}. */
export interface PeerWatchOptions {
  /** Silence before a ping, in ms; 0 for never. */
  readonly heartbeat: number;
  /** Timeout for stalled writes, in ms. */
  readonly closeTimeout: number;
}

/** The watched socket. */
export interface WatchedSocket {
  readonly writer: FrameWriter;
  ping(payload: Uint8Array): void;
  /** Called once when the peer is dead. */
  die(error: WebSocketTimeoutError): void;
}

/** Watches one connection, with at most two timers. */
export class PeerWatch {
  readonly #options: PeerWatchOptions;
  readonly #socket: WatchedSocket;
  #seen = 0;
  #pinged = false;
  #isPaused = false;
  #beat: ReturnType<typeof setTimeout> | undefined;
  #stall: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(options: PeerWatchOptions, socket: WatchedSocket) {
    this.#options = options;
    this.#socket = socket;
  }

  start(): void {
    const { heartbeat } = this.#options;
    this.#seen = performance.now();
    if (heartbeat > 0) this.#beat = setTimeout(() => this.#listen(), heartbeat);
  }

  /** Resets the silence: bytes of the peer were received. */
  seen(): void {
    if (this.#options.heartbeat === 0) return;
    this.#seen = now();
    this.#pinged = false;
  }

  /** Tells whether reading is paused, which silences any peer. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#seen = performance.now();
  }

  /** Tells that bytes are waiting to be sent. */
  sent(): void {
    if (this.#stall !== undefined || this.#ended) return;
    const { closeTimeout } = this.#options;
    const { writer } = this.#socket;
    const look = (progress: number): void => {
      this.#stall = undefined;
      if (writer.size === 0 || this.#ended) return;
      if (writer.progress === progress) {
        const late = `The peer has read nothing for ${closeTimeout} ms`;
        return this.#socket.die(new WebSocketTimeoutError(late, closeTimeout));
      }
      this.#stall = setTimeout(look, closeTimeout, writer.progress);
    };
    this.#stall = setTimeout(look, closeTimeout, writer.progress);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#beat);
    clearTimeout(this.#stall);
  }

  /** Sends a ping after the interval, then waits half of it, as aiohttp does. */
  #listen(): void {
    const { heartbeat } = this.#options;
    const silence = this.#isPaused ? 0 : performance.now() - this.#seen;
    if (this.#pinged && silence >= heartbeat * 1.5 - 1) {
      const limit = heartbeat / 2;
      const late = `No PONG received after ${limit} ms`;
      return this.#socket.die(new WebSocketTimeoutError(late, limit));
    }
    if (!this.#pinged && silence >= heartbeat - 1) {
      this.#pinged = true;
      this.#socket.ping(NOTHING);
    }
    if (this.#ended) return;
    const next = (this.#pinged ? heartbeat * 1.5 : heartbeat) - silence;
    this.#beat = setTimeout(() => this.#listen(), Math.max(1, next));
  }
}
