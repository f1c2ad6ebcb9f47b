/**
 * What comes in on a connection: heads, and the buffer that bodies are read from.
 * @module
 */
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import {
  headEnd,
  parseRequestHead,
  type RequestHead,
  skipEmptyLines,
} from "../../http/http1/head.ts";
import type { HeadLimits } from "../../http/http1/head_limits.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const SMALL_BUFFER = 4 * 1024;

/** The reading half of a connection; what was read and not used lies from `start` to `end`. */
export class SocketInput {
  /** Memory that is read into; small while the connection has little to say. */
  buffer: Bytes = new Uint8Array(SMALL_BUFFER);
  /** First byte that was not used. */
  start = 0;
  /** End of what has come. */
  end = 0;
  readonly #stream: ByteStream;
  readonly #limits: HeadLimits;
  #early: Promise<number | null> | null = null; // a read that watches for the client to leave

  /**
   * Creates one.
   *
   * @param stream The connection.
   * @param limits Limits of heads.
   */
  constructor(stream: ByteStream, limits: HeadLimits) {
    this.#stream = stream;
    this.#limits = limits;
  }

  /** Whether all that has come was used. */
  get isEmpty(): boolean {
    return this.start === this.end;
  }

  /**
   * Takes what was not used.
   *
   * @returns The bytes.
   */
  take(): Bytes {
    const rest = this.buffer.slice(this.start, this.end);
    this.start = this.end = 0;
    return rest;
  }

  /**
   * Reads the next head.
   *
   * @returns The head, `null` if the connection ends before it is whole.
   * @throws {HttpSyntaxError} If it breaks the protocol or a limit.
   */
  async readHead(): Promise<RequestHead | null> {
    let seen = this.start;
    for (;;) {
      this.start = skipEmptyLines(this.buffer, this.start, this.end);
      seen = Math.max(seen, this.start);
      if (this.start < this.end) {
        const stop = headEnd(this.buffer, this.start, seen, this.end, this.#limits);
        if (stop !== -1) {
          const head = parseRequestHead(this.buffer, this.start, stop, this.#limits);
          this.start = stop;
          return head;
        }
        seen = this.end;
      }
      seen -= this.#makeRoom();
      if (!await this.readSome()) return null;
    }
  }

  /**
   * Reads into the buffer.
   *
   * @returns `false` at the end of the connection.
   */
  async readSome(): Promise<boolean> {
    this.#makeRoom();
    const size = await this.read(this.buffer.subarray(this.end));
    if (size !== null) this.end += size;
    return size !== null;
  }

  /**
   * Reads what comes next.
   *
   * @param target Memory for it.
   * @returns How many bytes were read, `null` at the end of the connection.
   */
  async read(target: Bytes): Promise<number | null> {
    const early = this.#early;
    if (early === null) return await this.#stream.read(target);
    this.#early = null;
    const buffer = this.buffer;
    const size = await early;
    if (size !== null && target.buffer !== buffer.buffer) target.set(buffer.subarray(0, size));
    return size;
  }

  /**
   * Watches for the client to leave while nothing is to be read; a request that comes meanwhile is
   * kept for the next read.
   *
   * @param leave Called when the connection ends.
   */
  watch(leave: () => void): void {
    if (this.#early !== null || !this.isEmpty) return;
    this.start = this.end = 0;
    const early = this.#early = this.#stream.read(this.buffer);
    early.then((size) => {
      if (size === null && this.#early === early) leave();
    }, leave);
  }

  /** Makes room behind what has come; tells how far that was moved. */
  #makeRoom(): number {
    const moved = this.start;
    if (this.isEmpty) {
      this.start = this.end = 0;
      const isLarge = this.buffer.length > SMALL_BUFFER && this.#early === null;
      if (isLarge) this.buffer = new Uint8Array(SMALL_BUFFER);
      return moved;
    }
    if (this.end < this.buffer.length) return 0;
    const target = moved > 0 ? this.buffer : new Uint8Array(this.buffer.length * 2);
    target.set(this.buffer.subarray(moved, this.end));
    this.buffer = target;
    this.start = 0;
    this.end -= moved;
    return moved;
  }
}
