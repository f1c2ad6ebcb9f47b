// Boundaries of the parts of a multipart body (RFC 2046 section 5.1).
import type { Bytes } from "../bytes/bytes.ts";
import { latin1 } from "../bytes/latin1.ts";
import { BoundarySearch } from "./boundary_search.ts";
import type { ByteSource } from "./byte_source.ts";
import { MultipartLimitError, MultipartSyntaxError, MultipartTruncatedError } from "./errors.ts";
import type { MultipartLimits } from "./limits.ts";

const CR = 13;
const LF = 10;
const DASH = 45;
const SPACE = 32;
const TAB = 9;
/** Maximum blanks after a boundary (RFC 2046 "transport padding"), which bounds the look-ahead. */
const MAX_PADDING = 256;

/** What follows a boundary: a part, the end, content (no delimiter), or too few bytes to tell. */
type Follows = "part" | "close" | "content" | "unknown";

/**
 * Scans a body: header lines, pieces of content, the next header lines. A delimiter is
 * `CRLF--boundary`, then `--`, or blanks and CRLF, so that `CRLF--XY` is content for the boundary
 * `X`; the CRLF may be that of the blank line after headers, and is missing at first.
 */
export class MultipartFraming {
  readonly #source: ByteSource;
  readonly #limits: MultipartLimits;
  readonly #search: BoundarySearch;
  readonly #delimiter: Uint8Array;
  #state: "preamble" | "headers" | "body" | "closed" | "ended" = "preamble";
  #isAtLineStart = true; // the CRLF of a delimiter was read
  #clear = 0; // bytes at the front of the window that are known to be content
  #bodySize = 0;
  #sizeLimit: "maxFieldSize" | "maxFileSize" = "maxFileSize"; // of the current part
  #afterDelimiter = 0; // end of the delimiter that #follows() found
  #failure: { readonly error: unknown } | null = null;

  constructor(source: ByteSource, boundary: string, limits: MultipartLimits) {
    this.#source = source;
    this.#limits = limits;
    this.#delimiter = new TextEncoder().encode(`\r\n--${boundary}`);
    this.#search = new BoundarySearch(this.#delimiter);
  }

  get isAtEndOfPart(): boolean {
    return this.#state !== "body";
  }

  /** Sets the limit of the current part, once its headers are known. */
  limitPart(option: "maxFieldSize" | "maxFileSize"): void {
    this.#sizeLimit = option;
  }

  /** Moves to the next part; returns its header lines, `null` at the end of the multipart. */
  async nextPart(): Promise<string[] | null> {
    this.#enter();
    try {
      if (this.#state === "preamble") await this.#skipPreamble();
      while (this.#state === "body") await this.nextPiece(Infinity, "skip");
      if (this.#state === "closed") await this.#skipEpilogue();
      if (this.#state === "ended") return null;
      const lines = await this.#readHeaderLines();
      this.#state = "body";
      this.#isAtLineStart = true;
      this.#bodySize = 0;
      return lines;
    } catch (error) {
      throw this.fail(error);
    }
  }

  /** Up to `max` bytes, `null` at the end or if skipped; the next read may change a lent piece. */
  async nextPiece(max: number, use: "keep" | "lend" | "skip"): Promise<Bytes | null> {
    this.#enter();
    if (this.#state !== "body") return null;
    const source = this.#source;
    try {
      while (this.#clear === 0) {
        if (this.#atDelimiter()) return null;
        if (this.#clear > 0) break;
        if (!(await source.fill())) throw new MultipartTruncatedError("the content of a part");
      }
      const size = Math.min(this.#clear, max);
      this.#bodySize += size;
      const limit = this.#limits[this.#sizeLimit];
      if (this.#bodySize > limit) throw new MultipartLimitError(this.#sizeLimit, limit);
      this.#clear -= size;
      if (use !== "skip") return source.take(size, use === "lend");
      source.start += size;
      return null;
    } catch (error) {
      throw this.fail(error);
    }
  }

  /** Ends the body with an error: after a syntax error reading cannot continue. */
  fail(error: unknown): unknown {
    if (this.#failure === null) {
      this.#failure = { error };
      this.#source.cancel(error);
    }
    return this.#failure.error;
  }

  #enter(): void {
    if (this.#failure !== null) throw this.#failure.error;
    if (this.#source.isFilling) {
      throw new TypeError("Cannot read the multipart body: another read is waiting");
    }
  }

  /** Returns `true` after a delimiter at its front, else `#clear` bytes are content. */
  #atDelimiter(): boolean {
    const source = this.#source;
    const { bytes, start, end } = source;
    let from = start;
    if (this.#isAtLineStart) {
      const follows = this.#followsLineStart();
      if (follows === "unknown") return false;
      this.#isAtLineStart = false;
      if (follows !== "content") return this.#pass(follows);
    }
    for (;;) {
      const found = this.#search.find(bytes, from, end);
      if (found < 0) {
        this.#clear = this.#search.prefixAtEnd(bytes, from, end) - start;
        return false;
      }
      const follows = this.#follows(found + this.#search.length);
      if (follows === "content") {
        from = found + 2;
      } else if (found > start || follows === "unknown") {
        this.#clear = found - start;
        return false;
      } else return this.#pass(follows);
    }
  }

  #pass(follows: "part" | "close"): true {
    this.#source.start = this.#afterDelimiter;
    this.#state = follows === "close" ? "closed" : "headers";
    return true;
  }

  #followsLineStart(): Follows {
    const { bytes, start, end } = this.#source;
    const delimiter = this.#delimiter;
    for (let same = 2; same < delimiter.length; same++) {
      const at = start + same - 2;
      if (at >= end) return "unknown";
      if (bytes[at] !== delimiter[same]) return "content";
    }
    return this.#follows(start + delimiter.length - 2);
  }

  /** Classifies the bytes after a boundary that ends at `at`. */
  #follows(at: number): Follows {
    const { bytes, end } = this.#source;
    if (at < end && bytes[at] === DASH) {
      this.#afterDelimiter = at + 2;
      if (at + 1 >= end) return "unknown";
      return bytes[at + 1] === DASH ? "close" : "content";
    }
    const padding = at;
    while (at < end && (bytes[at] === SPACE || bytes[at] === TAB)) {
      if (++at - padding > MAX_PADDING) {
        throw new MultipartSyntaxError(
          `Cannot read the multipart body: more than ${MAX_PADDING} blanks after a boundary`,
        );
      }
    }
    if (at >= end) return "unknown";
    if (bytes[at] !== CR) return "content";
    if (at + 1 >= end) return "unknown";
    this.#afterDelimiter = at + 2;
    return bytes[at + 1] === LF ? "part" : "content";
  }

  async #skipPreamble(): Promise<void> {
    const source = this.#source;
    const limit = this.#limits.maxPreambleSize;
    let skipped = 0;
    while (!this.#atDelimiter()) {
      // The CRLF before the first delimiter belongs to the delimiter.
      const passed = this.#clear;
      this.#clear = 0;
      source.start += passed;
      skipped += passed;
      if (skipped > limit) throw new MultipartLimitError("maxPreambleSize", limit);
      if (passed === 0 && !(await source.fill())) {
        throw new MultipartTruncatedError("what comes before the first boundary");
      }
    }
  }

  /** Reads to the end of the stream, so that the connection can be reused. */
  async #skipEpilogue(): Promise<void> {
    const source = this.#source;
    const limit = this.#limits.maxEpilogueSize;
    while (source.end - source.start < 2 && await source.fill());
    const { bytes, start, end } = source;
    if (end - start >= 2 && bytes[start] === CR && bytes[start + 1] === LF) source.start += 2;
    let skipped = 0;
    do {
      skipped += source.end - source.start;
      if (skipped > limit) throw new MultipartLimitError("maxEpilogueSize", limit);
      source.start = source.end;
    } while (await source.fill());
    this.#state = "ended";
  }

  async #readHeaderLines(): Promise<string[]> {
    const source = this.#source;
    const { maxHeaders, maxHeaderSize } = this.#limits;
    const lines: string[] = [];
    let count = 0;
    let size = 0;
    let scanned = 0; // bytes of the window without a line end
    for (;;) {
      const feed = source.bytes.subarray(0, source.end).indexOf(LF, source.start + scanned);
      const length = (feed < 0 ? source.end : feed + 1) - source.start;
      // The blank line does not count towards the limit.
      const isBlank = length <= 2 && (source.bytes[source.start] ?? CR) === CR;
      if (!isBlank && size + length > maxHeaderSize) {
        throw new MultipartLimitError("maxHeaderSize", maxHeaderSize);
      }
      if (feed < 0) {
        scanned = length;
        if (!(await source.fill())) throw new MultipartTruncatedError("the headers of a part");
        continue;
      }
      if (source.bytes[feed - 1] !== CR || length < 2) {
        throw new MultipartSyntaxError("Cannot read part headers: a line ends without CR");
      }
      const line = latin1(source.bytes, source.start, feed - 1);
      source.start = feed + 1;
      scanned = 0;
      if (line === "") return lines;
      if (++count > maxHeaders) throw new MultipartLimitError("maxHeaders", maxHeaders);
      size += length;
      lines.push(line);
    }
  }
}
