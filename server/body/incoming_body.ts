import type { Bytes } from "../../http/bytes/bytes.ts";
import { type BodySource, bufferSource, pieceSource } from "../../http/bytes/body_source.ts";
import { byobReader } from "../../http/bytes/byob_reader.ts";
import { IncompleteReadError, LineTooLongError } from "../../http/bytes/stream_reader_errors.ts";
import { parseLength } from "../../http/headers/content_length.ts";
import { fairTurn } from "../../http/bytes/read_turns.ts";
import { denoPort } from "../engine/deno_port.ts";
import type { EnginePort } from "../engine/engine.ts";
import {
  HTTPBadRequest,
  HTTPRequestEntityTooLarge,
  HTTPRequestTimeout,
} from "../exceptions/replies.ts";
import { PieceWork } from "./piece_work.ts";

/** Limits for reading a body. */
export interface BodyLimits {
  /** Longest silence while a body is read, in ms, before a 408; 0 for no limit. @default {60000} */
  readonly bodyTimeout: number;
  /** Longest time for draining an unread body after the answer, in ms. @default {10000} */
  readonly lingeringTime: number;
  /** Maximum bytes of an unread body to drain. @default {67108864} */
  readonly lingeringSize: number;
}

interface ReadResult {
  readonly done: boolean;
  readonly value?: Bytes | undefined;
}

const DROP_SIZE = 64 * 1024;
/**
 * Bytes of a buffer beyond the body. Deno 2.9.6 reads as much at once as the largest buffer so far,
 * and takes a body that comes with the next head without a stream: 15 µs for 1 KB in place of 42.
 */
const ROOM = 4 * 1024;
const encoder = new TextEncoder();
const MANY_DROPPED = 64; // tiny pieces from which on a body is not drained
const SMALL_PIECE = 4096; // bytes, on average; below, Deno's own draining takes as long

/** The body of a request, shared by all readers; it tracks what is unread, to be drained. */
export class IncomingBody {
  readonly #raw: Request;
  readonly #served: boolean;
  readonly #limits: BodyLimits | null;
  readonly #engine: EnginePort;
  #read: ((view: Bytes | undefined) => Promise<ReadResult>) | null = null;
  #cancel: (reason?: unknown) => Promise<void> = () => Promise.resolve();
  #isByob = false;
  #reading: Promise<ReadResult> | null = null; // pending, cannot be cancelled
  #giveUp: ((reason: unknown) => void) | null = null;
  #work: PieceWork | null = null;
  #announced: number | null | undefined;
  #isEnded = false;
  #readEnd: (() => void) | null = null;
  isTorn = false; // the client disconnected while sending many small pieces
  #isHopeless = false; // waiting for the rest is useless
  #failure: unknown = null;
  #dropping: Promise<boolean> | null = null;
  #text: string | null = null; // the whole body, taken by ascii()

  constructor(
    raw: Request,
    served: boolean,
    limits: BodyLimits | null,
    engine: EnginePort = denoPort,
  ) {
    this.#engine = engine;
    this.#raw = raw;
    this.#served = served;
    this.#limits = limits;
  }

  /** Whether an error is the client's: its body is unreadable or not what a reader expects. */
  isFault(error: unknown): boolean {
    return isMismatch(error) || error !== null && error === this.#failure;
  }

  /** Announced length in bytes, `null` if unknown. */
  get announced(): number | null {
    if (this.#announced === undefined) {
      this.#announced = parseLength(this.#engine.headerOf(this.#raw, "content-length"));
    }
    return this.#announced;
  }

  /** Opens the body for its one reader, `null` for a request without a body. */
  open(): BodySource | null {
    if (!this.#lock()) return null;
    const reader = {
      read: (view: Bytes | void) => this.#next(view ?? undefined),
      cancel: (reason?: unknown) => this.#stop(reason),
    };
    const length = this.announced;
    return this.#isByob ? bufferSource(reader, length, this.#served, ROOM) : pieceSource(reader);
  }

  /** Reads the whole body, of at most `limit` bytes, 0 for no limit; a longer one is refused. */
  async bytes(limit: number): Promise<Bytes> {
    if (this.#text !== null) return encoder.encode(this.#text);
    const whole = this.take(limit);
    if (whole !== null) return whole;
    const check = (size: number): void => {
      if (limit > 0 && size > limit) throw new HTTPRequestEntityTooLarge(limit);
    };
    check(this.announced ?? 0);
    return await this.open()?.rest?.(check) ?? new Uint8Array(0);
  }

  /** Takes the whole body, as {@linkcode bytes} does, without waiting; `null` if it has not arrived. */
  take(limit: number): Bytes | null {
    const whole = this.#engine.takeBody?.(this.#raw, limit > 0 ? limit : Infinity) ?? null;
    this.#isEnded ||= whole !== null;
    return whole;
  }

  /** The same as a text, which `bytes()` gives too; `null` if it is not ASCII. */
  ascii(limit: number): string | null {
    this.#text ??= this.#engine.takeText?.(this.#raw, limit > 0 ? limit : Infinity) ?? null;
    this.#isEnded ||= this.#text !== null;
    return this.#text;
  }

  get isText(): boolean {
    return this.#text !== null;
  }

  /** The body as a stream for its one reader, `null` for a request without a body. */
  stream(): ReadableStream<Bytes> | null {
    const body = unreadBody(this.#raw);
    if (body === null) return null;
    const getReader = (options?: ReadableStreamGetReaderOptions): unknown => {
      if (this.#read === null) this.#lock();
      if (options !== undefined && !this.#isByob) throw new TypeError("not a byte stream");
      return {
        read: (view?: Bytes) => this.#next(view),
        cancel: (reason?: unknown) => this.#stop(reason),
      };
    };
    return Object.create(body, { getReader: { value: getReader }, locked: { value: false } });
  }

  /** Whether some of the body is unread, and the platform would not drain it. */
  get isLeft(): boolean {
    if (this.#isEnded) return false;
    if (this.#read !== null) return true;
    const body = this.#platformBody();
    if (body === null || body.locked || this.#raw.bodyUsed) return false;
    // The platform itself reads a short rest before the next request.
    const has = (name: string) => this.#engine.headerOf(this.#raw, name) !== null;
    if (has("expect") && this.#engine !== denoPort) return false; // to read would ask for the body
    return has("transfer-encoding") || !has("host") || (this.announced ?? 0) > DROP_SIZE;
  }

  /** Drains the rest of the body, within the limits. Further calls return the same result. */
  drop(): Promise<boolean> {
    return this.#dropping ??= this.#drop();
  }

  /** Cancels the rest after the answer: the connection is closed. */
  abandon(): void {
    this.#cancel().catch(() => {});
  }

  async #drop(): Promise<boolean> {
    const { lingeringTime = 0, lingeringSize = 0 } = this.#limits ?? {};
    const { promise: late, resolve } = Promise.withResolvers<null>();
    const timer = setTimeout(() => resolve(null), lingeringTime);
    try {
      if (this.#isHopeless) return false;
      if (this.#read === null && !this.#lock()) return true;
      if (this.#reading !== null && await Promise.race([this.#reading, late]) === null) {
        return false;
      }
      for (let size = 0, buffer = new Uint8Array(DROP_SIZE); size <= lingeringSize;) {
        const result = await Promise.race([this.#ask(buffer), late]);
        if (result === null) return false;
        const { done, value } = result;
        if (done || value === undefined) return true;
        size += value.length;
        if (this.#isByob) buffer = new Uint8Array(value.buffer);
        const work = this.#work ??= new PieceWork();
        if (work.areSmall(undefined, MANY_DROPPED)) return false;
        const turn = fairTurn(this, value.length, work.pieces, work.bytes);
        if (turn !== null) await turn;
      }
      return false;
    } catch {
      return !this.#isHopeless; // the client has disconnected
    } finally {
      clearTimeout(timer);
    }
  }

  #platformBody(): ReadableStream<Bytes> | null {
    try {
      return this.#raw.body;
    } catch {
      return null; // Deno throws if the client has disconnected
    }
  }

  /** Takes the platform's reader; `false` for a request without a body. */
  #lock(): boolean {
    const own = this.#engine.readerOf?.(this.#raw) ?? null;
    if (own !== null) {
      this.#isByob = true;
      this.#read = (view) => own.read(view ?? new Uint8Array(DROP_SIZE));
      return true;
    }
    const body = unreadBody(this.#raw);
    if (body === null) return false;
    const byob = byobReader(body);
    const reader = byob ?? body.getReader();
    this.#isByob = byob !== null;
    this.#read = (view) =>
      byob === null || view === undefined
        ? (reader as ReadableStreamDefaultReader<Bytes>).read()
        : byob.read(view);
    this.#cancel = (reason) => reader.cancel(reason);
    this.#readEnd = () => this.#read?.(new Uint8Array(1)).catch(() => {});
    return true;
  }

  async #next(view: Bytes | undefined): Promise<ReadResult> {
    if (this.#failure !== null) throw this.#failure;
    const bodyTimeout = this.#limits?.bodyTimeout ?? 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise((resolve, reject) => {
        this.#giveUp = reject;
        if (bodyTimeout > 0 && this.#served) {
          timer = setTimeout(() => {
            this.#isHopeless = true;
            const text = `No byte of the body came for ${bodyTimeout} ms (bodyTimeout)`;
            reject(this.#failure = new HTTPRequestTimeout({ text }));
          }, bodyTimeout);
        }
        this.#ask(view).then(resolve, reject);
      });
    } finally {
      this.#giveUp = null;
      clearTimeout(timer);
    }
  }

  async #ask(view: Bytes | undefined): Promise<ReadResult> {
    const reading = this.#read?.(view);
    if (reading === undefined) return { done: true };
    this.#reading = reading;
    try {
      const result = await reading;
      const work = this.#work ??= new PieceWork();
      work.add(result.value?.length ?? 0);
      if (work.isTooMuch) {
        this.#isHopeless = true;
        throw new HTTPBadRequest({ text: "The request body comes in too many tiny pieces" });
      }
      this.#isEnded = result.done || this.#served && work.bytes === this.announced;
      // Without a read of the end, which is there at once, Deno 2.9.6 answers a tenth of the requests.
      if (this.#isEnded && !result.done) this.#readEnd?.();
      return result;
    } catch (cause) {
      this.isTorn = !this.#isHopeless && this.#work?.areSmall(SMALL_PIECE) === true;
      this.#isHopeless ||= this.isTorn;
      this.#isEnded = !this.#isHopeless;
      if (this.#limits === null) throw cause;
      throw this.#failure ??= cause instanceof HTTPBadRequest ? cause : new HTTPBadRequest({
        text: "The request body cannot be read: it is malformed, or was cut",
        cause,
      });
    }
  }

  /** Leaves the rest to {@linkcode drop} when a reader stops: the platform would never end. */
  #stop(reason: unknown): Promise<void> {
    this.#giveUp?.(reason);
    return this.#served || this.#isEnded ? Promise.resolve() : this.#cancel(reason);
  }
}

/** Whether a body was readable, but not what a reader expected. */
export function isMismatch(error: unknown): error is LineTooLongError | IncompleteReadError {
  return error instanceof LineTooLongError || error instanceof IncompleteReadError;
}

/** The body, unless it has a reader: the platform's error would only mention a locked stream. */
function unreadBody({ body }: Request): ReadableStream<Bytes> | null {
  if (body?.locked !== true) return body;
  throw new TypeError(
    "Cannot read the body: it was read before. read(), text(), json() and post() give the same again, content and multipart() stream it once",
  );
}
