/**
 * A reply as the caller sees it.
 * @module
 */
import { decoderFor } from "../http/charset.ts";
import { parseContentType } from "../http/content_type.ts";
import { parseSetCookies, type ResponseCookie } from "../http/cookie.ts";
import { StreamReader } from "../http/stream_reader.ts";
import {
  ClientConnectionError,
  ClientPayloadError,
  ClientResponseError,
  ContentTypeError,
  type HistoryEntry,
  type RequestInfo,
} from "./errors.ts";
import type { HopResult } from "./transport.ts";

/** How to decode the text of a body. */
export interface TextOptions {
  /** Encoding to use whatever the header says, `"gbk"` for example. */
  readonly encoding?: string;
}

/** How to read the JSON of a body. */
export interface JsonOptions extends TextOptions {
  /**
   * Mime type that the reply has to have; a part of it is enough. `null` accepts any.
   * @default {"application/json"} and whatever ends in `+json`
   */
  readonly contentType?: string | null;
  /** Turns the text into a value. @default {JSON.parse} */
  readonly loads?: (text: string) => unknown;
}

/** What a {@linkcode ClientResponse} is made of. */
export interface ClientResponseInit {
  /** The request that got the reply. */
  readonly requestInfo: RequestInfo;
  /** Redirects on the way. */
  readonly history: readonly HistoryEntry[];
  /** The reply. */
  readonly result: HopResult;
  /** Called once, when the body has ended or was given up. */
  readonly onEnd: () => void;
}

// RFC 6839: "+json" marks a type that is read as JSON.
const JSON_TYPE = /^(?:application\/|[\w.-]+\/[\w.+-]+?\+)json$/i;
const UTF8 = new TextDecoder("utf-8", { fatal: true });
const MAX_ERROR_BODY = 64 * 1024;

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
  /** Status code. */
  readonly status: number;
  /** Reason phrase; the canonical one of the status, `fetch` does not tell the server's. */
  readonly reason: string;
  /** Headers of the reply. */
  readonly headers: Headers;
  /** What was asked for: after redirects, the last hop. */
  readonly requestInfo: RequestInfo;
  /** Redirects on the way, in order. */
  readonly history: readonly HistoryEntry[];
  readonly #result: HopResult;
  readonly #onEnd: () => void;
  #content: StreamReader | null = null; // made when it is asked for: most bodies are read whole
  #bytes: Promise<Uint8Array<ArrayBuffer>> | null = null;
  #text: string | null = null;

  /**
   * Creates one.
   *
   * @param init Request, redirects and reply.
   */
  constructor(init: ClientResponseInit) {
    const { result } = init;
    this.status = result.status;
    this.reason = result.reason;
    this.headers = result.headers;
    this.requestInfo = init.requestInfo;
    this.history = init.history;
    this.#result = result;
    this.#onEnd = init.onEnd;
    if (result.body === null) init.onEnd();
  }

  /** The body, piece by piece. */
  get content(): StreamReader {
    // What was read as a whole, or is not there, has nothing left.
    if (this.#bytes !== null || this.#result.body === null) {
      return this.#content ??= new StreamReader(null);
    }
    return this.#content ??= new StreamReader(this.#result.body, {
      onEnd: this.#onEnd,
      mapError: (error) => this.#result.bodyError(error),
    });
  }

  /** Method of the request, after redirects. */
  get method(): string {
    return this.requestInfo.method;
  }

  /** URL of the reply, after redirects, without a fragment. */
  get url(): URL {
    return this.requestInfo.url;
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
    return parseContentType(this.headers.get("content-type")).mimeType;
  }

  /** Charset of the header, `null` where it does not say. */
  get charset(): string | null {
    return parseContentType(this.headers.get("content-type")).params.get("charset") ?? null;
  }

  /**
   * Reads the whole body; a second call gives the same bytes.
   *
   * @returns The bytes.
   * @throws {ClientPayloadError} If the body is cut or broken.
   */
  read(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#bytes ??=
      this.#content === null && this.#result.body !== null && this.#result.readAll !== undefined
        ? this.#readAll(this.#result.readAll())
        : this.content.read();
  }

  /** Waits for a body that the transport reads as a whole. */
  async #readAll(bytes: Promise<Uint8Array<ArrayBuffer>>): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await bytes;
    } catch (error) {
      throw this.#result.bodyError(error);
    } finally {
      this.#onEnd();
    }
  }

  /**
   * Reads the body as text: in `encoding`, else in the header's charset, else as UTF-8.
   *
   * @param options The encoding.
   * @returns The text.
   * @throws {RangeError} If `encoding` is no known one.
   * @throws {ClientPayloadError} If the bytes are not of that encoding.
   */
  async text(options: TextOptions = {}): Promise<string> {
    const bytes = await this.read();
    const decoder = this.#decoder(options.encoding);
    try {
      return this.#text = decoder.decode(bytes);
    } catch (cause) {
      throw new ClientPayloadError(
        `Cannot decode the body of ${this.url.href}: it is not ${decoder.encoding}. ` +
          "Name its encoding with text({ encoding })",
        { cause },
      );
    }
  }

  /**
   * Reads the body as JSON.
   *
   * @typeParam T Type the caller expects; it is not checked.
   * @param options Mime type, encoding, parser.
   * @returns The value.
   * @throws {ContentTypeError} If the reply is of another mime type.
   * @throws {ClientPayloadError} If the body is not JSON.
   */
  async json<T = unknown>(options: JsonOptions = {}): Promise<T> {
    const { contentType } = options;
    if (contentType !== null && !this.#hasType(contentType)) {
      throw new ContentTypeError({
        ...this.#errorInit(),
        reason: `Attempt to decode JSON with unexpected mimetype: ${
          this.headers.get("content-type") ?? ""
        }`,
      });
    }
    const text = await this.text(options);
    try {
      return (options.loads ?? JSON.parse)(text) as T;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ClientPayloadError(`Cannot parse the body of ${this.url.href} as JSON: ${reason}`, {
        cause,
      });
    }
  }

  /**
   * Throws if the status is 400 or above, and releases the reply then.
   *
   * @throws {ClientResponseError} With the body, if that was read before.
   */
  raiseForStatus(): void {
    if (this.ok) return;
    const error = new ClientResponseError({
      ...this.#errorInit(),
      reason: this.reason,
      body: this.#text,
    });
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
    let body: string | null = null;
    try {
      const pieces: string[] = [];
      const decoder = new TextDecoder(this.#decoder(undefined).encoding);
      for await (const piece of this.content.iterChunked(MAX_ERROR_BODY)) {
        pieces.push(decoder.decode(piece, { stream: true }));
        if (this.content.totalBytes >= MAX_ERROR_BODY) break;
      }
      body = pieces.join("").slice(0, MAX_ERROR_BODY);
    } catch {
      // The status is what is reported; a body that breaks off adds nothing to it.
    }
    this.release();
    return new ClientResponseError({ ...this.#errorInit(), reason: this.reason, body });
  }

  /** Gives up what was not read; reading on throws. */
  release(): void {
    const reason = new ClientConnectionError("Connection closed: the response was released");
    this.content.cancel(reason).catch(() => {});
  }

  /** The same as `release()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.content.cancel(
      new ClientConnectionError("Connection closed: the response was released"),
    );
  }

  #hasType(wanted: string | undefined): boolean {
    const mimeType = this.contentType;
    return wanted === undefined
      ? JSON_TYPE.test(mimeType)
      : mimeType.includes(wanted.toLowerCase());
  }

  #decoder(encoding: string | undefined): TextDecoder {
    if (encoding !== undefined) {
      const decoder = decoderFor(encoding, true);
      if (decoder === null) {
        throw new RangeError(`Cannot decode the body: unknown encoding "${encoding}"`);
      }
      return decoder;
    }
    // Nearly every reply: nothing to parse, and one decoder for all of them.
    const type = this.headers.get("content-type");
    if (type === null || !/charset/i.test(type) || /; ?charset=utf-8$/i.test(type)) return UTF8;
    // A charset that nobody knows is no reason to fail: aiohttp falls back too.
    return decoderFor(this.charset ?? "utf-8", true) ?? new TextDecoder("utf-8", { fatal: true });
  }

  #errorInit(): Omit<ConstructorParameters<typeof ClientResponseError>[0], "reason"> {
    return {
      requestInfo: this.requestInfo,
      history: this.history,
      status: this.status,
      headers: this.headers,
    };
  }
}
