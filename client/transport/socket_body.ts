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
const NOTHING = new Uint8Array(0);
const BROKEN = "the connection was closed before the end of the body";

/** Reads a body; its last byte frees the connection. */
export class SocketBody implements BodySource {
  readonly #lease: SocketLease;
  readonly #decoder: BodyDecoder;
  #left: Bytes | null = null; // copy of the bytes that arrived with the head
  #isFast = false; // the last piece filled much of a large buffer
  #failure: { readonly error: unknown } | null = null; // error after these bytes
  #target: Bytes = NOTHING; // of a read without a copy

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
    const isLong = this.#isFast && this.#left === null && this.#decoder.left > LARGE_PIECE;
    const direct = isLong ? this.#direct(new Uint8Array(LARGE_PIECE)) : null;
    const piece = this.#left ?? await (direct ?? this.#guarded(null));
    this.#left = null;
    // TLS gives 16 KiB at a time: a new large buffer for each costs more than a copy.
    this.#isFast = piece !== null && 2 * piece.length >= LARGE_PIECE;
    return piece === null ? null : withoutSpare(piece);
  }

  into(buffer: Bytes): Promise<Bytes | null> {
    const left = this.#left;
    if (left === null) return this.#direct(buffer) ?? this.#guarded(buffer);
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

  /** Reads into the caller's memory, by as few promises as possible; `null` if it has to copy. */
  #direct(buffer: Bytes): Promise<Bytes | null> | null {
    const { socket } = this.#lease;
    const { left } = this.#decoder;
    const isRoomy = buffer.length >= LEAST_ROOM;
    if (
      socket === null || socket.start < socket.end || this.#failure !== null ||
      !(isRoomy || left > 0)
    ) return null;
    // Framing of a chunked body may be read too, and is taken out afterwards.
    const isWhole = left >= buffer.length || (isRoomy && this.#lease.framing === CHUNKED);
    this.#target = isWhole ? buffer : buffer.subarray(0, left);
    return socket.readInto(this.#target).then(this.#onRead, this.#onBroken);
  }

  readonly #onRead = (count: number | null): Bytes | Promise<Bytes | null> => {
    const { socket } = this.#lease;
    const target = this.#target;
    this.#target = NOTHING;
    if (count === null || socket === null) return this.#guarded(target);
    let size = count;
    if (count <= this.#decoder.left) this.#decoder.take(count);
    else {
      const own = this.#compact(target, 0, count);
      size = own.size;
      if (own.at < count) {
        socket.bytes = target.slice(own.at, count);
        socket.start = 0;
        socket.end = count - own.at;
      }
    }
    if (this.#decoder.isDone) this.#lease.end(true);
    return size === 0
      ? this.#guarded(target)
      : size === target.length
      ? target
      : target.subarray(0, size);
  };

  readonly #onBroken = (error: unknown): never => {
    this.#lease.end(false);
    throw error;
  };

  /** Reads into a buffer or a new chunk; a failure closes the connection. */
  async #guarded(buffer: Bytes | null): Promise<Bytes | null> {
    const { socket } = this.#lease;
    if (socket === null) return null;
    try {
      while (this.#failure === null && !this.#decoder.isDone) {
        this.#lease.request.observer?.progressed?.(); // framing may have come
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
      return this.#onBroken(error);
    }
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
        const own = Math.min(this.#decoder.left, end - at);
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
