/**
 * A byte stream as a window of bytes that is refilled on demand.
 * @module
 */

/** How a {@linkcode ByteSource} reads. */
export interface ByteSourceOptions {
  /** Whether what {@linkcode ByteSource.take} gives may change at the next refill. */
  readonly reuseBuffers: boolean;
  /** Longest time spent waiting for the stream in all, in milliseconds. */
  readonly maxWait: number;
  /** Called with the number of bytes read so far, after each refill; may throw. */
  readonly onBytes: (total: number) => void;
  /** Makes the error for a stream that exceeds `maxWait`. */
  readonly timeoutError: () => Error;
}

/** First buffer; a form of some fields needs no second one. */
const MIN_BUFFER = 64 * 1024;
/** Beyond half a MiB the buffer leaves the processor's cache and every pass gets slower. */
const MAX_BUFFER = 512 * 1024;
/** Least that one refill asks for while others are under way. */
const MIN_SHARE = 64 * 1024;
let fillsUnderWay = 0;
/** Longest delay that timers take. */
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Reads a stream into one buffer through a BYOB reader, or adopts the chunks of a stream that is
 * no byte stream.
 *
 * A BYOB read detaches every view of the buffer it is given. So bytes that fill most of the buffer
 * are given out together with it, and the next refill allocates another; smaller pieces are copied
 * and the buffer is used again. Either way a caller may keep what he got.
 */
export class ByteSource {
  /** The window lies in here, from `start` to `end`. */
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** First byte of the window. */
  start = 0;
  /** End of the window, exclusive. */
  end = 0;

  readonly #byob: ReadableStreamBYOBReader | null;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | null;
  readonly #options: ByteSourceOptions;
  #size = MIN_BUFFER;
  #isLent = false; // a view of the buffer was given out
  #isOurs = true; // the buffer is not a chunk that the stream gave
  #isDone = false;
  #isFilling = false;
  #total = 0;
  #waited = 0;
  #failure: { readonly reason: unknown } | null = null;

  /**
   * Begins to read a stream.
   *
   * @param stream The stream; it is locked at once.
   * @param options How to read it.
   * @throws {TypeError} If the stream is locked already.
   */
  constructor(stream: ReadableStream<Uint8Array>, options: ByteSourceOptions) {
    this.#options = options;
    this.#byob = byobReader(stream);
    this.#reader = this.#byob === null
      ? (stream as ReadableStream<Uint8Array<ArrayBuffer>>).getReader()
      : null;
  }

  /** Whether a refill is under way. */
  get isFilling(): boolean {
    return this.#isFilling;
  }

  /**
   * Adds bytes to the window, which may move within `bytes` or into another array. To be called
   * only while {@linkcode isFilling} is `false`: two reads at once would mix their bytes.
   *
   * @returns `false` where the stream has ended and nothing was added.
   */
  async fill(): Promise<boolean> {
    this.#throwFailure();
    if (this.#isDone) return false;
    this.#isFilling = true;
    fillsUnderWay++;
    const left = this.#options.maxWait - this.#waited;
    const timer = left <= MAX_TIMER
      ? setTimeout(() => this.cancel(this.#options.timeoutError()), Math.max(0, left))
      : undefined;
    const began = performance.now();
    try {
      const size = await (this.#byob === null ? this.#fillByChunk() : this.#fillBuffer());
      this.#throwFailure(); // a cancelled reader just reports the end
      this.#isDone = size === 0;
      this.#total += size;
      this.#options.onBytes(this.#total);
      return size > 0;
    } finally {
      clearTimeout(timer);
      this.#waited += performance.now() - began;
      this.#isFilling = false;
      fillsUnderWay--;
    }
  }

  /**
   * Takes bytes from the front of the window.
   *
   * @param length How many bytes; the window must hold them.
   * @returns The bytes; they stay as they are unless `reuseBuffers` was asked for.
   */
  take(length: number): Uint8Array<ArrayBuffer> {
    const from = this.start;
    this.start += length;
    if (!this.#options.reuseBuffers && this.#byob !== null) {
      if (length * 2 < this.bytes.length) return this.bytes.slice(from, this.start);
      this.#isLent = true;
    }
    return this.bytes.subarray(from, this.start);
  }

  /**
   * Ends reading; a refill that waits, and every later one, throws `reason`.
   *
   * @param reason Error that is thrown and passed to the stream.
   */
  cancel(reason: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = { reason };
    this.start = this.end = 0;
    // The stream may fail at being cancelled; `reason` tells the caller more.
    (this.#byob ?? this.#reader)?.cancel(reason).catch(() => {});
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.reason;
  }

  async #fillBuffer(): Promise<number> {
    const held = this.end - this.start;
    let buffer = this.bytes;
    if (this.#isLent || buffer.length < this.#size || buffer.length - held < MIN_BUFFER / 2) {
      while (this.#size - held < MIN_BUFFER / 2) this.#size *= 2;
      buffer = new Uint8Array(this.#size);
      buffer.set(this.bytes.subarray(this.start, this.end));
      this.#isLent = false;
    } else if (this.start > 0) {
      buffer.copyWithin(0, this.start, this.end);
    }
    this.bytes = buffer;
    this.start = 0;
    this.end = held;
    // All bodies that are read at once share one turn of the event loop, and a small request waits
    // for several turns: 20 uploads with whole buffers made it wait a second.
    const share = Math.max(MIN_SHARE, Math.floor(MAX_BUFFER / fillsUnderWay));
    const space = buffer.length - held; // the read detaches the buffer
    const room = Math.min(space, share);
    const { value, done } = await (this.#byob as ReadableStreamBYOBReader).read(
      buffer.subarray(held, held + room),
    );
    if (value !== undefined) this.bytes = new Uint8Array(value.buffer as ArrayBuffer);
    const size = done || value === undefined ? 0 : value.length;
    this.end = this.#failure === null ? held + size : 0;
    if (size === space && this.#size < MAX_BUFFER) this.#size *= 2;
    return size;
  }

  async #fillByChunk(): Promise<number> {
    const reader = this.#reader as ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
    let chunk: Uint8Array<ArrayBuffer>;
    do {
      const result = await reader.read();
      if (result.done) return 0;
      if (!(result.value instanceof Uint8Array)) {
        throw new TypeError(
          "Cannot read the multipart body: the stream gave a chunk without bytes",
        );
      }
      chunk = result.value;
    } while (chunk.length === 0);
    const held = this.end - this.start;
    if (held === 0) {
      this.bytes = chunk;
      this.start = 0;
      this.#isOurs = false; // never written to: the stream may give the same array again
    } else if (this.#isOurs && this.bytes.length - this.end >= chunk.length) {
      this.bytes.set(chunk, this.end);
    } else {
      const joined = new Uint8Array(2 * held + chunk.length);
      joined.set(this.bytes.subarray(this.start, this.end));
      joined.set(chunk, held);
      this.bytes = joined;
      this.start = 0;
      this.#isOurs = true;
    }
    this.end = this.start + held + chunk.length;
    return chunk.length;
  }
}

function byobReader(stream: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | null {
  try {
    return stream.getReader({ mode: "byob" });
  } catch (error) {
    if (stream.locked || !(error instanceof TypeError)) throw error;
    return null; // not a byte stream
  }
}
