/**
 * A reply over a connection of our own.
 * @module
 */
import type { BodySource } from "../../http/bytes/body_source.ts";
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import { concatBytes } from "../../http/bytes/bytes.ts";
import { bytesSource, sourceStream } from "../../http/bytes/source_stream.ts";
import { BodyDecoder } from "../../http/http1/body_decoder.ts";
import { type Framing, replyFraming, replyPersists } from "../../http/http1/framing.ts";
import type { ReplyHead } from "../../http/http1/head.ts";
import { ClientPayloadError } from "../errors/client_errors.ts";
import type { Opened } from "../connect/sockets.ts";
import { abortOf } from "../hop/hop_abort.ts";
import type { HeaderList, HopConnection, HopRequest, HopResult } from "../hop/transport.ts";
import { type SocketConnection, UnsentError } from "./socket_connection.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What is set aside on the word of a length header alone. */
const MAX_TRUSTED_LENGTH = 16 * 1024 * 1024;
const NO_TRAILERS: HeaderList = [];

/** Gets a connection back: whether it can be used again, and how long the peer keeps it, in ms. */
export type Free = (
  connection: SocketConnection,
  request: HopRequest,
  reusable: boolean | "taken",
  keptFor: number | null,
) => void;

/** A reply; what most callers do not look at is made when somebody looks. */
export class SocketResult implements HopResult {
  readonly status: number;
  readonly reason: string;
  readonly version: "1.0" | "1.1";
  readonly source: BodySource | null;
  readonly #head: ReplyHead;
  readonly #request: HopRequest;
  readonly #framing: Framing;
  readonly #opened: Opened;
  readonly #isReused: boolean;
  readonly #decoder: BodyDecoder;
  #free: Free | null;
  #socket: SocketConnection | null;
  #headers: Headers | null = null;
  #body: ReadableStream<Bytes> | null = null;

  /**
   * Creates one.
   *
   * @param head Its head.
   * @param request What it answers.
   * @param socket The connection, which stands behind the head.
   * @param free Gets the connection back.
   * @throws {HttpSyntaxError} If the head contradicts itself.
   */
  constructor(head: ReplyHead, request: HopRequest, socket: SocketConnection, free: Free) {
    const framing = replyFraming(head, request.method);
    this.status = head.status;
    this.reason = head.reason;
    this.version = head.minor === 1 ? "1.1" : "1.0";
    this.#opened = socket.opened;
    this.#isReused = socket.uses > 1;
    this.#framing = framing;
    this.#head = head;
    this.#request = request;
    this.#socket = socket;
    this.#free = free;
    this.#decoder = new BodyDecoder(framing);
    if (this.isUpgraded) this.source = null;
    else {
      this.source = this.#whole();
      if (this.source === null && framing !== 0) this.source = this.#open();
    }
  }

  /** Whether the connection talks something else from now on: after 101, and after CONNECT. */
  get isUpgraded(): boolean {
    const { status } = this;
    return status === 101 || (this.#request.method === "CONNECT" && status >= 200 && status < 300);
  }

  /** Whether the connection serves others already. */
  get isWhole(): boolean {
    return this.#socket === null;
  }

  get headers(): Headers {
    if (this.#headers !== null) return this.#headers;
    const headers = new Headers();
    for (const [name, value] of this.#head.fields.list) headers.append(name, value);
    return this.#headers = headers;
  }

  header(name: string): string | null {
    return this.#headers === null ? this.#head.fields.get(name) : this.#headers.get(name);
  }

  setCookies(): string[] {
    return this.#headers?.getSetCookie() ?? this.#head.fields.getAll("set-cookie");
  }

  get rawHeaders(): HeaderList {
    return this.#head.fields.list;
  }

  get connection(): HopConnection {
    const { localAddress, remoteAddress, tls } = this.#opened;
    return { localAddress, remoteAddress, isReused: this.#isReused, tls };
  }

  get trailers(): HeaderList {
    return this.#decoder.isDone ? this.#decoder.trailers.list : NO_TRAILERS;
  }

  get exactLength(): number | null {
    return this.#framing > 0 && !this.#head.fields.has("content-encoding") ? this.#framing : null;
  }

  get body(): ReadableStream<Bytes> | null {
    if (this.source === null) return null;
    return this.#body ??= sourceStream(this.source);
  }

  bodyError(error: unknown): Error {
    const { url } = this.#request;
    const { reason: ended } = abortOf(this.#request);
    if (ended !== null) return ended;
    const isOurs = error instanceof UnsentError && error.cause !== undefined;
    const cause = isOurs ? error.cause : error;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const text = isOurs
      ? `Cannot send the body to ${url}: ${reason}`
      : `Response payload is not completed: ${reason}`;
    return new ClientPayloadError(text, { cause });
  }

  release(): void {
    this.#end(false);
  }

  /** Takes the connection away; the reply has nothing to do with it any more. */
  takeStream(): { readonly stream: ByteStream; readonly pending: Bytes } {
    const socket = this.#socket;
    if (socket === null || !this.isUpgraded) {
      throw new TypeError("Cannot take the connection: it still talks HTTP, or was taken");
    }
    this.#socket = null;
    const pending = socket.bytes.slice(socket.start, socket.end);
    socket.rest();
    this.#free?.(socket, this.#request, "taken", null);
    this.#free = null;
    return { stream: socket.opened.stream, pending };
  }

  /** A body that has come with its head, and leaves the connection free at once. */
  #whole(): BodySource | null {
    const socket = this.#socket;
    if (socket === null) return null;
    const decoder = this.#decoder;
    const pieces: Bytes[] = [];
    try {
      while (!decoder.isDone) {
        socket.start = decoder.read(socket.bytes, socket.start, socket.end);
        const own = decoder.available(socket.end - socket.start);
        if (own === 0) break;
        pieces.push(this.#take(socket, own));
      }
    } catch (error) {
      // The head is whole: what is wrong with the body is told to those who read that, as if it had
      // come later.
      return this.#open(pieces.length === 0 ? null : concatBytes(pieces), error);
    }
    if (decoder.isDone) this.#end(true);
    if (pieces.length === 0) return null;
    const came = concatBytes(pieces);
    return decoder.isDone ? bytesSource(came) : this.#open(came);
  }

  #take(socket: SocketConnection, count: number): Bytes {
    const piece = socket.bytes.slice(socket.start, socket.start + count);
    socket.start += count;
    this.#decoder.take(count);
    return piece;
  }

  /** A body that is still coming; `first` has come, and behind it what `failure` says. */
  #open(first: Bytes | null = null, failure: unknown = null): BodySource {
    const decoder = this.#decoder;
    let left = first; // a copy: the connection's memory is needed for what follows
    /** How many bytes of the body are at hand; 0 at its end. */
    const have = async (socket: SocketConnection): Promise<number> => {
      if (failure !== null) throw failure;
      for (;;) {
        socket.start = decoder.read(socket.bytes, socket.start, socket.end);
        if (decoder.isDone) {
          this.#end(true);
          return 0;
        }
        const own = decoder.available(socket.end - socket.start);
        if (own > 0) return own;
        if (await socket.fill()) continue;
        if (socket.uploadFailure !== null) throw socket.uploadFailure;
        if (!decoder.endsWithConnection || socket.isClosed) throw new Error(BROKEN);
        this.#end(false);
        return 0;
      }
    };
    const guarded = async <T>(run: (socket: SocketConnection) => Promise<T>): Promise<T | null> => {
      const socket = this.#socket;
      if (socket === null) return null;
      try {
        return await run(socket);
      } catch (error) {
        this.#end(false);
        throw error;
      }
    };
    const used = (socket: SocketConnection): void => {
      // Where the end is at hand too, the connection is free with the last byte.
      socket.start = decoder.read(socket.bytes, socket.start, socket.end);
      if (decoder.isDone) this.#end(true);
    };
    const next = (): Promise<Bytes | null> => {
      if (left !== null) {
        const piece = left;
        left = null;
        return Promise.resolve(piece);
      }
      return guarded(async (socket) => {
        const own = await have(socket);
        if (own === 0) return null;
        const piece = this.#take(socket, own);
        used(socket);
        return piece;
      });
    };
    const into = (buffer: Bytes): Promise<Bytes | null> => {
      if (left !== null) {
        const piece = left.subarray(0, buffer.length);
        buffer.set(piece);
        left = piece.length === left.length ? null : left.subarray(piece.length);
        return Promise.resolve(buffer.subarray(0, piece.length));
      }
      return guarded(async (socket) => {
        // Nothing at hand, and only bytes of the body can come: they need no copy.
        if (socket.start === socket.end && decoder.left > 0) {
          const room = buffer.subarray(0, Math.min(buffer.length, decoder.left));
          const count = await socket.readInto(room);
          if (count !== null) {
            decoder.take(count);
            used(socket);
            return room.subarray(0, count);
          }
        }
        const own = Math.min(await have(socket), buffer.length);
        if (own === 0) return null;
        buffer.set(socket.bytes.subarray(socket.start, socket.start + own));
        socket.start += own;
        decoder.take(own);
        used(socket);
        return buffer.subarray(0, own);
      });
    };
    const rest = async (): Promise<Bytes> => {
      const size = (left?.length ?? 0) + decoder.left;
      if (size > MAX_TRUSTED_LENGTH || this.#head.fields.has("transfer-encoding")) {
        const pieces: Bytes[] = [];
        for (let piece = await next(); piece !== null; piece = await next()) pieces.push(piece);
        return concatBytes(pieces);
      }
      const whole = new Uint8Array(size);
      for (let at = 0; at < size;) at += (await into(whole.subarray(at)))?.length ?? size;
      return whole;
    };
    return {
      next,
      into,
      rest,
      cancel: () => {
        left = null;
        return Promise.resolve(this.#end(false));
      },
    };
  }

  #end(whole: boolean): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    const reusable = whole && socket.isSent && !socket.isLast && socket.start === socket.end &&
      replyPersists(this.#head, this.#request.method, this.#framing);
    const seconds = /(?:^|[\s,])timeout=(\d+)/i.exec(this.#head.fields.get("keep-alive") ?? "")
      ?.[1];
    // A little before the peer does, so that no request meets its end.
    const keptFor = seconds === undefined ? null : Number(seconds) * 1000 - 500;
    this.#free?.(socket, this.#request, reusable, keptFor);
    this.#free = null;
  }
}

const BROKEN = "the connection was closed before the end of the body";
