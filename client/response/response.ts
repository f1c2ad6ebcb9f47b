import { parseLength } from "../../http/headers/content_length.ts";
import {
  type ContentDisposition,
  parseContentDisposition,
} from "../../http/headers/content_disposition.ts";
import { type ContentType, parseContentType } from "../../http/headers/content_type.ts";
import { parseSetCookies, type ResponseCookie } from "../../http/headers/set_cookie.ts";
import {
  MultipartReader,
  type MultipartReaderOptions,
} from "../../http/multipart/multipart_reader.ts";
import {
  isStandardSchema,
  type SchemaOutput,
  type StandardSchemaV1,
  validateWithSchema,
} from "../../http/schema/standard_schema.ts";
import { readerAtEnd, StreamReader } from "../../http/bytes/stream_reader.ts";
import { streamOf, toResponse } from "./to_response.ts";
import { bodyError, type BodyPolicy, bodySource, hasBody, readAtMost } from "./response_body.ts";
import {
  ClientConnectionError,
  ClientResponseError,
  ContentTypeError,
  type HistoryEntry,
  type RequestDetails,
} from "../errors/client_errors.ts";
import {
  decodeText,
  encodingOf,
  fitsJson,
  JSON_OPTIONS,
  type JsonOptions,
  parseJson,
  startOfText,
  TEXT_OPTIONS,
  textAtHand,
  type TextOptions,
} from "./response_text.ts";
import { type ResponseLink, responseLinks } from "./response_links.ts";
import { type Download, SAVE_TO_OPTIONS, saveBody, type SaveToOptions } from "./save_body.ts";
import {
  EVENTS_OPTIONS,
  type EventsOptions,
  readEvents,
  type ServerSentEvent,
} from "./server_sent_events.ts";
import { aheadOf, MAX_AHEAD, ReadAhead } from "./read_ahead.ts";
import { replyHeader } from "../hop/hop_result.ts";
import type { HopConnection, HopResult } from "../hop/transport.ts";

/** Returns the encoding of a body without a charset in its header. */
export type FallbackCharsetResolver = (
  response: ClientResponse,
  body: Uint8Array<ArrayBuffer>,
) => string;

/** Fields of a {@linkcode ClientResponse}. */
export interface ClientResponseInit {
  readonly requestInfo: RequestDetails;
  readonly history: readonly HistoryEntry[];
  readonly result: HopResult;
  /** Called once, when the body has ended or was cancelled. */
  readonly onEnd: () => void;
  readonly policy: BodyPolicy;
  readonly fallbackCharsetResolver: FallbackCharsetResolver | null;
}

/** Reads a small body ahead, unless reading has started; internal to this folder. */
export let readAhead: (response: ClientResponse) => void;

/**
 * A response; its body is read on demand. Release it (`await using` does) or read it to the end to
 * free its connection.
 * @example
 * ```ts no-assert
 * import { ClientSession } from "@roundtrip/http";
 *
 * async function title(url: string): Promise<string> {
 *   await using session = new ClientSession();
 *   await using response = await session.get(url, { raiseForStatus: true });
 *   return (await response.json<{ title: string }>()).title;
 * }
 * ```
 */
export class ClientResponse {
  static {
    readAhead = (response) => response.#readAhead();
  }

  /** Status code. */
  readonly status: number;
  /** Reason phrase; over `fetch` the canonical one of the status. */
  readonly reason: string;
  /** The request; after redirects, the last hop. */
  readonly requestInfo: RequestDetails;
  /** Redirect responses before this one, in order. */
  readonly history: readonly HistoryEntry[];
  readonly #result: HopResult;
  readonly #onEnd: () => void;
  readonly #policy: BodyPolicy;
  #content: StreamReader | null = null; // created on first use
  #bytes: Promise<Uint8Array<ArrayBuffer>> | null = null;
  #text: string | null = null;
  readonly #fallbackCharset: FallbackCharsetResolver | null;

  /** Creates one. */
  constructor(init: ClientResponseInit) {
    this.status = init.result.status;
    this.reason = init.result.reason;
    this.requestInfo = init.requestInfo;
    this.history = init.history;
    this.#result = init.result;
    this.#onEnd = init.onEnd;
    this.#policy = init.policy;
    this.#fallbackCharset = init.fallbackCharsetResolver;
    if (!hasBody(init.result)) init.onEnd();
  }

  /** The body as a stream. */
  get content(): StreamReader {
    return this.#content ??= this.#open();
  }

  /** Headers. */
  get headers(): Headers {
    return this.#result.headers;
  }

  /** Headers in the order and case received; over `fetch` sorted, in lower case. */
  get rawHeaders(): readonly (readonly [name: string, value: string])[] {
    return this.#result.rawHeaders ?? [...this.headers];
  }

  /** HTTP version; `null` over `fetch`. */
  get version(): "1.0" | "1.1" | null {
    return this.#result.version ?? null;
  }

  /** Trailers of a chunked body, once it was read; not available over `fetch`. */
  get trailers(): Headers {
    return new Headers((this.#result.trailers ?? []) as [string, string][]);
  }

  /** The connection, with the address of the peer; `null` over `fetch`. */
  get connection(): HopConnection | null {
    return this.#result.connection ?? null;
  }

  /** Method of the request, after redirects. */
  get method(): string {
    return this.requestInfo.method;
  }

  /** URL after redirects, without its fragment. */
  get url(): URL {
    return this.requestInfo.url;
  }

  /** Host of the URL, without its port. */
  get host(): string {
    return this.url.hostname;
  }

  /** Whether the status is below 400. */
  get ok(): boolean {
    return this.status < 400;
  }

  /** Cookies set by this response; those of redirects are in the jar. */
  get cookies(): ReadonlyMap<string, ResponseCookie> {
    return parseSetCookies(this.headers.getSetCookie());
  }

  /** MIME type, `application/octet-stream` if the header is missing. */
  get contentType(): string {
    return this.#type.mimeType;
  }

  /** Charset of the header, `null` without one. */
  get charset(): string | null {
    return this.#type.params.get("charset") ?? null;
  }

  /** The `Content-Disposition` header, `null` if it is missing or malformed. */
  get contentDisposition(): ContentDisposition | null {
    return parseContentDisposition(this.headers.get("content-disposition"));
  }

  /** Links of the `Link` headers by relation type, for example `next`, or by target without one. */
  get links(): ReadonlyMap<string, ResponseLink> {
    return responseLinks(this.headers, this.url);
  }

  /** `Content-Length` in bytes, before decoding; `null` if the header is missing. */
  get contentLength(): number | null {
    return parseLength(replyHeader(this.#result, "content-length"));
  }

  /**
   * Reads the whole body; a second call returns the same bytes.
   * @throws {ClientPayloadError} If the body is incomplete, malformed or longer than `maxBodySize`.
   */
  read(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#bytes ??= this.#text === null
      ? readAtMost(this.content, this.#policy.maxBodySize, this.#result.exactLength ?? null)
      : Promise.resolve(new TextEncoder().encode(this.#text)); // the same bytes, see utf8Text()
  }

  /** Returns the encoding of `text()`: the header's, if known, UTF-8 for JSON, else the fallback's. */
  async getEncoding(): Promise<string> {
    return encodingOf(this.#type, this.#fallbackCharset === null) ??
      this.#fallbackCharset?.(this, await this.read()) ?? "utf-8";
  }

  /**
   * Reads the body as text in `encoding`, else in that of {@linkcode getEncoding}. `latin1` and
   * `ascii` mean windows-1252, as in browsers; a byte order mark is removed.
   * @throws {RangeError} If `encoding` is unknown.
   * @throws {ClientPayloadError} If the bytes are not valid in that encoding.
   */
  async text(options: TextOptions = {}): Promise<string> {
    TEXT_OPTIONS.check("response.text()", options);
    return this.#textAtHand(options) ?? await this.#decoded(options);
  }

  /**
   * Reads the body as JSON, `null` if it is empty.
   * @typeParam T Expected type; not checked.
   * @throws {ContentTypeError} If the response has another MIME type.
   * @throws {ClientPayloadError} If the body is not JSON.
   */
  json<T = unknown>(options?: JsonOptions): Promise<T>;
  /**
   * Reads the body as JSON, `null` if it is empty, and returns it as the schema does.
   * @typeParam S Schema of Zod, Valibot, ArkType or another Standard Schema library.
   * @throws {ContentTypeError} If the response has another MIME type.
   * @throws {ClientPayloadError} If the body is not JSON.
   * @throws {SchemaValidationError} If the value does not match.
   */
  json<S extends StandardSchemaV1>(schema: S, options?: JsonOptions): Promise<SchemaOutput<S>>;
  async json(first: JsonOptions | StandardSchemaV1 = {}, more: JsonOptions = {}): Promise<unknown> {
    const [schema, options] = isStandardSchema(first) ? [first, more] : [null, first];
    JSON_OPTIONS.check("response.json()", options);
    if (!fitsJson(this.contentType, options.contentType)) throw this.#typeError("decode JSON");
    const text = this.#textAtHand(options) ?? await this.#decoded(options);
    const value = parseJson(text, options.loads ?? JSON.parse, this);
    if (schema === null) return value;
    return await validateWithSchema(schema, value, `the body of ${this.url.href}`);
  }

  /**
   * Reads the body as server-sent events; releases the response at the end of the loop.
   * @throws {ContentTypeError} If the response is not `text/event-stream`.
   * @throws {EventTooLongError} If an event is longer than `maxEventSize`.
   * @example
   * ```ts
   * import { ClientSession } from "@roundtrip/http";
   *
   * const headers = { "content-type": "text/event-stream" };
   * const app = { fetch: () => new Response("event: tick\ndata: 1\n\n", { headers }) };
   * await using session = new ClientSession({ app });
   * await using response = await session.get("/");
   * for await (const { event, data } of response.events()) console.assert(event + data === "tick1");
   * ```
   */
  async *events(options: EventsOptions = {}): AsyncGenerator<ServerSentEvent, void, undefined> {
    EVENTS_OPTIONS.check("response.events()", options);
    try {
      if (this.contentType !== "text/event-stream") throw this.#typeError("read events");
      yield* readEvents(this.content, options);
    } finally {
      this.release();
    }
  }

  /**
   * Writes the body to a file, regardless of the status: to `<path>.part`, which is renamed when it
   * is complete, else kept. With `offset` the body is the rest behind such a part.
   * @throws {FileExistsError} If the file exists and `overwrite` is not set.
   * @throws {ClientError} If the body is incomplete, or the part shorter than `offset`.
   */
  async saveTo(path: string | URL, options: SaveToOptions = {}): Promise<Download> {
    SAVE_TO_OPTIONS.check("response.saveTo()", options);
    return await saveBody(this, path, options);
  }

  /** Reads a multipart body; throws `MultipartSyntaxError` if it is of another type. */
  multipart(options?: MultipartReaderOptions): MultipartReader {
    return new MultipartReader(streamOf(this.content), this.headers.get("content-type"), options);
  }

  /**
   * Converts to a `Response` that a server's handler can return: the decoded body as a stream,
   * without the headers of its coding and of the connection.
   */
  toResponse(): Response {
    const bytes = this.#text === null ? this.#bytes : this.read();
    return toResponse(this, this.#policy.autoDecompress, bytes);
  }

  /**
   * Throws if the status is 400 or above, after releasing the response.
   * @throws {ClientResponseError} With the body, if it was read before.
   */
  raiseForStatus(): void {
    if (this.ok) return;
    const error = new ClientResponseError(this.#errorInit(this.reason, this.#text));
    this.release();
    throw error;
  }

  /** The error for a status of 400 or above, with 64 KiB of an unread body; `null` for another. */
  async statusError(): Promise<ClientResponseError | null> {
    if (this.ok) return null;
    const body = this.#text ?? await startOfText(this.content, this.charset);
    this.release();
    return new ClientResponseError(this.#errorInit(this.reason, body));
  }

  /** Discards the rest of the body; further reads throw. */
  release(): void {
    this.#giveUp()?.catch(() => {});
  }

  /** The same as `release()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#giveUp() ?? Promise.resolve();
  }

  /** The same as `release()`, for `using`. */
  [Symbol.dispose](): void {
    this.release();
  }

  #textAtHand({ encoding }: TextOptions): string | null {
    const known = encoding ?? encodingOf(this.#type, this.#fallbackCharset === null);
    if (this.#content !== null || known !== "utf-8" || this.#text !== null) return null;
    this.#text = textAtHand(this.#result, this.#policy);
    if (this.#text !== null) this.#onEnd();
    return this.#text;
  }

  async #decoded(options: TextOptions): Promise<string> {
    const { encoding = await this.getEncoding() } = options;
    return this.#text = decodeText(await this.read(), encoding, options, this);
  }

  get #type(): ContentType {
    return parseContentType(replyHeader(this.#result, "content-type"));
  }

  #giveUp(): Promise<void> | null {
    // Most bodies have been read; an error with its stack takes 4 us.
    if (this.#text !== null || this.content.isEof || this.content.exception !== null) return null;
    return this.content.cancel(
      new ClientConnectionError("Connection closed: the response was released"),
    );
  }

  #readAhead(): void {
    const { exactLength } = this.#result;
    if (this.#content !== null || !hasBody(this.#result) || (exactLength ?? 0) > MAX_AHEAD) return;
    const source = bodySource(this.#result, this.#policy, () => this.contentLength);
    if (source === null) return;
    const ahead = new ReadAhead(source, this.#onEnd);
    aheadOf.set(this.#result, ahead);
    this.#content = this.#open(ahead);
  }

  #open(ahead?: ReadAhead): StreamReader {
    if (this.#text !== null) return readerAtEnd(this.#result.exactLength ?? 0);
    if (!hasBody(this.#result)) return new StreamReader(null);
    const source = ahead ?? bodySource(this.#result, this.#policy, () => this.contentLength);
    return new StreamReader(source, {
      onEnd: this.#onEnd,
      mapError: (error) => bodyError(this.#result, error), // holds a reference to the response
    });
  }

  #typeError(attempt: string): ContentTypeError {
    const type = replyHeader(this.#result, "content-type") ?? "";
    const reason = `Attempt to ${attempt} with unexpected mimetype: ${type}`;
    return new ContentTypeError(this.#errorInit(reason));
  }

  #errorInit(reason: string, body: string | null = null) {
    const { requestInfo, history, status, headers } = this;
    return { requestInfo, history, status, headers, reason, body };
  }
}
