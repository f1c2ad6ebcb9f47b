// Parser for WebSocket frames (RFC 6455 section 5), for both sides.
import type { Bytes } from "../bytes/bytes.ts";
import { GrowingBytes } from "../bytes/growing_bytes.ts";
import { latin1 } from "../bytes/latin1.ts";
import { WebSocketLimitError } from "./errors.ts";
import { badText, broken, CONTINUATION, decodeText, unmask } from "./frames.ts";
import { WSCloseCode, WSMsgType } from "./message.ts";

export interface FrameRules {
  /** Whether the peer masks its frames: clients must, servers must not (section 5.1). */
  readonly masked: boolean;
  /** Whether permessage-deflate was negotiated, so that RSV1 may be set (RFC 7692 section 6). */
  readonly compressed: boolean;
  /** Messages of this many bytes or more are rejected, before decompression; 0 for no limit. */
  readonly maxMsgSize: number;
}

/** Receives the messages of a {@linkcode FrameReader}, in order. */
export interface FrameEvents {
  /** A text message in one frame and one piece; others call `onData()`. */
  onText(text: string): void;
  /** A `TEXT` or `BINARY` message; its bytes belong to the receiver. */
  onData(opcode: number, payload: Uint8Array<ArrayBuffer>, compressed: boolean): void;
  /** A `CLOSE`, `PING` or `PONG` with up to 125 bytes, which belong to the receiver. */
  onControl(opcode: number, payload: Uint8Array<ArrayBuffer>): void;
}

const MAX_CONTROL = 125;
const WHOLE_MASK = new Uint8Array(4);

/** Parses frames from pieces of any size; memory grows with received bytes, never by a length. */
export class FrameReader {
  readonly #rules: FrameRules;
  readonly #events: FrameEvents;
  #rest: GrowingBytes | null = null; // a frame that has not come whole
  #needed = 0; // its bytes, as far as they are known
  #opcode = 0; // opcode of the current message, 0 between messages
  #compressed = false;
  #message: GrowingBytes | null = null; // its fragments
  #utf8: TextDecoder | null = null; // checks the fragments of a text as they arrive

  constructor(rules: FrameRules, events: FrameEvents) {
    this.#rules = rules;
    this.#events = events;
  }

  /** Parses one piece, up to `end`, and unmasks it in place; its memory may be reused after. */
  push(piece: Bytes, end: number = piece.length): void {
    let at = 0;
    while (this.#rest !== null) {
      const size = Math.min(this.#needed - this.#rest.size, end - at);
      this.#rest.append(piece.subarray(at, at + size));
      at += size;
      if (this.#rest.size < this.#needed) return;
      const frame = this.#rest.take();
      this.#rest = null;
      this.#parse(frame, 0, frame.length);
    }
    this.#parse(piece, at, end);
  }

  #parse(piece: Bytes, at: number, end: number): void {
    while (at < end) {
      const whole = this.#readWhole(piece, at, end);
      const next = whole > 0 ? whole : this.#readFrame(piece, at, end);
      if (next > end) {
        this.#needed = next - at;
        this.#rest = new GrowingBytes(0, this.#needed);
        this.#rest.append(piece.subarray(at, end));
      }
      at = next;
    }
  }

  /** Reads a complete message in one frame without a copy: the offset behind it, else -1. */
  #readWhole(piece: Uint8Array<ArrayBuffer>, at: number, end: number): number {
    const first = piece[at] ?? 0;
    const second = piece[at + 1] ?? 0;
    const { masked, compressed, maxMsgSize } = this.#rules;
    const isText = first === (0x80 | WSMsgType.TEXT);
    if (!isText && first !== (0x80 | WSMsgType.BINARY)) return -1;
    if (second >= 128 !== masked || compressed || this.#opcode !== 0) return -1;
    let size = second & 127;
    let start = at + 2;
    if (size >= 126) {
      size = ((piece[at + 2] ?? 0) << 8) | (piece[at + 3] ?? 0);
      start += 2;
      if ((second & 127) === 127 || size < 126) return -1;
    }
    if (masked) start += 4;
    const next = start + size;
    if (next > end || (maxMsgSize > 0 && size >= maxMsgSize)) return -1;
    let isAscii = false;
    if (masked) {
      for (let byte = 0; byte < 4; byte++) WHOLE_MASK[byte] = piece[start - 4 + byte] ?? 0;
      isAscii = unmask(piece, start, size, WHOLE_MASK, 0);
    }
    if (isText && isAscii) this.#events.onText(latin1(piece, start, next));
    else if (isText) this.#events.onText(decodeText(piece.subarray(start, next)));
    else this.#events.onData(WSMsgType.BINARY, piece.slice(start, next), false);
    return next;
  }

  /** Reads any frame: the offset behind it, or one beyond `end` that has to come first. */
  #readFrame(piece: Bytes, at: number, end: number): number {
    if (end - at < 2) return at + 2;
    const [first = 0, second = 0] = [piece[at], piece[at + 1]];
    this.#check(first, second);
    const short = second & 127;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const start = at + 2 + extended + (second & 128 ? 4 : 0);
    if (start > end) return start;
    const size = extended === 0 ? short : longSize(piece.subarray(at + 2, at + 2 + extended));
    const max = this.#rules.maxMsgSize;
    const total = (this.#message?.size ?? 0) + size;
    if ((first & 8) === 0 && ((max > 0 && total >= max) || !Number.isSafeInteger(total))) {
      const text = `Message size ${total} exceeds limit ${max}`;
      throw new WebSocketLimitError(text, WSCloseCode.MESSAGE_TOO_BIG);
    }
    const next = start + size;
    if (next > end) return next;
    const payload = piece.slice(start, next);
    if (this.#rules.masked) unmask(payload, 0, size, piece.subarray(start - 4, start), 0);
    this.#take(first, payload);
    return next;
  }

  #check(first: number, second: number): void {
    const opcode = first & 15;
    const control = opcode >= 8;
    // RFC 7692 section 6: only the first frame of a compressed message sets RSV1.
    const mayCompress = this.#rules.compressed && !control && opcode !== CONTINUATION;
    if ((first & (mayCompress ? 48 : 112)) !== 0) throw broken("a reserved bit is set");
    if (opcode > (control ? WSMsgType.PONG : WSMsgType.BINARY)) {
      throw broken(`opcode ${opcode} is reserved`);
    }
    if (second >= 128 !== this.#rules.masked) {
      throw broken(this.#rules.masked ? "a frame is not masked" : "a frame is masked");
    }
    if (control) {
      // Section 5.5: up to 125 bytes, never fragmented.
      if (first < 128) throw broken("a control frame is fragmented");
      if ((second & 127) > MAX_CONTROL) throw broken("a control frame has more than 125 bytes");
    } else if (opcode === CONTINUATION) {
      if (this.#opcode === 0) throw broken("a continuation frame continues nothing");
    } else if (this.#opcode !== 0) throw broken("a message begins inside another");
  }

  #take(first: number, payload: Bytes): void {
    const opcode = first & 15;
    if (opcode >= 8) return this.#events.onControl(opcode, payload);
    const isLast = first >= 128;
    if (opcode !== CONTINUATION) {
      this.#opcode = opcode;
      this.#compressed = (first & 64) !== 0;
      const isChecked = opcode === WSMsgType.TEXT && !isLast && !this.#compressed;
      if (isChecked) this.#utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    }
    if (this.#utf8 !== null) checkUtf8(this.#utf8, payload, !isLast);
    if (!isLast || this.#message !== null) {
      this.#message ??= new GrowingBytes();
      this.#message.append(payload);
    }
    if (!isLast) return;
    const message = this.#message?.take() ?? payload;
    const messageOpcode = this.#opcode;
    this.#opcode = 0;
    this.#message = this.#utf8 = null;
    this.#events.onData(messageOpcode, message, this.#compressed);
  }
}

/** Reads the two or eight bytes of a length. */
function longSize(bytes: Bytes): number {
  const size = bytes.reduce((high, byte) => high * 256 + byte, 0);
  // Section 5.2: the shortest form, and the highest of 64 bits is 0.
  if (size < (bytes.length === 2 ? 126 : 65536)) {
    throw broken("a length is not in its shortest form");
  }
  if (bytes.length === 8 && (bytes[0] ?? 0) >= 128) {
    throw broken("a length has its highest bit set");
  }
  return size;
}

function checkUtf8(decoder: TextDecoder, bytes: Bytes, stream: boolean): void {
  try {
    decoder.decode(bytes, { stream });
  } catch (cause) {
    throw badText(cause);
  }
}
