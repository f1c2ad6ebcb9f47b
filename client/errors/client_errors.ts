// Errors of requests: aiohttp's hierarchy, with single inheritance.
// - InvalidURLError: the URL cannot be requested at all
// - ClientConnectionError: no complete response
//   - ClientConnectorError: connecting failed
//   - ServerDisconnectedError: the connection was closed without a response
//   - ClientOSError: the connection broke
//   - ServerTimeoutError: a timeout passed
// - ClientPayloadError: the response body is malformed or incomplete
// - ClientResponseError: an unwanted response, such as a status with `raiseForStatus`
import { isJsonType, parseContentType } from "../../http/headers/content_type.ts";

/** The request behind an error or a response. */
export interface RequestDetails {
  /** Method in upper case. */
  readonly method: string;
  /** URL without its fragment. */
  readonly url: URL;
  /** URL with its fragment, aiohttp's `real_url`; set by sessions. */
  readonly realUrl?: URL;
  /** Headers of the caller, session and middlewares, without those of jar, body and platform. */
  readonly headers: Headers;
}

/** A redirect response, as listed in `history`. */
export interface HistoryEntry {
  /** Status code. */
  readonly status: number;
  /** URL of the request. */
  readonly url: URL;
  /** Headers of the response. */
  readonly headers: Headers;
}

/**
 * Base class of errors caused by the network or the peer.
 *
 * @example
 * ```ts
 * import { ClientError, ClientSession } from "@roundtrip/http";
 *
 * await using session = new ClientSession();
 * const outcome = await session.get("ftp://example.com/").catch((error) => {
 *   if (error instanceof ClientError) return error.name; // caused by the network or the peer
 *   throw error;
 * });
 * console.assert(outcome === "NonHttpURLError");
 * ```
 */
export class ClientError extends Error {
  /** Name of the class. */
  override readonly name: string = "ClientError";
}

/** The URL cannot be requested. */
export class InvalidURLError extends ClientError {
  /** Name of the class. */
  override readonly name: string = "InvalidURLError";
  /** The URL as given, with `***` for credentials. */
  readonly url: string;

  /** Creates one, for the URL as given but without credentials. */
  constructor(url: string, reason: string, options?: ErrorOptions) {
    super(`Cannot request "${url}": ${reason}`, options);
    this.url = url;
  }
}

/** The URL's scheme is not http or https. */
export class NonHttpURLError extends InvalidURLError {
  /** Name of the class. */
  override readonly name = "NonHttpURLError";
}

/** A redirect to a URL that cannot be requested, see `cause`. */
export class InvalidURLRedirectError extends InvalidURLError {
  /** Name of the class. */
  override readonly name = "InvalidURLRedirectError";
}

/** The body of a response is malformed, incomplete or was aborted. */
export class ClientPayloadError extends ClientError {
  /** Name of the class. */
  override readonly name = "ClientPayloadError";
}

/** Fields of a {@linkcode ClientResponseError}. */
export interface ResponseErrorInit
  extends Pick<ClientResponseError, "requestInfo" | "history" | "status" | "headers" | "reason"> {
  /** Start of the response body as text, `null` if it was not read. */
  readonly body?: string | null | undefined;
  /** The underlying error. */
  readonly cause?: unknown;
}

/**
 * A response arrived but cannot be used, such as a status of 400 or more with `raiseForStatus`.
 *
 * @example
 * ```ts
 * import { ClientResponseError, ClientSession } from "@roundtrip/http";
 *
 * const app = { fetch: () => new Response("no such user", { status: 404 }) };
 * await using session = new ClientSession({ app, raiseForStatus: true });
 * const error = await session.get("/users/7").catch((error) => error);
 * console.assert(error instanceof ClientResponseError && error.status === 404);
 * console.assert(error.body === "no such user");
 * ```
 */
export class ClientResponseError extends ClientError {
  /** Name of the class. */
  override readonly name: string = "ClientResponseError";
  /** The request. */
  readonly requestInfo: RequestDetails;
  /** Redirect responses before this one. */
  readonly history: readonly HistoryEntry[];
  /** Status code of the response. */
  readonly status: number;
  /** Headers of the response. */
  readonly headers: Headers;
  /** Description of the problem, without status and URL. */
  readonly reason: string;
  /** Start of the response body as text, `null` if it was not read. */
  readonly body: string | null;

  /** Creates one. */
  constructor(init: ResponseErrorInit) {
    const { requestInfo, status, reason, cause } = init;
    super(
      `${status}, message='${reason}', url='${requestInfo.url.href}'`,
      cause === undefined ? undefined : { cause },
    );
    this.requestInfo = requestInfo;
    this.history = init.history;
    this.status = status;
    this.headers = init.headers;
    this.reason = reason;
    this.body = init.body ?? null;
  }

  /** The body: parsed if it is valid JSON by its type, else text; `null` if it was not read. */
  get data(): unknown {
    const { mimeType } = parseContentType(this.headers.get("content-type"));
    if (this.body === null || !isJsonType(mimeType)) return this.body;
    try {
      return JSON.parse(this.body);
    } catch {
      return this.body;
    }
  }
}

/** The response is not valid HTTP, as `reason` says; never retried. `status` is 400. */
export class ClientProtocolError extends ClientResponseError {
  /** Name of the class. */
  override readonly name = "ClientProtocolError";

  /** Creates one. */
  constructor(requestInfo: RequestDetails, reason: string, options?: ErrorOptions) {
    const reply = { status: 400, headers: new Headers(), history: [] };
    super({ requestInfo, ...reply, reason: `the reply is not HTTP: ${reason}`, ...options });
  }
}

/** `json()` was called on a response of another type. */
export class ContentTypeError extends ClientResponseError {
  /** Name of the class. */
  override readonly name = "ContentTypeError";
}

/** More redirects than `maxRedirects`. */
export class TooManyRedirectsError extends ClientResponseError {
  /** Name of the class. */
  override readonly name = "TooManyRedirectsError";
}
