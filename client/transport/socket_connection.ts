// An HTTP/1.1 connection: sends a request and reads the response head.
import { messageOf, nameErrors } from "../../http/as_error.ts";
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import { type ByteWindow, moveWindow } from "../../http/bytes/byte_window.ts";
import { formatChunk, LAST_CHUNK } from "../../http/http1/format_head.ts";
import { headEnd, parseReplyHead, type ReplyHead } from "../../http/http1/head.ts";
import { DEFAULT_HEAD_LIMITS, HttpSyntaxError } from "../../http/http1/head_rules.ts";
import type { Opened } from "../connect/sockets.ts";
import type { Abortable } from "../hop/hop_abort.ts";
import type { HopBody, HopObserver } from "../hop/transport.ts";
import { FIRST_BUFFER, giveBuffer, READ_BUFFER, takeBuffer } from "./read_buffers.ts";
import { deferred } from "../../http/since_node_20.ts";

const LARGE_BUFFER = 64 * 1024;
const MAX_INTERIM = 32; // 1xx responses per request
const CONTINUE_WAIT = 1_000; // ms, as in curl
const MAX_HEAD = DEFAULT_HEAD_LIMITS.maxHeadSize + READ_BUFFER;

function ignore(): void {}

/** The connection closed before any byte of a response. */
export class NoReplyError extends Error {}

/** The request body could not be read; see `cause`. */
export class UnsentError extends Error {}

nameErrors({ NoReplyError, UnsentError });

export interface Outgoing {
  /** The head, followed by the body if it is in memory. */
  readonly head: Uint8Array;
  /** The body, if it is sent after the head. */
  readonly body: HopBody | null;
  readonly chunked: boolean;
  /** Whether the body waits for 100 Continue (RFC 9110 section 10.1.1). */
  readonly expects: boolean;
  /** Whether the connection is only for this request. */
  readonly closes: boolean;
}

const NOTHING = new Uint8Array(0);

export class SocketConnection implements Abortable, ByteWindow {
  /** Connections with the same key are interchangeable. */
  readonly key: string;
  readonly opened: Opened;
  bytes: Uint8Array<ArrayBuffer> = NOTHING;
  start = 0;
  end = 0;
  uses = 0;
  /** Start of being idle, and end by the peer's keep-alive, by `performance.now()`. */
  idleSince = 0;
  keptUntil = Infinity;
  /** A read that was started while idle. */
  armed: Promise<number | null> | null = null;
  readonly #stream: ByteStream;
  #isClosed = false;
  #isLast = false;
  #interim = 0; // 1xx responses to this request
  #isFull = false; // the last read filled the buffer
  #upload: "none" | "running" | "done" = "none";
  #uploadFailure: UnsentError | null = null;
  #answer: ((goesOn: boolean) => void) | null = null; // for a body waiting for 100 Continue

  constructor(key: string, opened: Opened) {
    this.key = key;
    this.opened = opened;
    this.#stream = opened.stream;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether it closes after the current request. */
  get isLast(): boolean {
    return this.#isLast;
  }

  get isSent(): boolean {
    return this.#upload === "done";
  }

  get uploadFailure(): UnsentError | null {
    return this.#uploadFailure;
  }

  close(): void {
    this.#isClosed = true;
    this.#answer?.(false);
    this.#stream.close();
  }

  abort(): void {
    this.close();
  }

  /** Reads into a buffer of the caller; `null` at the end of the connection. */
  readInto(buffer: Uint8Array): Promise<number | null> {
    return this.#stream.read(buffer);
  }

  /** Reads more bytes, into a buffer of at most `most`; `false` at the end of the connection. */
  async fill(most: number = LARGE_BUFFER): Promise<boolean> {
    return this.#came(await (this.armed ?? this.#stream.read(this.#room(most))));
  }

  #room(most: number): Uint8Array<ArrayBuffer> {
    if (this.start === this.end) this.start = this.end = 0;
    else if (this.start > 0 && this.end === this.bytes.length) moveWindow(this);
    // After a full buffer a long body is likely, and larger reads are cheaper.
    if (this.end === this.bytes.length || this.#isFull) this.#grow(most);
    return this.end === 0 ? this.bytes : this.bytes.subarray(this.end);
  }

  #came(count: number | null): boolean {
    if (this.armed !== null) {
      this.armed = null;
      this.start = this.end = 0;
    }
    if (count === null) return false;
    this.end += count;
    this.#isFull = this.end === this.bytes.length;
    return true;
  }

  /** Starts a read while idle, to detect that the peer closes it. */
  arm(onEnd: () => void): void {
    if (this.bytes === NOTHING) this.bytes = new Uint8Array(FIRST_BUFFER);
    const reading = this.#stream.read(this.bytes);
    this.armed = reading;
    this.#stream.unref();
    reading.then(onEnd, onEnd);
  }

  begin(): void {
    this.uses++;
    this.#interim = 0;
    this.#upload = "none";
    if (this.armed !== null) this.#stream.ref();
  }

  /** Gives its buffer away; no unused bytes must be in it. */
  giveAway(): Uint8Array<ArrayBuffer> {
    const { bytes } = this;
    this.bytes = NOTHING;
    return bytes;
  }

  /** Returns its buffer to the pool, but a small one that was enough. */
  rest(): void {
    if (giveBuffer(this.bytes) || this.#isFull) this.bytes = NOTHING; // it was too small
    this.start = this.end = 0;
    this.#isFull = false;
  }

  /** Sends a request. Failures are thrown while reading the response. */
  send(outgoing: Outgoing): void {
    this.#upload = "running";
    this.#isLast = outgoing.closes;
    const { body } = outgoing;
    // Reading detects that the peer has closed it, possibly after a response.
    (body === null ? this.#stream.write(outgoing.head) : this.#sendBody(outgoing, body))
      .then(this.#onSent, ignore);
  }

  readonly #onSent = (): void => void (this.#upload = "done");

  /** Reads more of a head; pass the result to {@linkcode took}. */
  reading(): Promise<number | null> {
    return this.armed ?? this.#stream.read(this.#room(MAX_HEAD));
  }

  /**
   * Parses the bytes read, `null` for the end of the connection. Returns the head of the final
   * response, or of 101, with the bytes after it from `start` on; `null` if it is incomplete.
   */
  took(count: number | null, observer: HopObserver | null): ReplyHead | null {
    if (!this.#came(count)) throw this.#cut();
    observer?.progressed?.();
    for (let seen = this.end - (count ?? 0); this.start < this.end;) {
      const at = headEnd(this.bytes, this.start, seen, this.end);
      if (at === -1) return null;
      const head = parseReplyHead(this.bytes, this.start, at);
      this.start = seen = at;
      if (head.status >= 200 || head.status === 101) {
        this.#answer?.(false); // a final response instead of 100 Continue: do not send the body
        return head;
      }
      if (head.status === 100) this.#answer?.(true);
      if (++this.#interim > MAX_INTERIM) {
        throw new HttpSyntaxError(`more than ${MAX_INTERIM} 1xx responses per request`);
      }
      observer?.informed?.(head.status, head.fields.list);
    }
    return null;
  }

  broken(error: unknown): unknown {
    if (this.start === this.end && this.#interim === 0) return error;
    const reason = messageOf(error);
    return new HttpSyntaxError(`the connection broke within the head of the reply (${reason})`);
  }

  #cut(): Error {
    if (this.start === this.end && this.#interim === 0) {
      return new NoReplyError("it closed the connection before a reply came");
    }
    return new HttpSyntaxError("the connection was closed within the head of the reply");
  }

  #grow(most: number): void {
    const { bytes } = this;
    const size = Math.min(bytes.length * 4, most);
    if (size <= bytes.length && bytes.length > 0) return;
    const larger = bytes.length < READ_BUFFER
      ? takeBuffer(bytes === NOTHING && this.uses === 1)
      : new Uint8Array(size);
    moveWindow(this, larger);
    if (bytes.length > 0) giveBuffer(bytes);
  }

  async #sendBody({ head, chunked, expects }: Outgoing, body: HopBody): Promise<void> {
    const writing = this.#stream.write(head);
    if (expects) {
      await writing;
      if (!await this.#mayGoOn()) throw new UnsentError("The body was not wanted");
    }
    const reader = body.stream("reuse").getReader();
    let left = body.size ?? Infinity;
    const failed = (cause: unknown): UnsentError => {
      this.#uploadFailure = new UnsentError("The body could not be read", { cause });
      this.close();
      return this.#uploadFailure;
    };
    for (;;) {
      let piece: Uint8Array | undefined;
      try {
        piece = (await reader.read()).value;
      } catch (error) {
        throw failed(error);
      }
      if (piece === undefined) break;
      if (piece.length === 0) continue;
      left -= piece.length;
      if (left < 0) {
        const error = new TypeError(`it is longer than its ${body.size} bytes`);
        reader.cancel(error).catch(() => {});
        throw failed(error);
      }
      try {
        await this.#stream.write(chunked ? formatChunk(piece) : piece);
      } catch (error) {
        reader.cancel(error).catch(() => {});
        throw error;
      }
    }
    if (left > 0 && left < Infinity) {
      throw failed(new TypeError(`it ended ${left} short of its ${body.size} bytes`));
    }
    await (chunked ? this.#stream.write(LAST_CHUNK) : writing);
  }

  /** Waits for 100 Continue, at most a second: older servers do not send it. */
  async #mayGoOn(): Promise<boolean> {
    const { promise, resolve } = deferred<boolean>();
    const timer = setTimeout(() => resolve(true), CONTINUE_WAIT);
    this.#answer = resolve;
    const goesOn = await promise;
    clearTimeout(timer);
    this.#answer = null;
    return goesOn;
  }
}
