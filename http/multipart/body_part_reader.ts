import type { Bytes } from "../bytes/bytes.ts";
import { pulledStream } from "../bytes/pulled_stream.ts";
import { GrowingBytes } from "../bytes/growing_bytes.ts";
import {
  type ContentDisposition,
  parseContentDisposition,
} from "../headers/content_disposition.ts";
import { parseContentType } from "../headers/content_type.ts";
import { decodePart, decodeText, decodeUrlencoded, partDecoder } from "./part_decoding.ts";
import { MultipartLimitError } from "./errors.ts";
import type { MultipartFraming } from "./framing.ts";
import { OptionTable } from "../options.ts";

/** Options of `BodyPartReader.read()`. */
export interface PartReadOptions {
  /** Whether to decode transfer and content encodings (gzip, deflate). @default {false} */
  readonly decode?: boolean | undefined;
  /** Maximum bytes in memory, instead of `maxFieldSize`; form-data without a filename has both. */
  readonly maxSize?: number | undefined;
}

const PART_READ_OPTIONS = new OptionTable<PartReadOptions>({
  decode: "true or false",
  maxSize: "a number",
});

/** Options of the text-reading methods of `BodyPartReader`. */
export interface PartTextOptions {
  /** Encoding name, instead of the part's `charset`; UTF-8 if neither is given. */
  readonly encoding?: string | undefined;
}

const PART_TEXT_OPTIONS = new OptionTable<PartTextOptions>({ encoding: "a string" });

export interface BodyPartInit {
  readonly headers: Headers;
  readonly content: MultipartFraming;
  readonly maxFieldSize: number;
  /** Whether the reader has moved on to another part. */
  readonly isPassed: () => boolean;
}

const EMPTY = new Uint8Array(0);
const LF = 10;

/**
 * One part of a multipart body. It is an async iterable of pieces; `read()`, `text()`, `json()` and
 * `form()` load the content into memory within `maxFieldSize`. Content is raw unless the method
 * says that it decodes. Pieces have the size in which they arrive, at most 128 KiB from a network
 * stream, and do not change.
 * @example Save a file from a form
 * ```ts
 * import { BodyPartReader, FormBody, MultipartReader } from "@roundtrip/http";
 *
 * const body = new FormBody().addField("f", new Blob(["hello"]), { filename: "a.txt" }).encode();
 * const part = await new MultipartReader(body.stream(), body.contentType).next();
 * let size = 0;
 * if (part instanceof BodyPartReader) { for await (const piece of part) size += piece.length; }
 * console.assert(size === 5);
 * ```
 */
export class BodyPartReader implements AsyncIterable<Uint8Array<ArrayBuffer>> {
  /** Headers of the part; each character of a value is a byte. */
  readonly headers: Headers;
  readonly #init: BodyPartInit;
  readonly #content: MultipartFraming;
  #disposition: ContentDisposition | null | undefined;
  #rest: Uint8Array<ArrayBuffer> = EMPTY; // fetched by readLine() or readChunk() and left over
  #isReleased = false;
  #isDone = false;
  #stream: ReadableStream<Uint8Array<ArrayBuffer>> | null = null;

  /** Called by `MultipartReader.next()`. */
  constructor(init: BodyPartInit) {
    this.#init = init;
    this.#content = init.content;
    this.headers = init.headers;
  }

  /** Parsed `Content-Disposition`, `null` if it is missing or malformed. */
  get disposition(): ContentDisposition | null {
    return this.#disposition ??= parseContentDisposition(this.headers.get("content-disposition"));
  }

  /** Field name, or `null`, with `%22`, `%0D` and `%0A` decoded; raw in `disposition.params`. */
  get name(): string | null {
    return this.disposition?.name ?? null;
  }

  /**
   * Filename as the sender gave it, or `null`. It may hold `../`, `\` or a device
   * name: never use it as a path. In form-data `filename*` is ignored (RFC 7578 section 4.2).
   */
  get filename(): string | null {
    return this.disposition?.filename ?? null;
  }

  /** Type and subtype in lower case; `text/plain` without the header (RFC 2046 section 5.1). */
  get contentType(): string {
    const header = this.headers.get("content-type");
    return header === null ? "text/plain" : parseContentType(header).mimeType;
  }

  /** The `charset` of `Content-Type`, or `null`. */
  get charset(): string | null {
    return parseContentType(this.headers.get("content-type")).params.get("charset") ?? null;
  }

  /**
   * The rest of the content as a stream. Cancelling it releases the part.
   * @throws {TypeError} While reading, if the reader has moved on to another part.
   */
  get stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    // Not a byte stream: that would detach the buffer behind each piece.
    return this.#stream ??= pulledStream(
      () => this.#next(Infinity),
      () => void (this.#isReleased = true),
    );
  }

  /** Whether the content has been read to its end, or released. */
  atEof(): boolean {
    return this.#isReleased ||
      this.#rest.length === 0 && (this.#init.isPassed() || this.#content.isAtEndOfPart);
  }

  /**
   * Reads the rest of the content into memory; an empty array at the end.
   * @throws {MultipartLimitError} If it is larger than `maxFieldSize`, or `maxSize`.
   * @throws {MultipartEncodingError} If the encoding is unknown or the data damaged, with `decode`.
   * @throws {MultipartTruncatedError} If the body ends within the part.
   * @throws {TypeError} If the reader has moved on to another part.
   */
  async read(options: PartReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    PART_READ_OPTIONS.check("part.read()", options);
    const { decode = false, maxSize = this.#init.maxFieldSize } = options;
    const bytes = new GrowingBytes();
    for await (const piece of this.lentPieces()) {
      if (bytes.size + piece.length > maxSize) {
        throw this.#content.fail(new MultipartLimitError("maxFieldSize", maxSize));
      }
      bytes.append(piece);
    }
    const data = bytes.take();
    return decode ? await decodePart(data, this.headers, maxSize) : data;
  }

  /**
   * Reads the next bytes, at least one and at most `size`; an empty array at the end.
   * @throws {RangeError} If `size` is not at least 1.
   * @throws {TypeError} If the reader has moved on to another part.
   */
  async readChunk(size = 8192): Promise<Uint8Array<ArrayBuffer>> {
    if (!(size >= 1)) {
      throw new RangeError(`Cannot read pieces of ${size} bytes: expected at least 1`);
    }
    return await this.#next(Math.floor(size)) ?? EMPTY;
  }

  /**
   * Reads one line with its line end, which the last may lack, as {@linkcode readChunk} does.
   * @throws {MultipartLimitError} If the line is longer than `maxFieldSize`.
   */
  async readLine(): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new GrowingBytes();
    for (let piece = await this.#next(8192); piece !== null; piece = await this.#next(8192)) {
      const end = piece.indexOf(LF) + 1;
      const line = end === 0 ? piece : piece.subarray(0, end);
      if (end > 0) this.#rest = piece.subarray(end); // it was empty: it never holds more
      if (bytes.size + line.length > this.#init.maxFieldSize) {
        throw this.#content.fail(new MultipartLimitError("maxFieldSize", this.#init.maxFieldSize));
      }
      bytes.append(line);
      if (end > 0) break;
    }
    return bytes.take();
  }

  /**
   * Reads the rest of the content, decoded, as text.
   * @throws {MultipartEncodingError} If the encoding is unknown or the bytes are invalid in it.
   */
  async text(options: PartTextOptions = {}): Promise<string> {
    PART_TEXT_OPTIONS.check("part.text()", options);
    const decoder = partDecoder(options.encoding ?? this.charset ?? "utf-8");
    return decodeText(decoder, await this.read({ decode: true }));
  }

  /**
   * Reads the rest of the content as JSON, as {@linkcode text} does; `null` if the part is empty.
   * @typeParam T Expected type; it is not checked.
   * @throws {SyntaxError} If the text is not JSON.
   */
  async json<T = unknown>(options: PartTextOptions = {}): Promise<T | null> {
    const text = await this.text(options);
    return text === "" ? null : JSON.parse(text.replace(/^\uFEFF/, ""));
  }

  /** Reads the rest as an urlencoded form in order, as {@linkcode text} does; empty ones too. */
  async form(options: PartTextOptions = {}): Promise<[name: string, value: string][]> {
    PART_TEXT_OPTIONS.check("part.form()", options);
    const decoder = partDecoder(options.encoding ?? this.charset ?? "utf-8");
    return decodeUrlencoded(await this.read({ decode: true }), decoder);
  }

  /** Skips the rest. @throws {MultipartTruncatedError} If the body ends within the part. */
  async release(): Promise<void> {
    this.#isReleased = true;
    this.#rest = EMPTY;
    while (!this.#init.isPassed() && !this.#content.isAtEndOfPart) {
      await this.#content.nextPiece(Infinity, "skip");
    }
  }

  /** Iterates over the pieces of the content as they arrive, at least one byte each. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    return this.#pieces();
  }

  /** Iterates without copies, twice as fast; a piece is only valid until the next one. */
  lentPieces(): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    return this.#pieces("lend");
  }

  async *#pieces(use?: "lend"): AsyncGenerator<Bytes> {
    let piece: Bytes | null;
    while ((piece = await this.#next(Infinity, use)) !== null) yield piece;
  }

  async #next(max: number, use: "keep" | "lend" = "keep"): Promise<Bytes | null> {
    if (this.#isDone || this.#isReleased) return null;
    // Returning nothing would be data loss: the content was skipped.
    if (this.#init.isPassed()) {
      throw new TypeError("Cannot read the part: the reader has gone on to the next one");
    }
    const rest = this.#rest;
    if (rest.length > 0) {
      this.#rest = rest.subarray(max);
      return rest.subarray(0, max);
    }
    const piece = await this.#content.nextPiece(max, use);
    if (piece === null) this.#isDone = true;
    return piece;
  }
}
