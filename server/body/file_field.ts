import { pulledStream } from "../../http/bytes/pulled_stream.ts";
import { collectBytes } from "../../http/bytes/growing_bytes.ts";
import { type SavedUpload, saveFile, type SaveFileOptions } from "./save_file.ts";
import type { Spooled } from "./spool.ts";

// Larger pieces are fresh memory: with 20 files read at once a small GET waited four times as long.
const PIECE = 64 * 1024; // bytes

/** Streams that were opened and not read to the end: Deno does not garbage-collect files. */
const dropped = new FinalizationRegistry<() => void>((release) => release());

/**
 * A file uploaded in a form, which is removed once the request is answered.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const body = new FormData();
 * body.set("report", new File(["a,b\n"], "report.csv"));
 * const request = web.makeRequest("POST", "/", { body });
 * const file = (await request.post()).file("report");
 * console.assert(file?.filename === "report.csv" && await file.text() === "a,b\n");
 * ```
 */
export class FileField {
  /** Name of the form field. */
  readonly name: string;
  /** Filename as the client sent it: it may hold anything, never use it as a path. */
  readonly filename: string;
  /** Mime type as the client sent it, unverified. */
  readonly contentType: string;
  /** Headers of the part. */
  readonly headers: Headers;
  /** Size in bytes. */
  readonly size: number;
  readonly #content: Spooled;

  /** Called by `request.post()`. */
  constructor(
    part: Pick<FileField, "name" | "filename" | "contentType" | "headers">,
    content: Spooled,
  ) {
    this.name = part.name;
    this.filename = part.filename;
    this.contentType = part.contentType;
    this.headers = part.headers;
    this.size = content.size;
    this.#content = content;
  }

  /** The content as a stream, also for a response; read it to the end or cancel it. */
  get file(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const content = this.#content;
    content.retain();
    let isHeld = true;
    const release = (): void => {
      if (isHeld) content.release();
      isHeld = false;
    };
    let at = 0;
    const stream = pulledStream(async () => {
      const piece = await content.readAt(at, PIECE);
      at += piece.length;
      if (piece.length > 0) return piece;
      release();
      return null;
    }, release);
    dropped.register(stream, release);
    return stream;
  }

  /** Iterates over the content from its start, in pieces of at most 64 KiB. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    return this.#pieces();
  }

  /** The same in one buffer, without garbage: a piece is only valid until the next one. */
  lentPieces(): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    return this.#pieces(new Uint8Array(PIECE));
  }

  async *#pieces(buffer?: Uint8Array<ArrayBuffer>): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    for (let at = 0;;) {
      const piece = await this.#content.readAt(at, PIECE, buffer);
      if (piece.length === 0) return;
      at += piece.length;
      yield piece;
    }
  }

  /** Reads the whole content into memory. */
  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return collectBytes(this.lentPieces());
  }

  /** Reads the whole content as UTF-8 text; invalid bytes become U+FFFD. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  /** Saves the content in a folder that exists, as {@linkcode saveFile} does. */
  saveTo(path: string, options?: SaveFileOptions): Promise<SavedUpload> {
    return saveFile(this.lentPieces(), path, options);
  }
}
