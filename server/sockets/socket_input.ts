import { BufferPool } from "../../http/buffer_pool.ts";
import type { Bytes } from "../../http/bytes/bytes.ts";
import { type ByteWindow, moveWindow } from "../../http/bytes/byte_window.ts";
import type { PlatformStream } from "../../http/bytes/byte_stream.ts";
import {
  headEnd,
  parseRequestHead,
  type RequestHead,
  skipEmptyLines,
} from "../../http/http1/head.ts";
import type { HeadLimits } from "../../http/http1/head_rules.ts";

const SMALL_BUFFER = 4 * 1024;
const LARGE_BUFFER = 64 * 1024;
const NOTHING = new Uint8Array(0);

/** Buffers of connections that have ended: many that come and go would leave much garbage. */
const spare = new BufferPool(SMALL_BUFFER, 1024);

/** The reading half of a connection, and the bytes that have arrived. */
export class SocketInput implements ByteWindow {
  bytes: Bytes = spare.take(); // small while little arrives
  start = 0;
  end = 0;
  readonly #connection: PlatformStream;
  readonly #limits: HeadLimits;
  #seen = 0; // end of the bytes searched for the end of a head
  #early: Promise<number | null> | null = null; // a read that detects a disconnect

  constructor(connection: PlatformStream, limits: HeadLimits) {
    this.#connection = connection;
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.start === this.end;
  }

  /** The buffer, empty and large. */
  enlarged(): Bytes {
    if (this.bytes.length < LARGE_BUFFER) this.bytes = new Uint8Array(LARGE_BUFFER);
    return this.bytes;
  }

  /** Takes the unused bytes, for another reader. */
  take(): Bytes {
    const rest = this.bytes.slice(this.start, this.end);
    this.release();
    return rest;
  }

  release(): void {
    this.start = this.end = 0;
    if (this.#early !== null || this.bytes.length !== SMALL_BUFFER) return;
    spare.give(this.bytes);
    this.bytes = NOTHING;
  }

  /** Takes the next head, `null` if more has to be read. */
  takeHead(): RequestHead | null {
    this.start = skipEmptyLines(this.bytes, this.start, this.end);
    if (this.start === this.end) return null;
    const from = Math.max(this.#seen, this.start);
    const stop = headEnd(this.bytes, this.start, from, this.end, this.#limits);
    if (stop === -1) {
      this.#seen = this.end;
      return null;
    }
    const head = parseRequestHead(this.bytes, this.start, stop, this.#limits);
    this.start = stop;
    this.#seen = 0;
    return head;
  }

  /** Reads into the buffer; the caller moves `end`. `null` at the end of the connection. */
  readSome(): Promise<number | null> {
    this.#makeRoom();
    return this.read(this.end === 0 ? this.bytes : this.bytes.subarray(this.end));
  }

  /** Reads the next bytes; `null` at the end of the connection. */
  read(target: Uint8Array): Promise<number | null> {
    return this.#early === null
      ? this.#connection.read(target)
      : this.#readEarly(this.#early, target);
  }

  async #readEarly(early: Promise<number | null>, target: Uint8Array): Promise<number | null> {
    this.#early = null;
    const buffer = this.bytes;
    const size = await early;
    if (size === null || target.buffer === buffer.buffer) return size;
    const taken = Math.min(size, target.length);
    target.set(buffer.subarray(0, taken));
    buffer.copyWithin(0, taken, size);
    if (taken < size) this.#early = Promise.resolve(size - taken); // for the next read
    return taken;
  }

  /** Watches for a disconnect while nothing reads; a request that arrives is buffered. */
  watch(leave: () => void): void {
    if (this.#early !== null || !this.isEmpty) return;
    this.start = this.end = 0;
    const early = this.#early = this.#connection.read(this.bytes);
    early.then((size) => {
      if (size === null && this.#early === early) leave();
    }, leave);
  }

  #makeRoom(): void {
    const moved = this.start;
    if (this.isEmpty) {
      this.#seen = 0;
      this.start = this.end = 0;
      const isLarge = this.bytes.length > SMALL_BUFFER && this.#early === null;
      if (isLarge) this.bytes = new Uint8Array(SMALL_BUFFER);
      return;
    }
    if (this.end < this.bytes.length) return;
    moveWindow(this, moved > 0 ? this.bytes : new Uint8Array(this.bytes.length * 2));
    this.#seen = Math.max(0, this.#seen - moved);
  }
}
