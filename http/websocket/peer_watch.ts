// Detection of dead peers, which do not answer pings or do not read.
import { LinkedList, type LinkedNode } from "../linked_list.ts";
import { WebSocketTimeoutError } from "./errors.ts";
import type { SocketLimits } from "./limits.ts";
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

const CHECKS = 16; // in the time of a heartbeat

/** A timer for all watches with the same heartbeat: there may be many idle sockets. */
class Beat {
  static readonly #all = new Map<number, Beat>();
  readonly watches = new LinkedList<PeerWatch>();
  #timer: ReturnType<typeof setInterval> | undefined;

  static of(heartbeat: number): Beat {
    const beat = Beat.#all.get(heartbeat) ?? new Beat();
    Beat.#all.set(heartbeat, beat);
    beat.#timer ??= setInterval(() => beat.#check(), heartbeat / CHECKS);
    return beat;
  }

  delete(place: LinkedNode<PeerWatch>, heartbeat: number): void {
    if (!this.watches.delete(place) || this.watches.size > 0) return;
    clearInterval(this.#timer);
    Beat.#all.delete(heartbeat);
  }

  #check(): void {
    const time = performance.now();
    for (let place = this.watches.first; place !== null;) {
      const { value, next } = place; // a dead peer is removed
      value.check(time);
      place = next;
    }
  }
}

type WatchOptions = Pick<SocketLimits, "heartbeat" | "closeTimeout">;

export interface WatchedSocket {
  readonly writer: FrameWriter;
  ping(payload: Uint8Array): void;
  /** Called once when the peer is dead. */
  die(error: WebSocketTimeoutError): void;
}

export class PeerWatch {
  readonly #options: WatchOptions;
  readonly #socket: WatchedSocket;
  #seen = 0;
  #pinged = false;
  #isPaused = false;
  #place: LinkedNode<PeerWatch> | null = null;
  #stall: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(options: WatchOptions, socket: WatchedSocket) {
    this.#options = options;
    this.#socket = socket;
  }

  start(): void {
    const { heartbeat } = this.#options;
    this.#seen = performance.now();
    if (heartbeat > 0 && !this.#ended) this.#place = Beat.of(heartbeat).watches.add(this);
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
    const { progress } = this.#socket.writer;
    this.#stall = setTimeout(() => this.#look(progress), this.#options.closeTimeout);
  }

  #look(progress: number): void {
    this.#stall = undefined;
    const { writer } = this.#socket;
    if (writer.size === 0) return;
    if (writer.progress !== progress) return this.sent();
    const { closeTimeout } = this.#options;
    const late = `The peer has read nothing for ${closeTimeout} ms`;
    this.#socket.die(new WebSocketTimeoutError(late, closeTimeout));
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#stall);
    const { heartbeat } = this.#options;
    if (this.#place !== null) Beat.of(heartbeat).delete(this.#place, heartbeat);
    this.#place = null;
  }

  /** Sends a ping after the interval, then waits half of it, as aiohttp does. */
  check(time: number): void {
    const { heartbeat } = this.#options;
    const silence = this.#isPaused ? 0 : time - this.#seen;
    if (this.#pinged && silence >= heartbeat * 1.5 - 1) {
      const limit = heartbeat / 2;
      const late = `No PONG received after ${limit} ms`;
      return this.#socket.die(new WebSocketTimeoutError(late, limit));
    }
    if (this.#pinged || silence < heartbeat - 1) return;
    this.#pinged = true;
    this.#socket.ping(NOTHING);
  }
}
