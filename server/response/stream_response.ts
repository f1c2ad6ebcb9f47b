import { OptionTable } from "../../http/options.ts";
import { lengthlessBody } from "./head_response.ts";
import { parseContentType } from "../../http/headers/content_type.ts";
import { WITHOUT_BODY } from "../../http/headers/status.ts";
import { ConnectionResetError } from "./connection_reset_error.ts";
import {
  CODINGS,
  compressStream,
  type ContentCoding,
  negotiateCoding,
} from "../../http/coding/content_coding.ts";
import { type ETag, parseETags, setETag, setLastModified } from "../../http/headers/etag.ts";
import { parseHttpDate } from "../../http/headers/http_date.ts";
import { copyPiece, markCopied } from "../engine/spare_pieces.ts";
import type { EarlyAnswer } from "../request/answer_slot.ts";
import { requestInternals, type ServerRequest } from "../request/request.ts";

/** Options of {@linkcode StreamResponse}. */
export interface StreamResponseOptions {
  /** Status code. @default {200} */
  readonly status?: number;
  /** Headers of the response; the default type is `application/octet-stream`. */
  readonly headers?: HeadersInit;
}

const STREAM_RESPONSE_OPTIONS = new OptionTable<StreamResponseOptions>({
  status: "a number",
  headers: "a map or a list of pairs",
}, { contenttype: 'Write it into "headers"' });

const HIGH_WATER_MARK = 64 * 1024; // unsent bytes from which on `write()` waits for the client

/** Of headers that were sent: the platform's would ignore a change. */
const SENT = { append: refuseChange, set: refuseChange, delete: refuseChange };

/** Ends a stream as the end of its handler does, or with an error; used by event streams. */
export let finishStream: (stream: StreamResponse, error?: Error) => Promise<void>;

/**
 * A response written piece by piece; the end of the handler ends it.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const words: web.Handler = async (request) => {
 *   const response = new web.StreamResponse({ headers: { "content-type": "text/plain" } });
 *   await response.prepare(request);
 *   for (const word of ["hello, ", "world"]) await response.write(word);
 *   return response;
 * };
 * ```
 */
export class StreamResponse implements EarlyAnswer {
  readonly #headers: Headers;
  #status: number;
  #codings: readonly ContentCoding[] | null = null;
  #response: Response | null = null;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | null = null;
  #drained: PromiseWithResolvers<void> | null = null;
  #reset: ConnectionResetError | null = null;
  #ended = false;
  #aborter: AbortController | null = null;
  #stopping = false;
  #left = Infinity;

  static {
    finishStream = (stream, error) => stream.#finish(error);
  }

  /** Creates one; the status is 200 to 599. */
  constructor(options: StreamResponseOptions = {}) {
    STREAM_RESPONSE_OPTIONS.check("new web.StreamResponse", options);
    this.#status = checkStatus(options.status ?? 200);
    this.#headers = new Headers(options.headers);
  }

  /** Status code. */
  get status(): number {
    return this.#status;
  }

  /** Headers; changing them after `prepare()` throws. */
  get headers(): Headers {
    return this.#headers;
  }

  /** Whether `prepare()` was called. */
  get prepared(): boolean {
    return this.#response !== null;
  }

  /** The platform's response. */
  get response(): Response {
    if (this.#response === null) throw new TypeError("Call prepare() first");
    return this.#response;
  }

  /** Aborts when the client disconnects, and when the server begins to stop. */
  get signal(): AbortSignal {
    this.#aborter ??= new AbortController();
    if (this.#reset !== null || this.#stopping) this.#aborter.abort(this.#reset ?? stopping());
    return this.#aborter.signal;
  }

  /** Mime type; setting it keeps the charset. */
  get contentType(): string {
    return parseContentType(this.#headers.get("content-type")).mimeType;
  }
  set contentType(mimeType: string) {
    this.#setType(mimeType, this.charset);
  }

  /** Charset of the content, `null` if the type has none. */
  get charset(): string | null {
    return parseContentType(this.#headers.get("content-type")).params.get("charset") ?? null;
  }
  set charset(charset: string | null) {
    const { contentType } = this;
    if (charset !== null && contentType === "application/octet-stream") {
      throw new TypeError(`Cannot set the charset of ${contentType}: set contentType first`);
    }
    this.#setType(contentType, charset);
  }

  /** Announced length in bytes, `null` if unknown; clients use it to show progress. */
  get contentLength(): number | null {
    const length = this.#headers.get("content-length");
    return length === null ? null : Number(length);
  }
  set contentLength(length: number | null) {
    if (length !== null && (!Number.isSafeInteger(length) || length < 0)) {
      throw new RangeError(`Cannot set contentLength to ${length}: expected a number of bytes`);
    }
    if (length === null) this.#headers.delete("content-length");
    else this.#headers.set("content-length", String(length));
  }

  /** Time of the last change, `null` if not set; dates are rounded up to seconds. */
  get lastModified(): Date | null {
    return parseHttpDate(this.#headers.get("last-modified"));
  }
  set lastModified(date: Date | null) {
    setLastModified(this, date);
  }

  /** Entity tag, `null` if not set; text is the value of a strong one, without quotes. */
  get etag(): ETag | null {
    return parseETags(this.#headers.get("etag"))[0] ?? null;
  }
  set etag(etag: ETag | string | null) {
    setETag(this, etag);
  }

  /** Changes the status, to 200 to 599; a `TypeError` after `prepare()`. */
  setStatus(status: number): void {
    if (this.prepared) throw new TypeError("Cannot change the status: prepare() has sent it");
    this.#status = checkStatus(status);
  }

  /**
   * Compresses the body if the client accepts it, by its preference or in one coding; a `TypeError`
   * after `prepare()`. Pieces do not arrive at once then; a response already coded stays as it is.
   */
  enableCompression(coding?: ContentCoding): void {
    if (this.prepared) throw new TypeError("Cannot enable compression: the headers were sent");
    this.#codings = coding === undefined ? CODINGS : [coding];
  }

  /** Sends status and headers, once; a `TypeError` if the request has been answered. */
  prepare<Params>(request: ServerRequest<Params>): Promise<void> {
    try {
      if (this.#response === null) this.#send(request);
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #send<Params>(request: ServerRequest<Params>): void {
    this.#response = this.#open(request.method === "HEAD", request.headers);
    requestInternals.slotOf(request).answer({
      response: this.#response,
      finish: (error) => this.#finish(error),
      // Only the handler can end it: an end made here would look like that of the whole content.
      shutdown: () => {
        this.#stopping = true;
        this.#aborter?.abort(stopping());
        return Promise.resolve();
      },
    });
  }

  /**
   * Sends a copy of a piece of the body, text as UTF-8. The promise resolves when more can be sent,
   * so that a handler that awaits it does not fill the memory for a slow client.
   * @throws {TypeError} If the response is not prepared, has ended, or its status has no body.
   * @throws {RangeError} If it is longer than `Content-Length` allows.
   * @throws {ConnectionResetError} If the client has disconnected, or the request is HEAD.
   */
  write(data: Uint8Array | string): Promise<void> {
    try {
      return this.#write(copyPiece(data));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Ends the body, as the end of the handler does. The promise may be ignored, as for `write()`.
   * @throws {TypeError} If the response is not prepared.
   * @throws {RangeError} If less was written than `Content-Length` announces; the client notices it.
   * @throws {ConnectionResetError} If a last piece was buffered and the client has disconnected.
   */
  writeEof(data?: Uint8Array | string): Promise<void> {
    const ended = this.#writeEof(data);
    // As in write(): the client notices the error by a truncated body.
    if (this.#response !== null) ended.catch(() => {});
    return ended;
  }

  async #writeEof(data?: Uint8Array | string): Promise<void> {
    if (this.#response === null) throw new TypeError("Cannot call writeEof() before prepare()");
    if (this.#ended) return;
    if (data !== undefined) await this.write(data);
    if (this.#ended) return; // by the end of the handler, which did not wait
    this.#ended = true;
    if (this.#reset !== null || this.#controller === null) return;
    // NaN if the length is no number: servers leave it out
    if (this.#left === Infinity || !(this.#left > 0)) return this.#controller.close();
    const error = new RangeError(
      `The response ended ${this.#left} bytes before its Content-Length`,
    );
    this.#controller.error(error);
    throw error;
  }

  /** Ends the body, or aborts it if the handler failed, so that it does not look complete. */
  async #finish(error?: unknown): Promise<void> {
    if (this.#ended) return;
    if (error === undefined) await this.writeEof();
    else if (this.#reset === null) this.#controller?.error(error);
    this.#ended = true;
    // A handler that the server abandoned sees the same error as if the client had disconnected.
    this.#leave(error);
  }

  /** The response of a handler that returned without `prepare()`: status and headers, no body. */
  respond(): Response {
    this.#ended = true;
    return this.#response ??= this.#open(true, null);
  }

  #setType(mimeType: string, charset: string | null): void {
    this.#headers.set("content-type", mimeType + (charset === null ? "" : `; charset=${charset}`));
  }

  #write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    if (this.#response === null) throw new TypeError("Cannot call write() before prepare()");
    if (this.#ended && this.#reset === null) {
      throw new TypeError("Cannot call write() after writeEof()");
    }
    if (bytes.length > this.#left) {
      throw new RangeError(
        `Cannot write ${bytes.length} bytes: only ${this.#left} of Content-Length are left`,
      );
    }
    this.#left -= bytes.length;
    const controller = this.#controller;
    if (controller === null && WITHOUT_BODY.has(this.#status)) {
      throw new TypeError(`Cannot write: a ${this.#status} response has no body`);
    }
    if (this.#reset === null && controller !== null) {
      if (bytes.length > 0) controller.enqueue(bytes);
      if ((controller.desiredSize ?? 0) > 0) return Promise.resolve();
    }
    this.#drained ??= Promise.withResolvers<void>();
    if (this.#reset !== null) this.#drained.reject(this.#reset);
    // An ignored rejection must not end the process when the client disconnects.
    this.#drained.promise.catch(() => {});
    return this.#drained.promise;
  }

  #open(withoutBody: boolean, requestHeaders: Headers | null): Response {
    const [status, headers] = [this.#status, this.#headers];
    const hasNone = WITHOUT_BODY.has(status);
    const bodyless = withoutBody || hasNone;
    if (!bodyless && !headers.has("content-type")) {
      headers.set("content-type", "application/octet-stream");
    }
    const coding = this.#codings === null || requestHeaders === null || hasNone
      ? null
      : negotiateCoding(requestHeaders, headers, this.#codings);
    this.#left = this.contentLength ?? Infinity;
    // A handler that writes until its client disconnects would never end on HEAD.
    if (withoutBody) {
      this.#leave(new ConnectionResetError(undefined, "an answer to HEAD has no body"));
    }
    const isUnknown = requestHeaders !== null && !hasNone && this.#left === Infinity;
    let body = bodyless ? null : this.#stream();
    if (body !== null && coding !== null) body = compressStream(body, coding);
    if (bodyless && isUnknown) body = lengthlessBody();
    const response = new Response(body, { status, headers });
    Object.assign(headers, SENT);
    return response;
  }

  #leave(reason: unknown): void {
    const isReset = reason instanceof ConnectionResetError;
    this.#reset ??= isReset ? reason : new ConnectionResetError(reason);
    this.#drained?.reject(this.#reset);
    this.#drained = null;
    this.#aborter?.abort(this.#reset);
  }

  #stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => void (this.#controller = controller),
      pull: () => {
        this.#drained?.resolve();
        this.#drained = null;
      },
      cancel: (reason) => this.#leave(reason),
    }, new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER_MARK }));
    markCopied(stream);
    return stream;
  }
}

function stopping(): DOMException {
  return new DOMException("The server stops", "AbortError");
}

function refuseChange(name: string): never {
  throw new TypeError(`Cannot change the header "${name}": the headers were sent by prepare()`);
}

function checkStatus(status: number): number {
  if (Number.isInteger(status) && status >= 200 && status <= 599) return status;
  throw new RangeError(`Cannot answer with status ${status}: expected 200 to 599`);
}
