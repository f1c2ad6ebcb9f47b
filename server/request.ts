/**
 * A request as handlers see it.
 * @module
 */
import { parseContentType } from "../http/content_type.ts";
import { parseCookies } from "../http/cookie.ts";
import { decoderFor } from "../http/charset.ts";
import { decodeUrlencoded } from "../http/multipart_decoding.ts";
import { MultipartLimitError } from "../http/multipart_errors.ts";
import type { MultipartLimits } from "../http/multipart_limits.ts";
import { MultipartReader, type MultipartReaderOptions } from "../http/multipart_reader.ts";
import { readLimited } from "../http/limited_body.ts";
import { type StreamReader, StreamReader as Reader } from "../http/stream_reader.ts";
import type { AppContext } from "./app_context.ts";
import { type AppKey, KeyStore } from "./app_key.ts";
import {
  HTTPBadRequest,
  HTTPRequestEntityTooLarge,
  HTTPUnsupportedMediaType,
} from "./http_client_errors.ts";
import { type ParsedForm, parseForm } from "./parse_form.ts";
import { PostData } from "./post_data.ts";

/** What `request.post()` takes. */
export interface PostOptions extends Partial<MultipartLimits> {
  /** Largest body, in bytes; 0 for no limit. @default the application's `clientMaxSize` */
  readonly maxSize?: number;
}

/** What the platform tells about a connection besides the request. */
export interface ServeInfo {
  /** The peer's address; a TCP peer has `hostname` and `port`. */
  readonly remoteAddr?: { readonly transport?: string; readonly hostname?: string };
}

/** An answer given before the handler is done: a stream or a WebSocket that was prepared. */
export interface EarlyAnswer {
  /** What the platform gets. */
  readonly response: Response;
  /**
   * Told when the handler is done.
   *
   * @param error What the handler threw, if it did.
   */
  finish(error?: unknown): Promise<void>;
}

/**
 * A request, with the accessors of aiohttp's `web.Request`. The platform's own is `raw`.
 *
 * @typeParam Params Match info of the route: a string for each variable of its path.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([
 *   web.get("/users/{id}", (request) => web.textResponse(request.matchInfo.id)),
 * ]);
 * const response = await app.fetch(new Request("http://localhost/users/7"));
 * console.assert(await response.text() === "7");
 * ```
 */
export class ServerRequest<Params = Record<string, string>> {
  /** The platform's request; its body can be read only once, here or there. */
  readonly raw: Request;
  /** Values of the path's variables, decoded. */
  readonly matchInfo: Readonly<Params>;
  /** The application that handles the request. */
  readonly app: AppContext;
  readonly #info: ServeInfo | undefined;
  #url: URL | null = null;
  #content: StreamReader | null = null;
  #body: Promise<Uint8Array<ArrayBuffer>> | null = null;
  #post: Promise<PostData> | null = null;
  #form: ParsedForm | null = null;
  #store: KeyStore | null = null;
  #early: EarlyAnswer | null = null;
  #onEarly: ((answer: EarlyAnswer) => void) | null = null;

  /**
   * Creates one.
   *
   * @param raw The platform's request.
   * @param info What the platform tells about the connection.
   * @param app The application that handles the request.
   * @param matchInfo Values of the path's variables.
   */
  constructor(
    raw: Request,
    info: ServeInfo | undefined,
    app: AppContext,
    matchInfo: Readonly<Params>,
  ) {
    this.raw = raw;
    this.#info = info;
    this.app = app;
    this.matchInfo = matchInfo;
  }

  /** Method in upper case. */
  get method(): string {
    return this.raw.method;
  }

  /** Headers of the request. */
  get headers(): Headers {
    return this.raw.headers;
  }

  /** The whole URL, normalised. */
  get url(): URL {
    return this.#url ??= new URL(this.raw.url);
  }

  /** Path as it stood in the request line. */
  get rawPath(): string {
    return rawPathOf(this.raw.url);
  }

  /** Path with all escapes decoded; a malformed one stays as it is. */
  get path(): string {
    const raw = this.rawPath;
    try {
      return decodeURIComponent(raw);
    } catch {
      return raw;
    }
  }

  /** Query parameters, decoded, in order, repeats kept. */
  get query(): URLSearchParams {
    return this.url.searchParams;
  }

  /** Query as it stood in the request line, without `?`. */
  get queryString(): string {
    return this.url.search.slice(1);
  }

  /** Address of the peer, `null` where the platform does not tell. */
  get remote(): string | null {
    return this.#info?.remoteAddr?.hostname ?? null;
  }

  /** Cookies of the request: values by name. */
  get cookies(): ReadonlyMap<string, string> {
    return parseCookies(this.headers.get("cookie"));
  }

  /** Mime type of the body, `application/octet-stream` where the header is missing. */
  get contentType(): string {
    return parseContentType(this.headers.get("content-type")).mimeType;
  }

  /** Charset of the body, `null` where the header does not say. */
  get charset(): string | null {
    return parseContentType(this.headers.get("content-type")).params.get("charset") ?? null;
  }

  /** Whether the request has a body, be it empty. */
  get bodyExists(): boolean {
    return this.raw.body !== null;
  }

  /** The body as a stream, without a limit on its size. */
  get content(): StreamReader {
    return this.#content ??= new Reader(this.raw.body);
  }

  /** Aborts when the client leaves. */
  get signal(): AbortSignal {
    return this.raw.signal;
  }

  /**
   * Gives a value that was kept for this request.
   *
   * @typeParam T Type of the value.
   * @param key The key.
   * @returns The value.
   * @throws {TypeError} If nothing was kept under the key.
   */
  get<T>(key: AppKey<T>): T {
    return (this.#store ??= new KeyStore()).get(key);
  }

  /**
   * Keeps a value for the time of this request, for handlers and middlewares further in.
   *
   * @typeParam T Type of the value.
   * @param key The key.
   * @param value The value.
   */
  set<T>(key: AppKey<T>, value: T): void {
    (this.#store ??= new KeyStore()).set(key, value);
  }

  /**
   * Reads the whole body; a second call gives the same bytes.
   *
   * @returns The bytes.
   * @throws {HTTPRequestEntityTooLarge} If there are more than `clientMaxSize`.
   */
  read(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#body ??= this.#readBody();
  }

  /**
   * Reads the body as text, in the charset of its `Content-Type`, else UTF-8.
   *
   * @returns The text.
   * @throws {HTTPUnsupportedMediaType} If the charset is unknown or the bytes are not of it.
   */
  async text(): Promise<string> {
    const charset = this.charset ?? "utf-8";
    const decoder = decoderFor(charset, true);
    if (decoder === null) throw unknownCharset(charset);
    const bytes = await this.read();
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new HTTPUnsupportedMediaType({ text: `The body is not ${charset} text`, cause });
    }
  }

  /**
   * Reads the body as JSON, whatever its content type.
   *
   * @typeParam T Type the caller expects; it is not checked.
   * @returns The value.
   * @throws {HTTPBadRequest} If the body is not JSON.
   */
  async json<T = unknown>(): Promise<T> {
    const text = await this.text();
    try {
      return JSON.parse(text) as T;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new HTTPBadRequest({ text: `The body is not JSON: ${reason}`, cause });
    }
  }

  /**
   * Reads an HTML form, urlencoded or multipart. Files are spooled, together at most 1 MiB in
   * memory and the rest to disk, and are gone once the request was answered. A second call gives
   * the same fields.
   *
   * @param options Limits of this form, in place of the application's.
   * @returns The fields in order, repeats kept; none for a body of another type.
   * @throws {HTTPRequestEntityTooLarge} If the body is larger than `maxSize`.
   * @throws {MultipartError} If a multipart body is malformed, cut or beyond a limit; uncaught, it
   * is answered with 400.
   */
  post(options: PostOptions = {}): Promise<PostData> {
    return this.#post ??= this.#readForm(options);
  }

  /**
   * Reads a multipart body part by part as it comes, without a limit on its size but those of the
   * reader.
   *
   * @param options Limits.
   * @returns The reader.
   * @throws {MultipartSyntaxError} If the body is no multipart; uncaught, it is answered with 400.
   */
  multipart(options?: MultipartReaderOptions): Promise<MultipartReader> {
    return Promise.resolve().then(() =>
      new MultipartReader(this.raw.body, this.headers.get("content-type"), options)
    );
  }

  /**
   * Frees what the request held: the files of its form. Dispatch calls it when the handler is
   * done.
   */
  finish(): void {
    this.#form?.close();
    this.#form = null;
  }

  /**
   * Answers the platform now and lets the handler run on; streams and WebSockets call it from
   * their `prepare()`.
   *
   * @param answer The answer.
   * @throws {TypeError} If the request was answered before.
   */
  answerEarly(answer: EarlyAnswer): void {
    if (this.#early !== null) {
      throw new TypeError("Cannot prepare: the request was answered before");
    }
    this.#early = answer;
    this.#onEarly?.(answer);
  }

  /**
   * Waits for an early answer; dispatch calls it once.
   *
   * @param listener Called with the answer, at once if there is one.
   */
  onEarlyAnswer(listener: (answer: EarlyAnswer) => void): void {
    if (this.#early === null) this.#onEarly = listener;
    else listener(this.#early);
  }

  /** The early answer, `null` while there is none. */
  get earlyAnswer(): EarlyAnswer | null {
    return this.#early;
  }

  async #readForm(options: PostOptions): Promise<PostData> {
    const limit = options.maxSize ?? this.app.clientMaxSize;
    switch (this.contentType) {
      case "application/x-www-form-urlencoded": {
        const charset = this.charset ?? "utf-8";
        const decoder = decoderFor(charset, false);
        if (decoder === null) throw unknownCharset(charset);
        const bytes = await (this.#body ??= this.#readBody(limit));
        return new PostData(decodeUrlencoded(bytes, decoder));
      }
      case "multipart/form-data": {
        const limits = { maxTotalSize: limit === 0 ? Infinity : limit, ...options };
        const reader = await this.multipart(limits);
        try {
          this.#form = await parseForm(reader);
        } catch (error) {
          if (!(error instanceof MultipartLimitError) || error.option !== "maxTotalSize") {
            throw error;
          }
          throw new HTTPRequestEntityTooLarge(error.limit, { cause: error });
        }
        return this.#form.data;
      }
      default:
        return new PostData();
    }
  }

  #readBody(limit = this.app.clientMaxSize): Promise<Uint8Array<ArrayBuffer>> {
    const tooLarge = () => new HTTPRequestEntityTooLarge(limit);
    // An announced length beyond the limit is refused before a byte is read.
    if (limit > 0 && Number(this.headers.get("content-length")) > limit) {
      return Promise.reject(tooLarge());
    }
    return readLimited(this.raw.body, limit, tooLarge);
  }
}

/**
 * The path of a request URL as it stood in the request line, which `new URL()` would normalise.
 *
 * @param url `Request.url`.
 * @returns The path, still encoded.
 */
export function rawPathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "/";
  for (let at = start; at < url.length; at++) {
    const code = url.charCodeAt(at);
    // "?" or "#". A fragment ends the path for new URL(), so it does here: guards that look at
    // one and routes that look at the other have to agree.
    if (code === 63 || code === 35) return url.slice(start, at);
  }
  return url.slice(start);
}

function unknownCharset(charset: string): HTTPUnsupportedMediaType {
  return new HTTPUnsupportedMediaType({ text: `Unknown charset: ${charset}` });
}
