import { BodyPartReader } from "./body_part_reader.ts";
import { ByteSource } from "./byte_source.ts";
import { parseContentDisposition } from "../headers/content_disposition.ts";
import { parseContentType } from "../headers/content_type.ts";
import { refuseEncodings } from "./part_decoding.ts";
import { MultipartLimitError, MultipartSyntaxError } from "./errors.ts";
import { MultipartFraming } from "./framing.ts";
import { parsePartHeaders } from "./part_headers.ts";
import { MULTIPART_LIMITS, type MultipartLimits, resolveMultipartLimits } from "./limits.ts";

/** Options of a {@linkcode MultipartReader}: its limits. */
export type MultipartReaderOptions = Partial<MultipartLimits>;

/**
 * Reads a multipart body (RFC 2046 section 5.1) part by part, on demand and in bounded memory. The
 * rest of a part is skipped when the next one is requested. A malformed, truncated or too large
 * body is an error, which ends the reader: the stream is cancelled and every later call throws the
 * same error. `multipart/form-data` follows RFC 7578: each part has a
 * `Content-Disposition: form-data` with a name, and no encoding.
 * @example Read a form
 * ```ts
 * import { BodyPartReader, FormBody, MultipartReader } from "@roundtrip/http";
 *
 * const body = new FormBody().addField("file", new Blob(["hello"]), { filename: "a.txt" }).encode();
 * await using reader = new MultipartReader(body.stream(), body.contentType);
 * for await (const part of reader) {
 *   if (part instanceof BodyPartReader) console.assert(await part.text() === "hello");
 * }
 * ```
 */
export class MultipartReader
  implements AsyncIterable<BodyPartReader | MultipartReader>, AsyncDisposable {
  /** Headers of the enclosing part; empty for the outermost multipart. */
  readonly headers: Headers;
  /** Type and subtype in lower case: `multipart/form-data`, `multipart/mixed`, … */
  readonly contentType: string;
  /** The boundary, without leading dashes. */
  readonly boundary: string;
  /** The limits in effect. */
  readonly limits: MultipartLimits;

  readonly #stream: ReadableStream<Uint8Array>;
  #depth = 1;
  #counted = { parts: 0 }; // also of nested readers
  #framing: MultipartFraming | null = null;
  #part = 0; // number of parts given out: invalidates older parts
  #isEnded = false;

  /**
   * Checks the type; nothing is read yet.
   * @param stream The body; `null` counts as empty. It is locked by the first `next()`.
   * @param contentType Its `Content-Type` header.
   * @param headers Headers of the enclosing part, if nested.
   * @throws {MultipartSyntaxError} If the header is not multipart or has no valid boundary.
   * @throws {MultipartLimitError} If the boundary is longer than `maxBoundaryLength`.
   * @throws {RangeError} If a limit is negative or not a number.
   */
  constructor(
    stream: ReadableStream<Uint8Array> | null,
    contentType: string | null,
    options: MultipartReaderOptions = {},
    headers: Headers = new Headers(),
  ) {
    MULTIPART_LIMITS.check("new MultipartReader", options);
    const { mimeType, params } = parseContentType(contentType);
    if (!mimeType.startsWith("multipart/")) {
      const got = contentType === null ? "missing" : JSON.stringify(contentType.slice(0, 80));
      throw new MultipartSyntaxError(`Cannot read the multipart body: its Content-Type is ${got}`);
    }
    this.limits = resolveMultipartLimits(options);
    this.boundary = checkBoundary(params.get("boundary") ?? "", this.limits.maxBoundaryLength);
    this.contentType = mimeType;
    this.headers = headers;
    this.#stream = stream ?? new Blob([]).stream();
  }

  /** Field name of the enclosing part, if any. */
  get name(): string | null {
    return parseContentDisposition(this.headers.get("content-disposition"))?.name ?? null;
  }

  /** Nesting depth; the outermost is 1. */
  get depth(): number {
    return this.#depth;
  }

  /** Whether all parts have been read: `next()` has returned `null`. */
  atEof(): boolean {
    return this.#isEnded;
  }

  /**
   * Moves to the next part and skips the rest of the current one.
   * @returns A part, a reader if the part is itself multipart, `null` at the end.
   * @throws {MultipartSyntaxError} If the body is malformed.
   * @throws {MultipartTruncatedError} If the body ends before its closing delimiter.
   * @throws {MultipartLimitError} If the body exceeds a limit.
   * @throws {MultipartEncodingError} If a form-data part has an encoding.
   * @throws {TypeError} If another read is pending.
   */
  async next(): Promise<BodyPartReader | MultipartReader | null> {
    if (this.#isEnded) return null;
    const framing = this.#framing ??= this.#open();
    const lines = await framing.nextPart();
    this.#part++;
    if (lines === null) {
      this.#isEnded = true;
      return null;
    }
    try {
      if (++this.#counted.parts > this.limits.maxParts) {
        throw new MultipartLimitError("maxParts", this.limits.maxParts);
      }
      return this.#begin(framing, parsePartHeaders(lines));
    } catch (error) {
      throw framing.fail(error);
    }
  }

  /** Iterates over the remaining parts, and readers of nested ones; leaving the loop is fine. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<BodyPartReader | MultipartReader> {
    for (let part = await this.next(); part !== null; part = await this.next()) yield part;
  }

  /** Cancels the body's stream; later reads throw. */
  cancel(reason: Error = new Error("Cannot read the multipart body: it was cancelled")): void {
    if (!this.#isEnded) (this.#framing ??= this.#open()).fail(reason);
  }

  /** Cancels the body unless it has been read to its end. */
  [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    return Promise.resolve();
  }

  #open(): MultipartFraming {
    // The outermost counts every byte, and its time.
    const limits = this.depth === 1
      ? this.limits
      : { maxTotalSize: Infinity, maxDuration: Infinity };
    return new MultipartFraming(new ByteSource(this.#stream, limits), this.boundary, this.limits);
  }

  #begin(framing: MultipartFraming, headers: Headers): BodyPartReader | MultipartReader {
    const isForm = this.contentType === "multipart/form-data";
    const number = this.#part;
    const { maxFieldSize, maxDepth } = this.limits;
    const part = new BodyPartReader({
      headers,
      content: framing,
      maxFieldSize,
      isPassed: () => this.#part !== number,
    });
    if (isForm) checkFormPart(part);
    checkNames(part, this.limits.maxNameLength);
    // Browsers upload a saved page (.mhtml) as a file of type multipart/related without boundary.
    const isFile = isForm && part.filename !== null;
    const isNested = !isFile && part.contentType.startsWith("multipart/");
    framing.limitPart(isForm && !isFile && !isNested ? "maxFieldSize" : "maxFileSize");
    if (isNested) {
      if (this.#depth >= maxDepth) throw new MultipartLimitError("maxDepth", maxDepth);
      const type = headers.get("content-type");
      const nested = new MultipartReader(part.stream, type, this.limits, headers);
      nested.#depth = this.#depth + 1;
      nested.#counted = this.#counted;
      return nested;
    }
    return part;
  }
}

function checkBoundary(boundary: string, maxLength: number): string {
  if (boundary.length > maxLength) throw new MultipartLimitError("maxBoundaryLength", maxLength);
  // RFC 2046 section 5.1.1 allows fewer characters; clients are laxer, and none of these breaks a
  // line. A trailing blank would be ambiguous with the padding after a delimiter.
  if (!/^[\x20-\x7e]{0,249}[\x21-\x7e]$/.test(boundary)) {
    throw new MultipartSyntaxError(
      boundary === ""
        ? "Cannot read the multipart body: its Content-Type has no boundary"
        : "Cannot read the multipart body: its boundary is not printable ASCII",
    );
  }
  return boundary;
}

/** RFC 7578 section 4.2: a part without a name would be lost silently. */
function checkFormPart(part: BodyPartReader): void {
  if (part.disposition?.type !== "form-data" || part.name === null) {
    const header = part.headers.get("content-disposition");
    throw new MultipartSyntaxError(
      `Cannot read a form-data part: its Content-Disposition is ${
        header === null ? "missing" : JSON.stringify(header.slice(0, 80))
      }`,
    );
  }
  refuseEncodings(part.headers);
}

function checkNames(part: BodyPartReader, limit: number): void {
  const { name = null, filename = null, params } = part.disposition ?? {};
  const sent = ["name", "filename", "name*", "filename*"].map((key) => params?.get(key));
  // The second pair is longer than any single parameter if RFC 2231 continuations add up.
  if ([...sent, name, filename].some((text) => (text ?? "").length > limit)) {
    throw new MultipartLimitError("maxNameLength", limit);
  }
}
