import { OptionTable } from "../options.ts";
import { type Bytes, concatBytes } from "../bytes/bytes.ts";
import { GrowingBytes } from "../bytes/growing_bytes.ts";
import { formatHeaderParams, isToken } from "../headers/header_params.ts";
import { bytesBody, type SendableBody } from "../bytes/sendable_body.ts";
import { sourceStream } from "../bytes/source_stream.ts";
import { partBody, type PartValue } from "./part_body.ts";
import { formatPartHeaders, PART_OPTIONS, type PartOptions } from "./part_headers.ts";
import { encodeQuery, type QueryInit } from "../query.ts";

/** Options of a {@linkcode MultipartWriter}. */
export interface MultipartWriterOptions {
  /** The boundary: 1 to 70 characters that the content has not (RFC 2046). Random by default. */
  readonly boundary?: string | undefined;
}

const MULTIPART_WRITER_OPTIONS = new OptionTable<MultipartWriterOptions>({
  boundary: "a string",
});

interface Part {
  readonly head: Uint8Array<ArrayBuffer>;
  readonly body: SendableBody;
  readonly readers: Set<ReadableStreamDefaultReader<Bytes>>;
}

const CRLF = Uint8Array.of(13, 10);
/** Maximum size of a chunk; small parts are joined up to it. */
const CHUNK = 64 * 1024;
const BOUNDARY = /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/;

/**
 * Composes a multipart body (RFC 2046 section 5.1) from text, bytes, blobs, files, streams and
 * other writers. Content is read only when it is sent.
 * @example A file and its description in one body
 * ```ts
 * import { MultipartWriter } from "@roundtrip/http";
 *
 * const writer = new MultipartWriter("related")
 *   .appendJson({ title: "Notes" })
 *   .append(new Uint8Array([1, 2, 3]), { contentType: "image/png", filename: "a.png" });
 * const body = new Response(writer.stream(), { headers: { "content-type": writer.contentType } });
 * console.assert((await body.bytes()).length === writer.size);
 * ```
 */
export class MultipartWriter {
  /** Subtype: `mixed`, `form-data`, … */
  readonly subtype: string;
  /** The boundary, without leading dashes. */
  readonly boundary: string;
  readonly #parts: Part[] = [];
  readonly #writers = new Set<MultipartWriter>();

  /**
   * Creates a body of the type `multipart/` and the subtype, without parts.
   * @throws {TypeError} If the subtype is not a token or the boundary violates RFC 2046.
   */
  constructor(subtype = "mixed", options: MultipartWriterOptions = {}) {
    MULTIPART_WRITER_OPTIONS.check("new MultipartWriter", options);
    const { boundary = crypto.randomUUID().replaceAll("-", "") } = options; // 122 random bits
    if (!isToken(subtype)) {
      throw new TypeError(`Cannot write multipart/${JSON.stringify(subtype)}: not a token`);
    }
    if (!BOUNDARY.test(boundary)) {
      const what = "expected 1 to 70 of the characters of RFC 2046";
      throw new TypeError(`Cannot write multipart boundary ${JSON.stringify(boundary)}: ${what}`);
    }
    this.subtype = subtype.toLowerCase();
    this.boundary = boundary;
  }

  /** `Content-Type` of the body. */
  get contentType(): string {
    return formatHeaderParams(`multipart/${this.subtype}`, [["boundary", this.boundary]]);
  }

  /** Number of parts. */
  get length(): number {
    return this.#parts.length;
  }

  /** Length of the whole body in bytes, `null` if that of a part is unknown. */
  get size(): number | null {
    let size = this.#close().length;
    for (const { head, body } of this.#parts) {
      const content = body.size; // read once: nested writers recurse
      if (content === null) return null;
      size += head.length + content + CRLF.length;
    }
    return size;
  }

  /** Whether `stream()` can be called repeatedly: no part is a stream, iterable or file. */
  get isReplayable(): boolean {
    return this.#parts.every(({ body }) => body.replayable);
  }

  /**
   * Appends a part; in form-data its name is required. A `File` brings its filename.
   * @param value The content, or a writer of it. Bytes must not change before they are sent.
   * @throws {TypeError} If the value cannot be sent; if a name or header holds CR, LF or NUL that
   * cannot be escaped; if form-data lacks a name or has a header that RFC 7578 forbids.
   */
  append(value: PartValue | MultipartWriter, options: PartOptions = {}): this {
    PART_OPTIONS.check("append()", options);
    const body = value instanceof MultipartWriter ? this.#nest(value) : partBody(value);
    const filename = options.filename ?? (value instanceof File ? value.name : undefined);
    const named = filename === undefined ? options : { ...options, filename };
    const headers = formatPartHeaders(this.subtype, body, named);
    const head = new TextEncoder().encode(`--${this.boundary}\r\n${headers}\r\n`);
    this.#parts.push({ head, body, readers: new Set() });
    return this;
  }

  /**
   * Appends a JSON part, `application/json` by default, as {@linkcode append} does.
   * @throws {TypeError} If the value is not representable in JSON.
   */
  appendJson(value: unknown, options: PartOptions = {}): this {
    const text: string | undefined = JSON.stringify(value);
    if (text === undefined) throw new TypeError(`Cannot send ${typeof value} as JSON`);
    return this.append(text, {
      ...options,
      contentType: options.contentType ?? "application/json",
    });
  }

  /** Appends an urlencoded form, as {@linkcode append} does. */
  appendForm(fields: QueryInit, options: PartOptions = {}): this {
    const contentType = "application/x-www-form-urlencoded";
    return this.append(encodeQuery(fields), {
      ...options,
      contentType: options.contentType ?? contentType,
    });
  }

  /** Returns the whole body as one array, `null` if a part is not in memory. */
  bytes(): Uint8Array<ArrayBuffer> | null {
    const pieces: Uint8Array[] = [];
    for (const { head, body } of this.#parts) {
      const content = body.bytes; // read once: nested writers recurse
      if (content === null) return null;
      pieces.push(head, content, CRLF);
    }
    return concatBytes([...pieces, this.#close()] as Uint8Array<ArrayBuffer>[]);
  }

  /**
   * The body as a stream. It reads its sources on demand, supports BYOB readers, and cancels the
   * sources when cancelled, so that files are closed. It fails if one fails or ends too soon.
   */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const pieces = this.#pieces();
    let rest: Bytes | null = CRLF.subarray(2);
    // Copies: the stream detaches the arrays that it is given.
    const into = async (room: Bytes): Promise<Bytes | null> => {
      if (rest?.length === 0) rest = (await pieces.next()).value ?? null;
      if (rest === null) return null;
      const piece = room.subarray(0, rest.length);
      piece.set(rest.subarray(0, piece.length));
      rest = rest.subarray(piece.length);
      return piece;
    };
    const next = () => into(new Uint8Array(CHUNK));
    return sourceStream({ next, into, cancel: (reason) => this.#cancel(reason) });
  }

  async *#pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, undefined> {
    const joined = new GrowingBytes();
    try {
      for (const part of this.#parts) {
        joined.append(part.head);
        const content = part.body.bytes;
        if (content === null || content.length >= CHUNK / 2) {
          yield joined.take();
          yield* content === null ? contentOf(part) : chunksOf(content);
        } else joined.append(content);
        joined.append(CRLF);
        if (joined.size >= CHUNK / 2) yield joined.take();
      }
      joined.append(this.#close());
      yield joined.take();
    } catch (error) {
      await this.#cancel(error); // or the files of later parts would stay open
      throw error;
    }
  }

  async #cancel(reason: unknown): Promise<void> {
    // A source that fails to cancel has already failed, and that was reported.
    await Promise.allSettled(this.#parts.map(async ({ body, readers }) => {
      await Promise.all([...readers].map((reader) => reader.cancel(reason)));
      if (!body.replayable && readers.size === 0) await body.stream().cancel(reason);
    }));
  }

  #close(): Uint8Array<ArrayBuffer> {
    return new TextEncoder().encode(`--${this.boundary}--\r\n`);
  }

  #nest(writer: MultipartWriter): SendableBody {
    if (writer === this || writer.#holds(this)) {
      throw new TypeError("Cannot append a multipart writer to itself");
    }
    if (writer.boundary === this.boundary) {
      throw new TypeError(`Cannot append a multipart writer: its boundary is the outer one's too`);
    }
    this.#writers.add(writer);
    return {
      get bytes() {
        return writer.bytes();
      },
      get size() {
        return writer.size;
      },
      get replayable() {
        return writer.isReplayable;
      },
      contentType: writer.contentType,
      stream: () => writer.stream(),
    };
  }

  #holds(other: MultipartWriter): boolean {
    return [...this.#writers].some((writer) => writer === other || writer.#holds(other));
  }
}

function* chunksOf(bytes: Bytes): Generator<Bytes> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

/** Checks that a source has the length that `Content-Length` announced. */
async function* contentOf({ body, readers }: Part): AsyncGenerator<Bytes> {
  const reader = body.stream().getReader();
  readers.add(reader);
  let left = body.size ?? Infinity;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const piece = next.value;
    if (!(piece instanceof Uint8Array)) {
      throw new TypeError("Cannot send a part: its source gave a chunk without bytes");
    }
    if (piece.length > 0 && left > 0) yield piece.subarray(0, left);
    left -= piece.length;
    if (left < 0) return await reader.cancel(); // a growing file is sent at its announced size
  }
  readers.delete(reader);
  if (left > 0 && left !== Infinity) {
    throw new Error(`Cannot send a part: its source ended ${left} bytes early`);
  }
}

/** A larger body in memory is streamed instead of copied into one array. */
const MAX_JOINED = 8 * 1024 * 1024;

export function writerBody(writer: MultipartWriter): SendableBody {
  const { size, contentType, isReplayable } = writer;
  const bytes = size !== null && size <= MAX_JOINED ? writer.bytes() : null;
  if (bytes !== null) return bytesBody(bytes, contentType);
  return {
    bytes: null,
    size,
    contentType,
    replayable: isReplayable,
    stream: () => writer.stream(),
    // Releases the files and streams of a body that was not sent completely.
    close: () => void writer.stream().cancel().catch(() => {}),
  };
}
