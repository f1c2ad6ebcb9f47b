// Detection of dead peers, which do not answer pings or do not read.
import { WebSocketTimeoutError } from "./errors.ts";
import type { FrameWriter } from "./frame_writer.ts";

/** Options of a {@linkcode PeerWatch}. */
export interface PeerWatchOptions {
  /** Silence before a ping, in ms; 0 for never. */
  readonly heartbeat: number;
  /** Timeout for stalled writes, in ms. */
  readonly writeTimeout: number;
  ping(): void;
  /** Called once when the peer is dead. */
  die(error: WebSocketTimeoutError): void;
}

/** Watches one connection, with at most two timers. */
export class PeerWatch {
  readonly #options: PeerWatchOptions;
  readonly #writer: FrameWriter;
  #seen = 0;
  #pinged = false;
  #isPaused = false;
  #beat: ReturnType<typeof setTimeout> | undefined;
  #stall: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(options: PeerWatchOptions, writer: FrameWriter) {
    this.#options = options;
    this.#writer = writer;
  }

  start(): void {
    const { heartbeat } = this.#options;
    this.#seen = performance.now();
    if (heartbeat > 0) this.#beat = setTimeout(() => this.#listen(), heartbeat);
  }

  /** Resets the silence: bytes of the peer were received. */
  seen(): void {
    if (this.#options.heartbeat === 0) return;
    this.#seen = performance.now();
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
    const { writeTimeout } = this.#options;
    const look = (progress: number): void => {
      this.#stall = undefined;
      if (this.#writer.size === 0 || this.#ended) return;
      if (this.#writer.progress === progress) {
        const late = `The peer has read nothing for ${writeTimeout} ms`;
        return this.#options.die(new WebSocketTimeoutError(late, writeTimeout));
      }
      this.#stall = setTimeout(look, writeTimeout, this.#writer.progress);
    };
    this.#stall = setTimeout(look, writeTimeout, this.#writer.progress);
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
      return this.#options.die(new WebSocketTimeoutError(late, limit));
    }
    if (!this.#pinged && silence >= heartbeat - 1) {
      this.#pinged = true;
      this.#options.ping();
    }
    if (this.#ended) return;
    const next = (this.#pinged ? heartbeat * 1.5 : heartbeat) - silence;
    this.#beat = setTimeout(() => this.#listen(), Math.max(1, next));
  }
}
