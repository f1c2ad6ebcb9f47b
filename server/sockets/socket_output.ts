import { BufferPool } from "../../http/buffer_pool.ts";
import { type Bytes, writeText } from "../../http/bytes/bytes.ts";
import type { PlatformStream } from "../../http/bytes/byte_stream.ts";
import { sizeOf } from "../engine/response_record.ts";
import { hasSpace } from "../engine/spare_pieces.ts";
import { clock } from "./clock.ts";

const BUFFER = 16 * 1024;
const SMALL_BUFFER = 2 * 1024; // for short responses; each connection may hold one at a time
const MOST_AT_ONCE = 128 * 1024; // of a long body, small enough to see that a client reads

/** Buffers reused between writes; an idle connection has none. */
const kept = new BufferPool(BUFFER, 64);
const small = new BufferPool(SMALL_BUFFER, 2048);
/** The same for files and long chunks: a fresh one costs more than filling it. */
const large = new BufferPool(MOST_AT_ONCE, 32);
const CRLF = Uint8Array.of(13, 10);
const NOTHING = new Uint8Array(0);
const DONE = Promise.resolve();
const encoder = new TextEncoder();

export class SocketOutput {
  deadline = Infinity; // by clock.now, for the client to read; Infinity while nothing is written
  readonly #connection: PlatformStream;
  readonly #timeout: number;
  #buffer: Bytes | null = null;
  #size = 0;
  #writes = 0; // pending
  #last = DONE; // the last of them
  #writing = NOTHING;
  #owner: Bytes | null = null; // of the bytes being written, to be reused

  /** The client has `timeout` ms to read. */
  constructor(connection: PlatformStream, timeout: number) {
    this.#connection = connection;
    this.#timeout = timeout;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a response, its head up to `Content-Length`; `false` if it is too long for a buffer. */
  addWhole(head: string, body: string | Bytes): boolean {
    const { length } = body;
    const isText = typeof body === "string";
    if (head.length + 40 + (isText ? length * 3 : length) > BUFFER) return false;
    // Most texts are ASCII, whose length in bytes is that of the text. With 4 bytes more another
    // text that is cut has a different length too.
    for (let size = length, room = isText ? length + 4 : length;; room = size = sizeOf(body)) {
      const buffer = this.#room(head.length + 40 + room);
      const start = startOf(head, size);
      const at = this.#size + start.length;
      buffer.set(start, this.#size);
      if (!isText) buffer.set(body, at);
      if (isText && writeText(body, buffer.subarray(at, at + room), 0) !== size) continue;
      this.#size = at + size;
      return true;
    }
  }

  /** Adds bytes, copied; long ones are written at once. `null` if more may follow at once. */
  add(bytes: Bytes): Promise<void> | null {
    if (bytes.length > BUFFER) return this.#writeLong(bytes);
    this.#room(bytes.length).set(bytes, this.#size);
    this.#size += bytes.length;
    return null;
  }

  send(bytes: Bytes): Promise<void> {
    return this.add(bytes) ?? this.flush();
  }

  /** Writes the buffer; throws if the client has left, or reads nothing for too long. */
  flush(): Promise<void> {
    const buffer = this.#buffer;
    if (buffer === null) return DONE;
    const bytes = buffer.subarray(0, this.#size);
    this.#buffer = null;
    this.#size = 0;
    return this.write(bytes, buffer);
  }

  /** Writes a chunk (RFC 9112 section 7.1), a long one as several; empty, it ends the body. */
  async sendChunk(data: Bytes, isCopied: boolean): Promise<void> {
    if (data.length < BUFFER / 2) {
      this.add(encoder.encode(`${data.length.toString(16)}\r\n`));
      this.add(data);
      this.add(CRLF);
      return await this.flush();
    }
    await this.flush();
    if (isCopied && hasSpace(data)) {
      const line = encoder.encode(`${data.length.toString(16)}\r\n`);
      const start = data.byteOffset - line.length;
      const chunk = new Uint8Array(data.buffer, start, line.length + data.length + CRLF.length);
      chunk.set(line);
      chunk.set(CRLF, chunk.length - CRLF.length);
      return await this.write(chunk);
    }
    const buffer = large.take();
    for (let at = 0; at < data.length;) {
      const piece = data.subarray(at, at += MOST_AT_ONCE - 16);
      const { written } = encoder.encodeInto(`${piece.length.toString(16)}\r\n`, buffer);
      buffer.set(piece, written);
      buffer.set(CRLF, written + piece.length);
      await this.write(buffer.subarray(0, written + piece.length + 2));
    }
    large.give(buffer);
  }

  /** Writes the rest of a file, and closes it; `false` if it has fewer than `length` bytes. */
  async sendFile(file: Deno.FsFile, length: number): Promise<boolean> {
    let buffer = large.take();
    let other = length > MOST_AT_ONCE ? large.take() : null;
    let left = length;
    let reading: Promise<number | null> | null = null;
    try {
      await this.flush();
      while (left > 0) {
        const size = await (reading ?? file.read(buffer));
        if (size === null) break;
        const piece = buffer.subarray(0, Math.min(size, left));
        left -= piece.length;
        reading = null;
        if (left > 0 && other !== null) {
          // The next piece is read while this one is written.
          [buffer, other] = [other, buffer];
          reading = file.read(buffer);
        }
        await this.write(piece);
      }
      return left <= 0;
    } finally {
      await reading?.catch(() => {});
      file.close();
      large.give(buffer);
      if (other !== null) large.give(other);
    }
  }

  /** Writes bytes after pending writes; their `buffer` is reused. */
  write(bytes: Bytes, buffer: Bytes | null = null): Promise<void> {
    return this.#last = this.#writes++ === 0
      ? this.#write(bytes, buffer)
      : this.#last.then(() => this.#write(bytes, buffer));
  }

  /** Nearly every write is taken whole: an async function for each would be half its garbage. */
  #write(bytes: Bytes, buffer: Bytes | null): Promise<void> {
    this.deadline = clock.now + this.#timeout;
    this.#writing = bytes;
    this.#owner = buffer;
    return this.#connection.write(bytes).then(this.#onWritten);
  }

  readonly #onWritten = (written: number): void | Promise<void> => {
    const bytes = this.#writing;
    const buffer = this.#owner;
    if (written < bytes.length) return this.#write(bytes.subarray(written), buffer);
    this.#writing = NOTHING;
    this.#owner = null;
    // After a failure it stays, so later writes fail too.
    if (--this.#writes === 0) this.deadline = Infinity;
    if (buffer !== null) keep(buffer);
  };

  async #writeLong(bytes: Bytes): Promise<void> {
    await this.flush();
    for (let at = 0; at < bytes.length; at += MOST_AT_ONCE) {
      await this.write(bytes.subarray(at, at + MOST_AT_ONCE));
    }
  }

  /** A buffer with space; full ones are written, in order, while more is added. */
  #room(size: number): Bytes {
    if (this.#size + size > BUFFER) this.flush().catch(() => {}); // the next write fails too
    const buffer = this.#buffer;
    if (buffer !== null && this.#size + size <= buffer.length) return buffer;
    if (buffer === null && size <= SMALL_BUFFER) return this.#buffer = small.take();
    this.#buffer = kept.take();
    if (buffer !== null) {
      this.#buffer.set(buffer.subarray(0, this.#size));
      keep(buffer);
    }
    return this.#buffer;
  }
}

// The start of the last response: most have the same.
let lastHead = "";
let lastLength = -1;
let lastStart = NOTHING;

/** A head with its length, as bytes. */
function startOf(head: string, length: number): Bytes {
  if (head !== lastHead || length !== lastLength) {
    lastStart = encoder.encode(`${head}content-length: ${length}\r\n\r\n`);
    lastHead = head;
    lastLength = length;
  }
  return lastStart;
}

function keep(buffer: Bytes): void {
  kept.give(buffer);
  small.give(buffer);
}
