/**
 * What waits to be sent on a WebSocket: frames in one buffer, one write at a time.
 * @module
 */
import type { ByteStream } from "../bytes/byte_stream.ts";
import { frameHeaderSize, unmask, writeFrameHeader } from "./frames.ts";
import { deferred } from "../since_node_20.ts";

const FIRST_BUFFER = 2048;
const KEPT_BUFFER = 16 * 1024;
// Large messages leave in pieces, so that a peer that reads slowly is told from one that does not.
const MAX_WRITE = 256 * 1024;
/** Buffers for large messages, between two writes: garbage of their size is collected late. */
const SPARE_BUFFER = 128 * 1024;
const MOST_SPARE = 32;
const spare: Uint8Array<ArrayBuffer>[] = [];
const FIN = 0x80;
const encoder = new TextEncoder();

// RFC 6455 section 5.3: a key that cannot be predicted for each frame. Drawn by the thousand.
const keys = new Uint8Array(4096);
let nextKey = keys.length;

function drawMask(mask: Uint8Array): void {
  if (nextKey === keys.length) {
    crypto.getRandomValues(keys);
    nextKey = 0;
  }
  for (let at = 0; at < 4; at++) mask[at] = keys[nextKey++] ?? 0;
}

/** Collects frames and writes them; frames of one turn leave in one write. */
export class FrameWriter {
  readonly #stream: ByteStream;
  readonly #mask: Uint8Array | null; // of the frame that is being written
  readonly #onError: (error: unknown) => void;
  #buffer: Uint8Array<ArrayBuffer> | null = null;
  #size = 0;
  #inFlight = 0;
  #progress = 0;
  #scheduled = false;
  #idle: PromiseWithResolvers<void> | null = null;
  #failed = false;

  /** Creates one. */
  constructor(stream: ByteStream, masks: boolean, onError: (error: unknown) => void) {
    this.#stream = stream;
    this.#mask = masks ? new Uint8Array(4) : null;
    this.#onError = onError;
  }

  /** Bytes that wait to be written. */
  get size(): number {
    return this.#size + this.#inFlight;
  }

  /** Grows with every write that the system takes. */
  get progress(): number {
    return this.#progress;
  }

  /**
   * Adds a frame; the payload is copied.
   *
   * @param opcode Opcode.
   * @param payload Text or bytes.
   * @param flags `0x40` for a compressed message.
   */
  add(opcode: number, payload: string | Uint8Array, flags = 0): void {
    if (this.#failed) return;
    const mask = this.#mask;
    if (mask !== null) drawMask(mask);
    if (typeof payload === "string") {
      this.#addText(opcode, payload, mask);
    } else {
      const buffer = this.#reserve(frameHeaderSize(payload.length, mask !== null) + payload.length);
      const start = writeFrameHeader(buffer, this.#size, opcode, payload.length, FIN | flags, mask);
      buffer.set(payload, start);
      if (mask !== null) unmask(buffer, start, payload.length, mask, 0);
      this.#size = start + payload.length;
    }
    this.#schedule();
  }

  /** Resolves when nothing waits to be written; also when writing has failed. */
  flushed(): Promise<void> {
    if (this.size === 0 || this.#failed) return Promise.resolve();
    this.#idle ??= deferred<void>();
    return this.#idle.promise;
  }

  #addText(opcode: number, text: string, mask: Uint8Array | null): void {
    // A UTF-16 unit has at most three bytes in UTF-8. Long texts are measured by encoding them.
    if (text.length > KEPT_BUFFER) return this.add(opcode, encoder.encode(text));
    const buffer = this.#reserve(14 + text.length * 3);
    const guess = this.#size + frameHeaderSize(text.length, mask !== null);
    const written = encodeInto(text, buffer, guess);
    const start = this.#size + frameHeaderSize(written, mask !== null);
    if (start !== guess) buffer.copyWithin(start, guess, guess + written);
    writeFrameHeader(buffer, this.#size, opcode, written, FIN, mask);
    if (mask !== null) unmask(buffer, start, written, mask, 0);
    this.#size = start + written;
  }

  #reserve(more: number): Uint8Array<ArrayBuffer> {
    const needed = this.#size + more;
    const buffer = this.#buffer;
    if (buffer !== null && needed <= buffer.length) return buffer;
    const larger = needed > KEPT_BUFFER && needed <= SPARE_BUFFER
      ? spare.pop() ?? new Uint8Array(SPARE_BUFFER)
      : new Uint8Array(Math.max(FIRST_BUFFER, needed, (buffer?.length ?? 0) * 2));
    if (buffer !== null) larger.set(buffer.subarray(0, this.#size));
    return this.#buffer = larger;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(this.#flushSoon);
  }

  readonly #flushSoon = (): void => void this.#flush();

  async #flush(): Promise<void> {
    try {
      while (this.#size > 0 && this.#buffer !== null) {
        const buffer = this.#buffer;
        let rest = buffer.subarray(0, this.#size);
        this.#buffer = null;
        this.#size = 0;
        for (; rest.length > MAX_WRITE; rest = rest.subarray(MAX_WRITE)) {
          this.#inFlight = rest.length;
          await this.#stream.write(rest.subarray(0, MAX_WRITE));
          this.#progress++;
        }
        this.#inFlight = rest.length;
        await this.#stream.write(rest);
        this.#progress++;
        this.#inFlight = 0;
        if (this.#buffer === null && buffer.length <= KEPT_BUFFER) this.#buffer = buffer;
        if (buffer.length === SPARE_BUFFER && spare.length < MOST_SPARE) spare.push(buffer);
      }
      this.#scheduled = false;
    } catch (error) {
      this.#failed = true;
      this.#size = this.#inFlight = 0;
      this.#buffer = null;
      this.#onError(error);
    }
    this.#idle?.resolve();
    this.#idle = null;
  }
}

/** Encodes a text, and says how many bytes it has. A short one in ASCII costs half that way. */
function encodeInto(text: string, target: Uint8Array<ArrayBuffer>, start: number): number {
  const { length } = text;
  if (length <= 256) {
    let at = 0;
    for (; at < length; at++) {
      const unit = text.charCodeAt(at);
      if (unit > 127) break;
      target[start + at] = unit;
    }
    if (at === length) return length;
  }
  return encoder.encodeInto(text, target.subarray(start)).written;
}
