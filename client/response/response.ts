/**
 * A reply as the caller sees it.
 * @module
 */
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
import { StreamReader } from "../../http/bytes/stream_reader.ts";
import { streamOf } from "./body_stream.ts";
import {
  bodyError,
  type BodyPolicy,
  bodySource,
  DEFAULT_BODY_POLICY,
  hasBody,
  readAtMost,
} from "./response_body.ts";
import { ClientConnectionError } from "../errors/connection_errors.ts";
import {
  ClientResponseError,
  ContentTypeError,
  type HistoryEntry,
  type RequestDetails,
  type ResponseErrorInit,
} from "../errors/client_errors.ts";
import { startOfText } from "./error_body.ts";
import {
  JSON_OPTIONS,
  type JsonOptions,
  TEXT_OPTIONS,
  type TextOptions,
} from "./response_options.ts";
import { decodeText, encodingOf, fitsJson, parseJson } from "./response_text.ts";
import { type ResponseLink, responseLinks } from "./response_links.ts";
import { toResponse } from "./to_response.ts";
import { type Download, SAVE_OPTIONS, saveBody, type SaveOptions } from "./save_body.ts";
import {
  EVENTS_OPTIONS,
  type EventsOptions,
  readEvents,
  type ServerSentEvent,
} from "./server_sent_events.ts";
import { aheadOf, MAX_AHEAD, ReadAhead } from "./read_ahead.ts";
import { type HopConnection, type HopResult, replyHeader } from "../hop/transport.ts";

const DONE = Promise.resolve();
const RELEASED = "Connection closed: the response was released";

/** Names the encoding of a body whose header does not. */
export type FallbackCharsetResolver = (
  response: ClientResponse,
  body: Uint8Array<ArrayBuffer>,
) => string;

/** What a {@linkcode ClientResponse} is made of. */
export interface ClientResponseInit {
  /** The request that got the reply. */
  readonly requestInfo: RequestDetails;
  /** Redirects on the way. */
  readonly history: readonly HistoryEntry[];
  /** The reply. */
  readonly result: HopResult;
  /** Called once, when the body has ended or was given up. */
  readonly onEnd: () => void;
  /** What happens to the body on its way. @default decoded, up to 512 MiB */
  readonly policy?: BodyPolicy;
  /** Names the encoding of a body whose header does not. @default UTF-8 */
  readonly fallbackCharsetResolver?: FallbackCharsetResolver | null;
}

/** Begins to read a small body into memory, if its owner has not; for this folder alone. */
export let readAhead: (response: ClientResponse) => void;

/**
 * A reply whose head has come; its body is read on demand. Release it (`await using` does) or read
 * it to the end, so that its connection can serve the next request.
 *
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
  /** Reason phrase; the canonical one of the status, `fetch` does not tell the server's. */
  readonly reason: string;
  /** What was asked for: after redirects, the last hop. */
  readonly requestInfo: RequestDetails;
  /** Redirects on the way, in order. */
  readonly history: readonly HistoryEntry[];
  readonly #result: HopResult;
  readonly #onEnd: () => void;
  readonly #policy: BodyPolicy;
  #content: StreamReader | null = null; // made when it is asked for
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
    this.#policy = init.policy ?? DEFAULT_BODY_POLICY;
    this.#fallbackCharset = init.fallbackCharsetResolver ?? null;
    if (!hasBody(init.result)) init.onEnd();
  }

  /** The body, piece by piece. */
  get content(): StreamReader {
    return this.#content ??= this.#open();
  }

  /** Headers of the reply. */
  get headers(): Headers {
    return this.#result.headers;
  }

  /** Headers in the order and case in which they came; over `fetch` in lower case and sorted. */
  get rawHeaders(): readonly (readonly [name: string, value: string])[] {
    return this.#result.rawHeaders ?? [...this.headers];
  }

  /** Version of HTTP; `null` over `fetch`, which does not tell. */
  get version(): "1.0" | "1.1" | null {
    return this.#result.version ?? null;
  }

  /** Headers behind a body in chunks, once that was read; `fetch` keeps them back. */
  get trailers(): Headers {
    return new Headers((this.#result.trailers ?? []) as [string, string][]);
  }

  /** The connection, with the address of the peer; `null` over `fetch`, which does not tell. */
  get connection(): HopConnection | null {
    return this.#result.connection ?? null;
  }

  /** Method of the request, after redirects. */
  get method(): string {
    return this.requestInfo.method;
  }

  /** URL of the reply, after redirects, without a fragment. */
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

  /** Cookies that this reply sets; those of redirects are in the jar. */
  get cookies(): ReadonlyMap<string, ResponseCookie> {
    return parseSetCookies(this.headers.getSetCookie());
  }

  /** Mime type, `application/octet-stream` where the header is missing. */
  get contentType(): string {
    return this.#type.mimeType;
  }

  /** Charset of the header, `null` where it does not say. */
  get charset(): string | null {
    return this.#type.params.get("charset") ?? null;
  }

  /** The `Content-Disposition` header, `null` where it is missing or malformed. */
  get contentDisposition(): ContentDisposition | null {
    return parseContentDisposition(this.headers.get("content-disposition"));
  }

  /**
   * Links of the `Link` headers, by relation type (`next` for example), or by target where that is
   * missing. Of several with one relation the first is here.
   */
  get links(): ReadonlyMap<string, ResponseLink> {
    return responseLinks(this.headers, this.url);
  }

  /** Announced length of the body in bytes, before decoding; `null` where the header is missing. */
  get contentLength(): number | null {
    return parseLength(replyHeader(this.#result, "content-length"));
  }

  /**
   * Reads the whole body; a second call gives the same bytes.
   *
   * @returns The bytes.
   * @throws {ClientPayloadError} If the body is cut or broken, or longer than `maxBodySize`.
   */
  read(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#bytes ??= this.#policy.maxBodySize === 0
      ? this.content.read()
      : readAtMost(this.content, this.#policy.maxBodySize, this.#result.exactLength ?? null);
  }

  /**
   * Names the encoding that `text()` uses: the header's charset if it is a known one, UTF-8 for
   * JSON, else what the session's `fallbackCharsetResolver` says, else UTF-8.
   *
   * @returns The encoding, a name of the WHATWG Encoding standard.
   */
  async getEncoding(): Promise<string> {
    return encodingOf(this.#type, this.#fallbackCharset === null) ??
      this.#fallbackCharset?.(this, await this.read()) ?? "utf-8";
  }

  /**
   * Reads the body as text: in `encoding`, else in the header's charset, else as UTF-8 or what the
   * session's `fallbackCharsetResolver` says.
   *
   * `latin1` and `ascii` mean windows-1252, as in browsers; a byte order mark is taken off.
   *
   * @throws {RangeError} If `encoding` is no known one.
   * @throws {ClientPayloadError} If the bytes are not of that encoding.
   */
  async text(options: TextOptions = {}): Promise<string> {
    TEXT_OPTIONS.check("response.text()", options);
    const bytes = await this.read();
    const encoding = options.encoding ??
      encodingOf(this.#type, this.#fallbackCharset === null) ?? await this.getEncoding();
    return this.#text = decodeText(bytes, encoding, options, this);
  }

  /**
   * Reads the body as JSON.
   *
   * @typeParam T Type the caller expects; it is not checked.
   * @returns The value, `null` for an empty body.
   * @throws {ContentTypeError} If the reply is of another mime type.
   * @throws {ClientPayloadError} If the body is not JSON.
   */
  json<T = unknown>(options?: JsonOptions): Promise<T>;
  /**
   * Reads the body as JSON and checks it.
   *
   * @typeParam S Schema of zod, valibot, arktype or another library of Standard Schema.
   * @returns What the schema makes of the value; an empty body is `null` to it.
   * @throws {ContentTypeError} If the reply is of another mime type.
   * @throws {ClientPayloadError} If the body is not JSON.
   * @throws {SchemaValidationError} If the value does not fit.
   */
  json<S extends StandardSchemaV1>(schema: S, options?: JsonOptions): Promise<SchemaOutput<S>>;
  async json(first: JsonOptions | StandardSchemaV1 = {}, more: JsonOptions = {}): Promise<unknown> {
    if (!isStandardSchema(first)) return await this.#json(first);
    return await validateWithSchema(first, await this.#json(more), `the body of ${this.url.href}`);
  }

  async #json(options: JsonOptions): Promise<unknown> {
    JSON_OPTIONS.check("response.json()", options);
    const { contentType } = options;
    if (contentType !== null && !fitsJson(this.contentType, contentType)) {
      throw this.#typeError("decode JSON");
    }
    const text = await this.text(TEXT_OPTIONS.pick(options));
    if (text.trim() === "") return null; // as aiohttp 3.14
    return parseJson(text, options.loads ?? JSON.parse, this);
  }

  /**
   * Reads the body as server-sent events; the response is released when the loop ends or is left.
   *
   * @param options Limits.
   * @yields The events in order.
   * @throws {ContentTypeError} If the reply is no `text/event-stream`.
   * @throws {EventTooLongError} If an event is longer than `maxEventSize`.
   *
   * @example
   * ```ts
   * import { ClientSession, web } from "@roundtrip/http";
   *
   * const app = new web.Application();
   * const headers = { "content-type": "text/event-stream" };
   * app.addRoutes([web.get("/", () => new Response("event: tick\ndata: 1\n\n", { headers }))]);
   * await using runner = new web.AppRunner(app);
   * const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
   *
   * await using session = new ClientSession({ baseUrl });
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
   * Writes the body into a file, whatever the status is. It grows as `<path>.part` and gets its name
   * when it is complete; a body that breaks off leaves the part where it is, for
   * `session.downloadToFile()` to go on with.
   *
   * @param path The file.
   * @param options Whether a file may be replaced, and who is told about the progress.
   * @returns The file and its size.
   * @throws {FileExistsError} If there is a file already and `overwrite` is not set.
   * @throws {ClientPayloadError} If the body is cut or broken.
   */
  async saveTo(path: string | URL, options: SaveOptions = {}): Promise<Download> {
    SAVE_OPTIONS.check("response.saveTo()", options);
    return await saveBody(this, path, options);
  }

  /**
   * Reads a multipart body part by part as it comes.
   *
   * @throws {MultipartSyntaxError} If the body is no multipart.
   */
  multipart(options?: MultipartReaderOptions): MultipartReader {
    return new MultipartReader(streamOf(this.content), this.headers.get("content-type"), options);
  }

  /**
   * Makes the answer of a server's handler that passes the reply on: the body as it comes, without
   * the headers that tell of its coding, which is undone, and of the connection.
   *
   * @returns The response of the platform's.
   *
   * @example
   * ```ts
   * import { ClientSession, web } from "@roundtrip/http";
   *
   * const behind = new web.Application();
   * behind.addRoutes([web.get("/", () => web.textResponse("hello"))]);
   * await using session = new ClientSession({ app: behind });
   * const app = new web.Application();
   * app.addRoutes([web.get("/", async () => (await session.get("/")).toResponse())]);
   * const response = await app.fetch(new Request("http://localhost/"));
   * console.assert(await response.text() === "hello");
   * ```
   */
  toResponse(): Response {
    return toResponse(this, this.#policy.autoDecompress, this.#bytes);
  }

  /**
   * Throws if the status is 400 or above, and releases the reply then.
   *
   * @throws {ClientResponseError} With the body, if that was read before.
   */
  raiseForStatus(): void {
    if (this.ok) return;
    const error = new ClientResponseError(this.#errorInit(this.reason, this.#text));
    this.release();
    throw error;
  }

  /**
   * Makes the error for a status of 400 or above, with the first 64 KiB of the body.
   *
   * @returns The error, `null` for a status below 400.
   */
  async statusError(): Promise<ClientResponseError | null> {
    if (this.ok) return null;
    const body = await startOfText(this.content, this.charset);
    this.release();
    return new ClientResponseError(this.#errorInit(this.reason, body));
  }

  /** Gives up what was not read; reading on throws. */
  release(): void {
    this.#giveUp()?.catch(() => {});
  }

  /** The same as `release()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#giveUp() ?? DONE;
  }

  /** The same as `release()`, for `using`. */
  [Symbol.dispose](): void {
    this.release();
  }

  get #type(): ContentType {
    return parseContentType(replyHeader(this.#result, "content-type"));
  }

  #giveUp(): Promise<void> | null {
    const { isEof, exception } = this.content;
    // Most bodies have been read, and an error with its stack takes 4 us.
    if (isEof || exception !== null) return null;
    return this.content.cancel(new ClientConnectionError(RELEASED));
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
    if (!hasBody(this.#result)) return new StreamReader(null);
    const source = ahead ?? bodySource(this.#result, this.#policy, () => this.contentLength);
    return new StreamReader(source, {
      onEnd: this.#onEnd,
      mapError: (error) => bodyError(this.#result, error), // the body keeps the response alive
    });
  }

  #typeError(attempt: string): ContentTypeError {
    const type = replyHeader(this.#result, "content-type") ?? "";
    const reason = `Attempt to ${attempt} with unexpected mimetype: ${type}`;
    return new ContentTypeError(this.#errorInit(reason));
  }

  #errorInit(reason: string, body: string | null = null): ResponseErrorInit {
    const { requestInfo, history, status, headers } = this;
    return { requestInfo, history, status, headers, reason, body };
  }
}
