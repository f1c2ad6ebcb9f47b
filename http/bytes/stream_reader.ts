import { asError } from "../as_error.ts";
import { type BodySource, streamSource } from "./body_source.ts";
import { type Bytes, concatBytes, indexOfBytes } from "./bytes.ts";
import { GrowingBytes } from "./growing_bytes.ts";
import { pieceIterator } from "./pulled_stream.ts";
import { IncompleteReadError, LineTooLongError } from "./stream_reader_errors.ts";
import { STREAM_READER_OPTIONS, type StreamReaderOptions } from "./stream_reader_options.ts";

const EMPTY = new Uint8Array(0);
const NEWLINE = Uint8Array.of(10);

/** Creates a reader of a body whose bytes were taken from its source. */
export let readerAtEnd: (totalBytes: number) => StreamReader;

/**
 * Reads a body piece by piece with bounded memory: data is fetched only on demand. One read at a
 * time; iterating gives lines, as in aiohttp.
 * @example Read a line, and the rest in pieces of at most 64 KiB
 * ```ts
 * import { StreamReader } from "@roundtrip/http";
 *
 * const reader = new StreamReader(new Response("one\ntwo\n").body);
 * console.assert(new TextDecoder().decode(await reader.readLine()) === "one\n");
 * for await (const piece of reader.iterChunked(65536)) console.assert(piece.length === 4);
 * ```
 */
export class StreamReader implements AsyncIterable<Uint8Array<ArrayBuffer>> {
  static {
    readerAtEnd = (totalBytes) => {
      const reader = new StreamReader(null);
      reader.#totalBytes = totalBytes;
      return reader;
    };
  }

  #source: BodySource | null;
  readonly #maxLineSize: number;
  readonly #onEnd: (() => void) | undefined;
  readonly #mapError: ((error: unknown) => Error) | undefined;
  #pending: Uint8Array<ArrayBuffer> = EMPTY; // fetched and not yet returned
  #error: Error | null = null;
  #reading = false;
  #totalBytes = 0;
  readonly #onPiece = (piece: Bytes | null): Bytes => {
    this.#reading = false;
    try {
      return this.#came(piece, false);
    } catch (error) {
      throw this.#fail(error);
    }
  };
  readonly #onFailure = (error: unknown): never => {
    this.#reading = false;
    throw this.#fail(error);
  };

  /** Creates one; `null` is an empty body. */
  constructor(
    body: ReadableStream<Uint8Array<ArrayBuffer>> | BodySource | null,
    options: StreamReaderOptions = {},
  ) {
    STREAM_READER_OPTIONS.check("new StreamReader", options);
    this.#source = body instanceof ReadableStream
      ? streamSource(body, options.length ?? null)
      : body;
    this.#maxLineSize = options.maxLineSize ?? 128 * 1024;
    this.#onEnd = options.onEnd;
    this.#mapError = options.mapError;
    if (body === null) this.#onEnd?.();
  }

  /** Bytes received so far, after decoding. */
  get totalBytes(): number {
    return this.#totalBytes;
  }

  /** The error that ended the body, if any. */
  get exception(): Error | null {
    return this.#error;
  }

  /** Whether the body has ended; buffered bytes may be left. */
  get isEof(): boolean {
    return this.#source === null && this.#error === null;
  }

  /** Whether all was read; after the last byte one more read is needed to know. */
  atEof(): boolean {
    return this.#source === null && this.#pending.length === 0 && this.#error === null;
  }

  /**
   * Reads up to `size` bytes, all if it is missing or negative; an empty array only at the end.
   * @throws {RangeError} If `size` is not a whole number.
   */
  read(size = -1): Promise<Uint8Array<ArrayBuffer>> {
    const source = this.#source;
    if (!isCount(size)) return Promise.reject(noCount(size));
    if (source !== null && this.#pending.length === 0 && size !== 0) {
      if (size > 0) return this.#readDirect(source, size);
      if (source.rest !== undefined) return this.#readDirect(source, null);
    }
    return this.#exclusive(async () => {
      if (size === 0) return EMPTY;
      if (size < 0) return await this.#takeRest();
      if (this.#pending.length === 0) await this.#fetchMore();
      return this.#take(size);
    });
  }

  /** Reads available bytes, or waits for some; an empty array only at the end. */
  readAny(): Promise<Uint8Array<ArrayBuffer>> {
    return this.read(Number.MAX_SAFE_INTEGER);
  }

  /**
   * Reads available bytes into the caller's buffer, so that a long body leaves no garbage; an empty
   * array only at the end. The buffer is detached: continue with `piece.buffer`.
   * @throws {RangeError} If the buffer is empty.
   */
  readInto(buffer: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    if (buffer.length === 0) {
      return Promise.reject(new RangeError("Cannot read into an empty buffer"));
    }
    const source = this.#source;
    if (!this.#reading && this.#pending.length === 0 && source?.into !== undefined) {
      this.#reading = true;
      return source.into(buffer).then(this.#onPiece, this.#onFailure);
    }
    return this.#exclusive(async () => {
      if (this.#pending.length === 0) await this.#fetchMore();
      const piece = this.#take(buffer.length);
      buffer.set(piece);
      return buffer.subarray(0, piece.length);
    });
  }

  /**
   * Reads exactly `size` bytes.
   * @throws {IncompleteReadError} If the body ends first.
   * @throws {RangeError} If `size` is not a number of bytes.
   */
  readExactly(size: number): Promise<Uint8Array<ArrayBuffer>> {
    if (!Number.isSafeInteger(size) || size < 0) {
      return Promise.reject(
        new RangeError(`Cannot read exactly ${size} bytes: expected 0 or more`),
      );
    }
    return this.#exclusive(async () => {
      const bytes = new GrowingBytes();
      while (bytes.size < size) {
        if (this.#pending.length === 0 && !(await this.#fetchMore())) {
          throw new IncompleteReadError(bytes.take(), size);
        }
        bytes.append(this.#take(size - bytes.size));
      }
      return bytes.take();
    });
  }

  /** Reads one line with its `\n`, which the last one may lack, as {@linkcode readUntil} does. */
  readLine(): Promise<Uint8Array<ArrayBuffer>> {
    return this.readUntil(NEWLINE);
  }

  /**
   * Reads up to and including a separator, else the rest; an empty array only at the end.
   * @throws {RangeError} If the separator is empty.
   * @throws {LineTooLongError} If no separator comes within `maxLineSize`.
   */
  readUntil(separator: Uint8Array | string): Promise<Uint8Array<ArrayBuffer>> {
    const end = typeof separator === "string" ? new TextEncoder().encode(separator) : separator;
    if (end.length === 0) {
      return Promise.reject(new RangeError("Cannot read until an empty separator"));
    }
    return this.#exclusive(async () => {
      const bytes = new GrowingBytes();
      // The separator may span two pieces, so the end of the previous ones is searched again.
      let tail: Uint8Array<ArrayBuffer> = EMPTY;
      while (this.#pending.length > 0 || await this.#fetchMore()) {
        const seen = tail.length === 0 ? this.#pending : concatBytes([tail, this.#pending]);
        const at = indexOfBytes(seen, end);
        const wanted = at < 0 ? this.#pending.length : at + end.length - tail.length;
        if (bytes.size + wanted > this.#maxLineSize) throw new LineTooLongError(this.#maxLineSize);
        const piece = this.#take(wanted);
        if (at >= 0 && bytes.size === 0) return piece.slice(); // without the rest
        tail = seen.slice(Math.max(0, seen.length - end.length + 1));
        bytes.append(piece);
        if (at >= 0) break;
      }
      return bytes.take();
    });
  }

  /**
   * Returns the buffered bytes, at most `size` of them, without waiting; all if it is negative.
   * @throws {TypeError} If another read is waiting.
   * @throws {RangeError} If `size` is not a whole number.
   */
  readNowait(size = -1): Uint8Array<ArrayBuffer> {
    if (this.#reading) throw new TypeError("Cannot read the body: another read is waiting");
    if (this.#error !== null) throw this.#error;
    if (!isCount(size)) throw noCount(size);
    return this.#take(size < 0 ? this.#pending.length : size);
  }

  /**
   * Reads available bytes, in the shape of aiohttp's `readchunk()`; an empty array only at the end.
   * The second value is `false`: the platform hides the chunks of the transfer coding.
   */
  async readChunk(): Promise<[bytes: Uint8Array<ArrayBuffer>, endOfChunk: false]> {
    return [await this.readAny(), false];
  }

  /**
   * Iterates over pieces of at most `size` bytes, as they come; pieces are never merged.
   * @throws {RangeError} If `size` is not a whole number of at least 1.
   */
  iterChunked(size: number): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    return pieceIterator(() => {
      // A fraction of a byte would be an empty piece, which means the end.
      if (size > 0 && isCount(size)) return this.read(size);
      throw new RangeError(
        `Cannot iterate by pieces of ${size} bytes: expected a whole number of at least 1`,
      );
    });
  }

  /** Iterates over the pieces as the connection delivers them. */
  iterAny(): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    return this.iterChunked(Number.MAX_SAFE_INTEGER);
  }

  /** Iterates over lines, each with its `\n`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    return pieceIterator(() => this.readLine());
  }

  /** Cancels the rest of the body; later reads throw. */
  async cancel(reason: Error = new Error("Cannot read the body: it was released")): Promise<void> {
    const source = this.#source;
    if (source === null) return;
    this.#pending = EMPTY;
    this.#finish(reason);
    try {
      await source.cancel(reason);
    } catch {
      // A failed stream rejects with its own error; it is cancelled either way.
    }
  }

  /** Reads in one await, as nearly every reply is: up to `most` bytes, `null` for the rest. */
  async #readDirect(source: BodySource, most: number | null): Promise<Bytes> {
    if (this.#reading) throw new TypeError("Cannot read the body: another read is waiting");
    this.#reading = true;
    try {
      const piece = await (most === null ? source.rest?.() : source.next());
      this.#pending = this.#came(piece, most === null);
      return this.#take(most ?? Infinity);
    } catch (error) {
      throw this.#fail(error);
    } finally {
      this.#reading = false;
    }
  }

  async #exclusive<T>(read: () => Promise<T>): Promise<T> {
    if (this.#reading) throw new TypeError("Cannot read the body: another read is waiting");
    this.#reading = true;
    try {
      return await read();
    } finally {
      this.#reading = false;
    }
  }

  /** Fetches the next piece, or the rest at once where the source can; `false` at the end. */
  async #fetchMore(whole = false): Promise<boolean> {
    if (this.#error !== null) throw this.#error;
    const source = this.#source;
    if (source === null) return false;
    const rest = whole ? source.rest?.() : undefined;
    try {
      this.#pending = this.#came(await (rest ?? source.next()), rest !== undefined);
    } catch (error) {
      throw this.#fail(error);
    }
    return this.#pending.length > 0;
  }

  #came(piece: Bytes | null | undefined, isLast: boolean): Bytes {
    if (this.#error !== null) throw this.#error; // cancelled meanwhile
    const bytes = piece ?? EMPTY;
    this.#totalBytes += bytes.length;
    if (isLast || bytes.length === 0) this.#finish(null);
    return bytes;
  }

  #fail(error: unknown): Error {
    // cancel() may have set its own reason while the read was under way.
    const reason = this.#error ?? this.#mapError?.(error) ?? asError(error);
    const source = this.#source;
    this.#finish(reason);
    source?.cancel(reason).catch(() => {}); // if a listener failed, the stream is still open
    return reason;
  }

  #take(size: number): Uint8Array<ArrayBuffer> {
    const pending = this.#pending;
    const isAll = size >= pending.length;
    this.#pending = isAll ? EMPTY : pending.subarray(size);
    return isAll ? pending : pending.subarray(0, size);
  }

  async #takeRest(): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new GrowingBytes();
    do bytes.append(this.#take(this.#pending.length)); while (await this.#fetchMore(true));
    return bytes.take();
  }

  #finish(error: Error | null): void {
    this.#error = error;
    if (this.#source === null) return;
    this.#source = null;
    this.#onEnd?.();
  }
}

/** Iterates over pieces, of a {@linkcode StreamReader} not its lines but what comes. */
export function piecesOf<T>(source: AsyncIterable<T>): AsyncIterable<T | Uint8Array<ArrayBuffer>> {
  return source instanceof StreamReader ? source.iterAny() : source;
}

/** Whether it is a number of bytes; negative and infinite values mean all. */
function isCount(size: number): boolean {
  return Number.isInteger(size) || size < 0 || size === Infinity;
}

function noCount(size: number): RangeError {
  return new RangeError(`Cannot read ${size} bytes: expected a whole number`);
}
