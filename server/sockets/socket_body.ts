import type { Bytes } from "../../http/bytes/bytes.ts";
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import { sourceStream } from "../../http/bytes/source_stream.ts";
import { BodyDecoder } from "../../http/http1/body_decoder.ts";
import { type Framing, requestFraming } from "../../http/http1/framing.ts";
import type { RequestHead } from "../../http/http1/head.ts";
import { type HeadLimits, HttpSyntaxError } from "../../http/http1/head_rules.ts";
import type { HeaderFields } from "../../http/http1/header_fields.ts";
import type { ServeInfo } from "../engine/engine.ts";
import type { SocketInput } from "./socket_input.ts";

/** The connection of a request, as its body and its exchange see it. */
export interface RequestConnection {
  readonly input: SocketInput;
  readonly remote: NonNullable<ServeInfo["remoteAddr"]>;
  readonly siblings: number; // connections of the server now
  /** Watches for the client to disconnect. */
  watch(): void;
  inform(head: Bytes): Promise<void>;
  takeOver(): ByteStream;
  /** Reads bytes of the body; throws if the client has left, or sends nothing for too long. */
  readBody(target: Bytes): Promise<number>;
}

const CONTINUE = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");
const STREAM_CHUNK = 64 * 1024;

/** The body of a request, read from its connection on demand. */
export class SocketBody {
  readonly #connection: RequestConnection;
  readonly #decoder: BodyDecoder;
  readonly #length: number;
  #waitsForContinue: boolean;
  #failure: { readonly error: unknown } | null = null;

  constructor(
    connection: RequestConnection,
    framing: Framing,
    limits: HeadLimits,
    expects: boolean,
  ) {
    this.#connection = connection;
    this.#decoder = new BodyDecoder(framing, limits);
    this.#length = framing;
    this.#waitsForContinue = expects;
  }

  get isDone(): boolean {
    return this.#decoder.isDone;
  }

  /** Whether the client still waits for `100 Continue`, so that it may send no byte. */
  get isAwaited(): boolean {
    return this.#waitsForContinue;
  }

  /** Remaining bytes, `Infinity` if unknown. */
  get left(): number {
    return this.#length >= 0 ? this.#decoder.left : this.isDone ? 0 : Infinity;
  }

  get trailers(): HeaderFields {
    return this.#decoder.trailers;
  }

  /** The whole body, as `read` copies it; `null` if not arrived yet, or above `limit` bytes. */
  takeWhole<T>(limit: number, read: (bytes: Bytes) => T | null): T | null {
    const { input } = this.#connection;
    const size = this.#decoder.left;
    if (this.#length !== size || input.end - input.start < size || size > limit) return null;
    const whole = read(input.bytes.subarray(input.start, input.start + size));
    if (whole === null) return null;
    input.start += size;
    this.#decoder.take(size);
    this.#waitsForContinue = false;
    return whole;
  }

  /** Reads the next bytes, 0 at the end; throws as `readBody()`, and if the framing is broken. */
  async readInto(target: Bytes): Promise<number> {
    if (this.#failure !== null) throw this.#failure.error;
    try {
      return await this.#readInto(target);
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  async #readInto(target: Bytes): Promise<number> {
    const connection = this.#connection;
    const { input } = connection;
    const decoder = this.#decoder;
    if (this.#waitsForContinue) {
      this.#waitsForContinue = false;
      await connection.inform(CONTINUE);
    }
    for (let filled = 0;;) {
      const { bytes, end } = input;
      input.start = decoder.read(bytes, input.start, end);
      const waiting = Math.min(decoder.left, end - input.start);
      const size = Math.min(waiting, target.length - filled);
      target.set(bytes.subarray(input.start, input.start + size), filled);
      input.start += size;
      decoder.take(size);
      filled += size;
      // As many chunks as have arrived: tiny ones cost no read each.
      if (filled === target.length || decoder.isDone) return filled;
      if (size > 0) continue;
      if (filled > 0) return filled;
      // Larger pieces for a long body: a fresh buffer costs more than all else of a short one.
      const isLong = end === bytes.length || decoder.left > bytes.length;
      input.start = input.end = 0;
      // Straight into the reader's memory if no framing can come in between.
      if (decoder.left >= target.length && target.length >= bytes.length) {
        const size = await connection.readBody(target);
        decoder.take(size);
        return size;
      }
      input.end = await connection.readBody(isLong ? input.enlarged() : bytes);
    }
  }

  stream(onRead: () => void): ReadableStream<Bytes> {
    const into = async (target: Bytes): Promise<Bytes | null> => {
      onRead();
      const size = await this.readInto(target);
      return size === 0 ? null : target.subarray(0, size);
    };
    const next = () => into(new Uint8Array(STREAM_CHUNK));
    return sourceStream({ next, into, cancel: () => Promise.resolve() });
  }
}

export function bodyOf(
  head: RequestHead,
  connection: RequestConnection,
  limits: HeadLimits,
): SocketBody | null {
  if (head.method === "CONNECT") throw new HttpSyntaxError("CONNECT is for proxies", "", 501);
  const framing = requestFraming(head);
  const expect = head.fields.get("expect");
  // RFC 9110 section 10.1.1: the only defined expectation.
  if (expect !== null && expect.toLowerCase() !== "100-continue") {
    throw new HttpSyntaxError("an expectation that is not 100-continue", expect, 417);
  }
  if (framing === 0) return null;
  return new SocketBody(connection, framing, limits, expect !== null && head.minor === 1);
}
