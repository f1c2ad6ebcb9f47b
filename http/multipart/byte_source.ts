import { type BodySource, streamSource } from "../bytes/body_source.ts";
import { type ByteWindow, moveWindow } from "../bytes/byte_window.ts";
import { MultipartLimitError } from "./errors.ts";
import type { MultipartLimits } from "./limits.ts";

type SourceLimits = Pick<MultipartLimits, "maxTotalSize" | "maxDuration">;

/**
 * Size of one refill, in bytes, always the same: Deno 2.9.6 reads ahead by the largest read so far,
 * and smaller reads leave a backlog that each read moves (four uploads of 200 MB took 10 s, not 2).
 * More is hardly faster, and delays small requests.
 */
const READ_SIZE = 128 * 1024;
/** Space before it for leftovers of the last refill: header lines, or the start of a delimiter. */
const HEADROOM = 16 * 1024;
/** Longest delay that timers take. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Reads a stream into one buffer through a BYOB reader; other streams by their chunks. A BYOB read
 * detaches every view of its buffer, so `take()` copies, unless a view will do. The copy halves the
 * speed, as each piece is fresh memory, cold and cleared; handing out the buffer
 * and allocating another, or cutting pieces from slabs of 1 MiB, was no faster.
 */
export class ByteSource implements ByteWindow {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  start = 0;
  end = 0;

  readonly #source: BodySource;
  readonly #limits: SourceLimits;
  #isDone = false;
  #isFilling = false;
  #total = 0;
  #waited = 0;
  #failure: { readonly reason: unknown } | null = null;

  /** @throws {TypeError} If the stream is locked already. */
  constructor(stream: ReadableStream<Uint8Array>, limits: SourceLimits) {
    this.#limits = limits;
    this.#source = streamSource(stream as ReadableStream<Uint8Array<ArrayBuffer>>);
  }

  get isFilling(): boolean {
    return this.#isFilling;
  }

  /**
   * Adds bytes to the window, which may move or get another array; `false` at the end. Call it only
   * while {@linkcode isFilling} is `false`: two concurrent reads would mix their bytes.
   */
  async fill(): Promise<boolean> {
    this.#throwFailure();
    if (this.#isDone) return false;
    this.#isFilling = true;
    const { maxDuration, maxTotalSize } = this.#limits;
    const left = maxDuration - this.#waited;
    const late = (): void => this.cancel(new MultipartLimitError("maxDuration", maxDuration));
    const timer = left <= MAX_TIMER ? setTimeout(late, Math.max(0, left)) : undefined;
    const began = performance.now();
    try {
      const { into } = this.#source;
      const size = await (into === undefined ? this.#fillByChunk() : this.#fillBuffer(into));
      this.#throwFailure(); // a cancelled reader only reports the end
      this.#isDone = size === 0;
      this.#total += size;
      if (this.#total > maxTotalSize) throw new MultipartLimitError("maxTotalSize", maxTotalSize);
      return size > 0;
    } finally {
      clearTimeout(timer);
      this.#waited += performance.now() - began;
      this.#isFilling = false;
    }
  }

  /** Takes bytes of the window: a copy, or a view if `lent`, which may change at a refill. */
  take(length: number, lent: boolean): Uint8Array<ArrayBuffer> {
    const from = this.start;
    this.start += length;
    return lent ? this.bytes.subarray(from, this.start) : this.bytes.slice(from, this.start);
  }

  /** Ends reading; the current refill, and every later one, throws `reason`. */
  cancel(reason: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = { reason };
    this.start = this.end = 0;
    // Cancelling may fail too; `reason` tells the caller more.
    this.#source.cancel(reason).catch(() => {});
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.reason;
  }

  /** Makes room behind the window, which moves to the front. */
  #reserve(more: number): void {
    const held = this.end - this.start;
    if (this.bytes.length < held + more) {
      moveWindow(this, new Uint8Array(Math.max(2 * held, HEADROOM) + more));
    } else if (this.start > 0) moveWindow(this);
  }

  async #fillBuffer(into: NonNullable<BodySource["into"]>): Promise<number> {
    this.#reserve(READ_SIZE);
    const held = this.end;
    // At the end the buffer stays detached; a window that cannot grow is not read.
    const piece = await into(this.bytes.subarray(held, held + READ_SIZE));
    if (piece === null) return 0;
    this.bytes = new Uint8Array(piece.buffer);
    this.end = this.#failure === null ? held + piece.length : 0;
    return piece.length;
  }

  async #fillByChunk(): Promise<number> {
    const chunk = await this.#source.next();
    if (chunk === null) return 0;
    this.#reserve(chunk.length);
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
    return chunk.length;
  }
}
