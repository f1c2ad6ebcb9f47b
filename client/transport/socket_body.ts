import type { Bytes } from "../../http/bytes/bytes.ts";
import { type BodySource, restOf } from "../../http/bytes/body_source.ts";
import { withoutSpare } from "../../http/bytes/growing_bytes.ts";
import { BodyDecoder } from "../../http/http1/body_decoder.ts";
import { CHUNKED } from "../../http/http1/framing.ts";
import type { HeaderList } from "../hop/transport.ts";
import type { SocketConnection } from "./socket_connection.ts";
import type { SocketLease } from "./socket_lease.ts";

/** Limit of memory allocated by an announced length alone. */
const MAX_TRUSTED_LENGTH = 16 * 1024 * 1024;
/** Chunk size of long bodies in bytes, which Deno reads at once without a copy. */
const LARGE_PIECE = 64 * 1024;
/** Smallest buffer that takes framing of chunks together with their data, in bytes. */
const LEAST_ROOM = 4 * 1024;
const BROKEN = "the connection was closed before the end of the body";

/** Reads a body; its last byte frees the connection. */
export class SocketBody implements BodySource {
  readonly #lease: SocketLease;
  readonly #decoder: BodyDecoder;
  #left: Bytes | null = null; // copy of the bytes that arrived with the head
  #isFast = false; // the last piece filled much of a large buffer
  #failure: { readonly error: unknown } | null = null; // error after these bytes

  /** Takes the bytes that arrived with the head. */
  constructor(lease: SocketLease) {
    this.#lease = lease;
    this.#decoder = new BodyDecoder(lease.framing);
    const { socket } = lease;
    if (socket === null) return;
    // The head is complete: errors of the body are thrown to its reader.
    const came = this.#taken(socket);
    if (came.length > 0) this.#left = came;
  }

  get isEmpty(): boolean {
    return this.#left === null && this.#decoder.isDone;
  }

  get trailers(): HeaderList {
    return this.#decoder.isDone ? this.#decoder.trailers.list : [];
  }

  async next(): Promise<Bytes | null> {
    const piece = this.#left ?? await this.#guarded(null);
    this.#left = null;
    // TLS gives 16 KiB at a time: a new large buffer for each costs more than a copy.
    this.#isFast = piece !== null && 2 * piece.length >= LARGE_PIECE;
    return piece;
  }

  into(buffer: Bytes): Promise<Bytes | null> {
    const left = this.#left;
    if (left === null) return this.#guarded(buffer);
    const piece = left.subarray(0, buffer.length);
    buffer.set(piece);
    this.#left = piece.length === left.length ? null : left.subarray(piece.length);
    return Promise.resolve(buffer.subarray(0, piece.length));
  }

  async rest(): Promise<Bytes> {
    const size = (this.#left?.length ?? 0) + this.#decoder.left;
    if (size > MAX_TRUSTED_LENGTH || this.#lease.framing === CHUNKED) {
      return await restOf(this, undefined, size === Infinity ? 0 : size);
    }
    const whole = new Uint8Array(size);
    for (let at = 0; at < size;) at += (await this.into(whole.subarray(at)))?.length ?? size;
    return whole;
  }

  cancel(): Promise<void> {
    this.#left = null;
    this.#lease.end(false);
    return Promise.resolve();
  }

  /** Reads into a buffer or a new chunk; a failure closes the connection. */
  async #guarded(buffer: Bytes | null): Promise<Bytes | null> {
    const { socket } = this.#lease;
    if (socket === null) return null;
    try {
      const isLong = buffer === null
        ? this.#isFast && this.#decoder.left > LARGE_PIECE
        : buffer.length >= LEAST_ROOM || this.#decoder.left > 0;
      if (isLong && socket.start === socket.end && this.#failure === null) {
        const room = this.#room(buffer ?? new Uint8Array(LARGE_PIECE));
        const piece = this.#stripped(socket, room, await socket.readInto(room));
        if (piece !== null) return buffer === null ? withoutSpare(piece) : piece;
      }
      while (this.#failure === null && !this.#decoder.isDone) {
        if (socket.start < socket.end) {
          const piece = buffer === null ? this.#taken(socket) : this.#copied(socket, buffer);
          if (piece.length > 0) return piece;
        } else if (!await socket.fill()) {
          if (socket.uploadFailure !== null) throw socket.uploadFailure;
          if (!this.#decoder.endsWithConnection || socket.isClosed) throw new Error(BROKEN);
          this.#lease.end(false);
          return null;
        }
      }
      if (this.#failure !== null) throw this.#failure.error;
      return null;
    } catch (error) {
      this.#lease.end(false);
      throw error;
    }
  }

  /** The part of the caller's buffer that is read into without a copy. */
  #room(buffer: Bytes): Bytes {
    const { left } = this.#decoder;
    // Framing of a chunked body may be read too, and is taken out afterwards.
    const isWhole = this.#lease.framing === CHUNKED && buffer.length >= LEAST_ROOM;
    return isWhole || left >= buffer.length ? buffer : buffer.subarray(0, left);
  }

  /** The body bytes of a read into the caller's buffer; `null` if there are none. */
  #stripped(socket: SocketConnection, room: Bytes, count: number | null): Bytes | null {
    if (count === null) return null;
    const { size, at } = this.#compact(room, 0, count);
    if (at < count) {
      socket.bytes = room.slice(at, count);
      socket.start = 0;
      socket.end = count - at;
    }
    if (this.#decoder.isDone) this.#lease.end(true);
    return size === 0 ? null : size === room.length ? room : room.subarray(0, size);
  }

  /** A copy of all buffered body bytes. */
  #taken(socket: SocketConnection): Bytes {
    const { size, at } = this.#compact(socket.bytes, socket.start, socket.end);
    const piece = socket.bytes.slice(socket.start, socket.start + size);
    socket.start = at;
    if (this.#decoder.isDone) this.#lease.end(true);
    return piece;
  }

  /** Copies buffered body bytes into a buffer. */
  #copied(socket: SocketConnection, buffer: Bytes): Bytes {
    const end = Math.min(socket.end, socket.start + buffer.length);
    const { size, at } = this.#compact(socket.bytes, socket.start, end);
    buffer.set(socket.bytes.subarray(socket.start, socket.start + size));
    socket.start = at;
    if (this.#decoder.isDone) this.#lease.end(true);
    return buffer.subarray(0, size);
  }

  /**
   * Moves the body's bytes to the start, so that small chunks need no separate reads: their number,
   * and the offset of the unread ones. The next read throws an error in them.
   */
  #compact(bytes: Bytes, start: number, end: number): { size: number; at: number } {
    let at = start;
    let to = start;
    try {
      for (;;) {
        at = this.#decoder.read(bytes, at, end);
        const own = this.#decoder.available(end - at);
        if (own === 0) break;
        if (to < at) bytes.copyWithin(to, at, at + own);
        this.#decoder.take(own);
        at += own;
        to += own;
      }
    } catch (error) {
      this.#failure = { error };
    }
    return { size: to - start, at };
  }
}
