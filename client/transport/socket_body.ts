/**
 * A response body over a socket.
 * @module
 */
import type { BodySource } from "../../http/bytes/body_source.ts";
import { GrowingBytes, withoutSpare } from "../../http/bytes/growing_bytes.ts";
import { BodyDecoder } from "../../http/http1/body_decoder.ts";
import { CHUNKED } from "../../http/http1/framing.ts";
import type { HeaderList } from "../hop/transport.ts";
import type { SocketConnection } from "./socket_connection.ts";
import type { SocketLease } from "./socket_lease.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Limit of memory allocated by an announced length alone. */
const MAX_TRUSTED_LENGTH = 16 * 1024 * 1024;
/** Chunk size of long bodies in bytes, which Deno reads at once without a copy. */
const LARGE_PIECE = 64 * 1024;
const BROKEN = "the connection was closed before the end of the body";

/** Reads a body; its last byte frees the connection. */
export class SocketBody implements BodySource {
  readonly #lease: SocketLease;
  readonly #decoder: BodyDecoder;
  #left: Bytes | null = null; // copy of the bytes that arrived with the head
  #failure: { readonly error: unknown } | null = null; // error after these bytes

  /** Takes the bytes that arrived with the head. */
  constructor(lease: SocketLease) {
    this.#lease = lease;
    this.#decoder = new BodyDecoder(lease.framing);
    const { socket } = lease;
    if (socket === null) return;
    const came = new GrowingBytes(socket.end - socket.start);
    try {
      this.#gather(socket, this.#atHand(socket), came);
    } catch (error) {
      // The head is complete: errors of the body are thrown to its reader.
      this.#failure = { error };
    }
    if (came.size > 0) this.#left = came.take();
  }

  /** Whether the body is empty. */
  get isEmpty(): boolean {
    return this.#left === null && this.#decoder.isDone;
  }

  /** The trailers, once the body has ended. */
  get trailers(): HeaderList {
    return this.#decoder.isDone ? this.#decoder.trailers.list : [];
  }

  next(): Promise<Bytes | null> {
    const left = this.#left;
    this.#left = null;
    return left === null ? this.#guarded(null) : Promise.resolve(left);
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
      const whole = new GrowingBytes();
      for (let each = await this.next(); each !== null; each = await this.next()) {
        whole.append(each);
      }
      return whole.take();
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
      if (this.#failure !== null) throw this.#failure.error;
      return await (buffer === null ? this.#piece(socket) : this.#fill(socket, buffer));
    } catch (error) {
      this.#lease.end(false);
      throw error;
    }
  }

  async #piece(socket: SocketConnection): Promise<Bytes | null> {
    if (socket.start === socket.end && this.#decoder.left > LARGE_PIECE) {
      const piece = await this.#fill(socket, new Uint8Array(LARGE_PIECE));
      return piece === null ? null : withoutSpare(piece);
    }
    const own = await this.#have(socket);
    if (own === 0) return null;
    const whole = new GrowingBytes(own);
    this.#gather(socket, own, whole);
    return whole.take();
  }

  async #fill(socket: SocketConnection, buffer: Bytes): Promise<Bytes | null> {
    // Nothing is buffered, and only body bytes can follow: no copy needed.
    if (socket.start === socket.end && this.#decoder.left > 0) {
      const room = buffer.subarray(0, Math.min(buffer.length, this.#decoder.left));
      const count = await socket.readInto(room);
      if (count !== null) {
        this.#decoder.take(count);
        this.#used(socket);
        return room.subarray(0, count);
      }
    }
    const own = Math.min(await this.#have(socket), buffer.length);
    if (own === 0) return null;
    buffer.set(socket.bytes.subarray(socket.start, socket.start + own));
    socket.start += own;
    this.#decoder.take(own);
    this.#used(socket);
    return buffer.subarray(0, own);
  }

  /** Waits for body bytes and returns the number buffered; 0 at the end. */
  async #have(socket: SocketConnection): Promise<number> {
    for (;;) {
      const own = this.#atHand(socket);
      if (own > 0 || this.#decoder.isDone) return own;
      if (await socket.fill()) continue;
      if (socket.uploadFailure !== null) throw socket.uploadFailure;
      if (!this.#decoder.endsWithConnection || socket.isClosed) throw new Error(BROKEN);
      this.#lease.end(false);
      return 0;
    }
  }

  /** Number of buffered body bytes after framing. */
  #atHand(socket: SocketConnection): number {
    this.#used(socket);
    return this.#decoder.available(socket.end - socket.start);
  }

  /** Adds all buffered bytes, so that small chunks need no separate reads. */
  #gather(socket: SocketConnection, first: number, whole: GrowingBytes): void {
    for (let own = first; own > 0; own = this.#decoder.available(socket.end - socket.start)) {
      whole.append(socket.bytes.subarray(socket.start, socket.start + own));
      socket.start += own;
      this.#decoder.take(own);
      this.#used(socket);
    }
  }

  /** Skips framing; frees the connection if the end is buffered. */
  #used(socket: SocketConnection): void {
    socket.start = this.#decoder.read(socket.bytes, socket.start, socket.end);
    if (this.#decoder.isDone) this.#lease.end(true);
  }
}
