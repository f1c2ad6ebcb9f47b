// Parser for WebSocket frames (RFC 6455 section 5), for both sides.
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
const MAX_HEADER = 14;
const FIRST_BUFFER = 64 * 1024;
const FIRST_FRAGMENT = 1024;
const NOTHING = new Uint8Array(0);
const WHOLE_MASK = new Uint8Array(4);

/** Parses frames from pieces of any size; memory grows with received bytes, never by a length. */
export class FrameReader {
  readonly #rules: FrameRules;
  readonly #events: FrameEvents;
  #header: Uint8Array = NOTHING; // made for the first frame that does not come whole
  #mask: Uint8Array = NOTHING;
  #headerSize = 0;
  #opcode = 0; // opcode of the current frame
  #fin = false;
  #left = -1; // remaining bytes of its payload, -1 between frames
  #read = 0; // payload bytes so far, the position in the mask
  #control: Uint8Array<ArrayBuffer> = NOTHING;
  #message: Uint8Array<ArrayBuffer> = NOTHING; // grows; its first #size bytes count
  #size = 0;
  #messageOpcode = 0; // opcode of the current message, 0 between messages
  #compressed = false;
  #utf8: TextDecoder | null = null; // checks the fragments of a text as they arrive

  constructor(rules: FrameRules, events: FrameEvents) {
    this.#rules = rules;
    this.#events = events;
  }

  /** Parses one piece, up to `end`, and unmasks it in place; its memory may be reused after. */
  push(piece: Uint8Array<ArrayBuffer>, end: number = piece.length): void {
    let at = 0;
    while (at < end || this.#left === 0) {
      if (this.#left < 0) {
        const next = this.#headerSize === 0 ? this.#readWhole(piece, at, end) : -1;
        if (next > 0) {
          at = next;
          continue;
        }
        at = this.#readHeader(piece, at, end);
        if (this.#left < 0) return;
      }
      const size = Math.min(this.#left, end - at);
      if (size > 0) this.#readPayload(piece.subarray(at, at + size));
      at += size;
      if (this.#left > 0) return;
      this.#left = -1;
      this.#endFrame();
    }
  }

  /** Reads a complete message in one frame without a copy: the offset after it, else -1. */
  #readWhole(piece: Uint8Array<ArrayBuffer>, at: number, end: number): number {
    const first = piece[at] ?? 0;
    const second = piece[at + 1] ?? 0;
    const { masked, compressed, maxMsgSize } = this.#rules;
    const isText = first === (0x80 | WSMsgType.TEXT);
    if (!isText && first !== (0x80 | WSMsgType.BINARY)) return -1;
    if (second >= 128 !== masked || compressed || this.#messageOpcode !== 0) return -1;
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

  /** Reads header bytes; once it is complete, `#left` is the payload size. */
  #readHeader(piece: Uint8Array, start: number, end: number): number {
    if (this.#header === NOTHING) this.#header = new Uint8Array(MAX_HEADER);
    const header = this.#header;
    let at = start;
    while (at < end) {
      header[this.#headerSize++] = piece[at++] ?? 0;
      const second = header[1] ?? 0;
      if (this.#headerSize < 2) continue;
      if (this.#headerSize === 2) this.#checkStart(header[0] ?? 0, second);
      const short = second & 127;
      const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
      if (this.#headerSize < 2 + extended + (second & 128 ? 4 : 0)) continue;
      this.#headerSize = 0;
      this.#startPayload(header, short, extended);
      break;
    }
    return at;
  }

  #checkStart(first: number, second: number): void {
    const opcode = first & 15;
    const control = opcode >= 8;
    this.#opcode = opcode;
    this.#fin = (first & 128) !== 0;
    // RFC 7692 section 6: only the first frame of a compressed message sets RSV1.
    const compressed = (first & 64) !== 0;
    const mayCompress = this.#rules.compressed && !control && opcode !== CONTINUATION;
    if ((first & 48) !== 0 || (compressed && !mayCompress)) throw broken("a reserved bit is set");
    if (opcode > (control ? WSMsgType.PONG : WSMsgType.BINARY)) {
      throw broken(`opcode ${opcode} is reserved`);
    }
    if (((second & 128) !== 0) !== this.#rules.masked) {
      throw broken(this.#rules.masked ? "a frame is not masked" : "a frame is masked");
    }
    if (control) {
      // Section 5.5: up to 125 bytes, never fragmented.
      if (!this.#fin) throw broken("a control frame is fragmented");
      if ((second & 127) > MAX_CONTROL) throw broken("a control frame has more than 125 bytes");
    } else if (opcode === CONTINUATION) {
      if (this.#messageOpcode === 0) throw broken("a continuation frame continues nothing");
    } else {
      if (this.#messageOpcode !== 0) throw broken("a message begins inside another");
      this.#messageOpcode = opcode;
      this.#compressed = compressed;
      if (opcode === WSMsgType.TEXT && !this.#fin && !compressed) this.#utf8 = utf8Checker();
    }
  }

  #startPayload(header: Uint8Array, short: number, extended: number): void {
    let length = extended === 0 ? short : 0;
    for (let at = 2; at < 2 + extended; at++) length = length * 256 + (header[at] ?? 0);
    // Section 5.2: the shortest form, and the highest of 64 bits is 0.
    if ((extended === 2 && length < 126) || (extended === 8 && length < 65536)) {
      throw broken("a length is not in its shortest form");
    }
    if (extended === 8 && (header[2] ?? 0) >= 128) throw broken("a length has its highest bit set");
    const control = this.#opcode >= 8;
    if (control) {
      this.#control = new Uint8Array(length);
    } else {
      const max = this.#rules.maxMsgSize;
      const total = this.#size + length;
      if ((max > 0 && total >= max) || !Number.isSafeInteger(total)) {
        const text = `Message size ${total} exceeds limit ${max}`;
        throw new WebSocketLimitError(text, WSCloseCode.MESSAGE_TOO_BIG);
      }
    }
    if (this.#rules.masked) this.#mask = header.slice(2 + extended, 6 + extended);
    this.#left = length;
    this.#read = 0;
  }

  #readPayload(bytes: Uint8Array): void {
    const size = bytes.length;
    const control = this.#opcode >= 8;
    const start = control ? this.#read : this.#size;
    if (!control) this.#grow(size);
    const target = control ? this.#control : this.#message;
    target.set(bytes, start);
    if (this.#rules.masked) unmask(target, start, size, this.#mask, this.#read);
    if (!control) {
      this.#size += size;
      if (this.#utf8 !== null) checkUtf8(this.#utf8, target.subarray(start, start + size), true);
    }
    this.#read += size;
    this.#left -= size;
  }

  /** Grows the message buffer, by the frame's size if that is little. */
  #grow(size: number): void {
    const needed = this.#size + size;
    if (needed <= this.#message.length) return;
    // The last fragment reveals the total size; larger messages grow step by step.
    const whole = this.#fin ? this.#size + this.#left : Infinity;
    const first = this.#fin ? FIRST_BUFFER : FIRST_FRAGMENT;
    const larger = new Uint8Array(
      Math.max(needed, Math.min(whole, Math.max(first, this.#message.length * 2))),
    );
    larger.set(this.#message.subarray(0, this.#size));
    this.#message = larger;
  }

  #endFrame(): void {
    if (this.#opcode >= 8) {
      const payload = this.#control;
      this.#control = NOTHING;
      return this.#events.onControl(this.#opcode, payload);
    }
    if (!this.#fin) return;
    const opcode = this.#messageOpcode;
    const message = this.#message;
    const payload = message.length === this.#size ? message : message.slice(0, this.#size);
    if (this.#utf8 !== null) checkUtf8(this.#utf8, NOTHING, false);
    this.#message = NOTHING;
    this.#size = this.#messageOpcode = 0;
    this.#utf8 = null;
    this.#events.onData(opcode, payload, this.#compressed);
  }
}

function utf8Checker(): TextDecoder {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
}

function checkUtf8(decoder: TextDecoder, bytes: Uint8Array<ArrayBuffer>, stream: boolean): void {
  try {
    decoder.decode(bytes, { stream });
  } catch (cause) {
    throw badText(cause);
  }
}
