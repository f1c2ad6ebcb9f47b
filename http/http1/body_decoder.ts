import { hexValue } from "../bytes/bytes.ts";
import { latin1 } from "../bytes/latin1.ts";
import { DEFAULT_HEAD_LIMITS, type HeadLimits, HttpSyntaxError, IS_VALUE } from "./head_rules.ts";
import { CHUNKED, type Framing, UNTIL_CLOSE } from "./framing.ts";
import { headEnd } from "./head.ts";
import { type HeaderFields, NO_FIELDS, parseFields } from "./header_fields.ts";

const CR = 13;
const LF = 10;
const SEMICOLON = 59;
/** Limit for the unused extensions of all chunks of a body; the same as in Node. */
const MAX_EXTENSIONS = 16 * 1024; // bytes
/** 2 ** 52 bytes. */
const MAX_SIZE_DIGITS = 13;

// States of a chunked body, and the two of any body.
const SIZE = 0;
const EXTENSION = 1;
const SIZE_END = 2;
const DATA = 3;
const DATA_END = 4;
const DATA_LF = 5;
const TRAILERS = 6;
const DONE = 7;

/**
 * Decodes a body that comes in pieces of any size, without copies: `read()` passes over framing,
 * then `left` bytes are the body's, `take()` counts them as used.
 */
export class BodyDecoder {
  readonly #limits: HeadLimits;
  readonly #isChunked: boolean;
  #place: number;
  #left: number; // bytes of the body or chunk that are still to come
  #digits = 0;
  #extensions = 0;
  #trailers: HeaderFields = NO_FIELDS;
  #tail: Uint8Array<ArrayBuffer> | null = null; // trailers so far

  constructor(framing: Framing, limits: HeadLimits = DEFAULT_HEAD_LIMITS) {
    this.#limits = limits;
    this.#place = framing === CHUNKED ? SIZE : framing === 0 ? DONE : DATA;
    this.#left = framing === CHUNKED ? 0 : framing === UNTIL_CLOSE ? Infinity : framing;
    this.#isChunked = framing === CHUNKED;
  }

  get isDone(): boolean {
    return this.#place === DONE;
  }

  get endsWithConnection(): boolean {
    return this.#left === Infinity;
  }

  get left(): number {
    return this.#place === DATA ? this.#left : 0;
  }

  /** The trailers of a chunked body, once it has ended. */
  get trailers(): HeaderFields {
    return this.#trailers;
  }

  take(count: number): void {
    this.#left -= count;
    if (this.#left > 0 || this.#place !== DATA) return;
    this.#place = this.#isChunked ? DATA_END : DONE;
  }

  /** Skips framing: the offset of body bytes or the next message, `end` if more has to come. */
  read(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && this.#place !== DATA && this.#place !== DONE) {
      if (this.#place === TRAILERS) return this.#readTrailers(bytes, at, end);
      this.#step(bytes[at++] ?? 0);
    }
    return at;
  }

  /** Reads one byte of chunked framing (RFC 9112 section 7.1). */
  #step(byte: number): void {
    switch (this.#place) {
      case SIZE: {
        const value = hexValue(byte);
        if (value >= 0) {
          this.#left = this.#left * 16 + value;
          if (++this.#digits > MAX_SIZE_DIGITS) throw new HttpSyntaxError("a chunk too large");
          return;
        }
        // A space before the extension or the line's end is refused, as in llhttp.
        if (this.#digits === 0 || (byte !== CR && byte !== SEMICOLON)) throw badSize(byte);
        this.#place = byte === CR ? SIZE_END : EXTENSION;
        return;
      }
      case EXTENSION:
        if (byte === CR) this.#place = SIZE_END;
        else if (IS_VALUE[byte] !== 1) throw badSize(byte);
        else if (++this.#extensions > MAX_EXTENSIONS) {
          throw new HttpSyntaxError(`chunk extensions over ${MAX_EXTENSIONS} bytes`);
        }
        return;
      case SIZE_END:
        if (byte !== LF) throw badSize(byte);
        this.#digits = 0;
        this.#place = this.#left === 0 ? TRAILERS : DATA;
        return;
      case DATA_END:
        if (byte !== CR) throw new HttpSyntaxError("a chunk longer than its size");
        this.#place = DATA_LF;
        return;
      case DATA_LF:
        if (byte !== LF) throw new HttpSyntaxError("a chunk longer than its size");
        this.#place = SIZE;
    }
  }

  #readTrailers(bytes: Uint8Array, start: number, end: number): number {
    const before = this.#tail?.length ?? 0;
    if (before === 0 && end - start >= 2 && bytes[start] === CR && bytes[start + 1] === LF) {
      this.#place = DONE; // nearly every body
      return start + 2;
    }
    const room = Math.min(end, start + this.#limits.maxHeadSize + 1);
    const tail = new Uint8Array(before + room - start);
    if (this.#tail !== null) tail.set(this.#tail);
    tail.set(bytes.subarray(start, room), before);
    const stop = headEnd(tail, 0, before, tail.length, this.#limits);
    if (stop === -1) {
      this.#tail = tail;
      return end;
    }
    if (stop > 2) this.#trailers = parseFields(tail, 0, stop, this.#limits, false);
    // RFC 9110 section 6.5.1: merging trailers into the head must not add framing.
    if (this.#trailers.has("content-length") || this.#trailers.has("transfer-encoding")) {
      throw new HttpSyntaxError("framing in trailers");
    }
    this.#tail = null;
    this.#place = DONE;
    return start + stop - before;
  }
}

function badSize(byte: number): HttpSyntaxError {
  return new HttpSyntaxError("a chunk size that is not a number", latin1(Uint8Array.of(byte)));
}
