/**
 * What can go wrong with a request: aiohttp's family, without its diamonds.
 *
 * - {@linkcode InvalidURLError}: the URL cannot be requested at all
 * - {@linkcode ClientConnectionError}: no complete reply came; {@linkcode ClientConnectorError} no
 *   connection, {@linkcode ServerDisconnectedError} closed without a reply,
 *   {@linkcode ClientOSError} the connection broke, {@linkcode ServerTimeoutError} too late
 * - {@linkcode ClientPayloadError}: the reply's body is broken or cut
 * - {@linkcode ClientResponseError}: the reply is not the one that was wanted
 *
 * @module
 */

/** What was asked for, as an error or a response tells it. */
export interface RequestInfo {
  /** Method in upper case. */
  readonly method: string;
  /** URL without its fragment. */
  readonly url: URL;
  /** Headers as they were sent, without those that the platform adds. */
  readonly headers: Headers;
}

/** A reply on the way to the one that counts, as `history` lists it. */
export interface HistoryEntry {
  /** Status code. */
  readonly status: number;
  /** URL that gave it. */
  readonly url: URL;
  /** Headers of the reply. */
  readonly headers: Headers;
}

/** Base of everything that a session throws because of the network or the peer. */
export class ClientError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "ClientError";
}

/** The URL cannot be requested; `url` is the text that was given. */
export class InvalidURLError extends ClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "InvalidURLError";
  /** The URL as it was given. */
  readonly url: string;

  /**
   * Creates one.
   *
   * @param url The URL as it was given.
   * @param reason Why it cannot be requested.
   * @param options The error behind it.
   */
  constructor(url: string, reason: string, options?: ErrorOptions) {
    super(`Cannot request "${url}": ${reason}`, options);
    this.url = url;
  }
}

/** The URL's scheme is none that can be requested. */
export class NonHttpURLError extends InvalidURLError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "NonHttpURLError";
}

/** A redirect leads to a URL that cannot be requested; `cause` says why. */
export class InvalidURLRedirectError extends InvalidURLError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "InvalidURLRedirectError";
}

/** The body of a reply is broken, cut, or was given up. */
export class ClientPayloadError extends ClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientPayloadError";
}

/** What a {@linkcode ClientResponseError} is made of. */
export interface ResponseErrorInit {
  /** What was asked for. */
  readonly requestInfo: RequestInfo;
  /** Replies on the way. */
  readonly history: readonly HistoryEntry[];
  /** Status code of the reply. */
  readonly status: number;
  /** Headers of the reply. */
  readonly headers: Headers;
  /** What is wrong with the reply, without status and URL. */
  readonly reason: string;
  /** First bytes of the reply's body as text, `null` where it was not read. */
  readonly body?: string | null;
  /** The error behind it. */
  readonly cause?: unknown;
}

/** A reply came, but not the one that was wanted. */
export class ClientResponseError extends ClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "ClientResponseError";
  /** What was asked for. */
  readonly requestInfo: RequestInfo;
  /** Replies on the way. */
  readonly history: readonly HistoryEntry[];
  /** Status code of the reply. */
  readonly status: number;
  /** Headers of the reply. */
  readonly headers: Headers;
  /** What is wrong with the reply, without status and URL. */
  readonly reason: string;
  /** First bytes of the reply's body as text, `null` where it was not read. */
  readonly body: string | null;

  /**
   * Creates one.
   *
   * @param init Request, reply and reason.
   */
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
}

/** `json()` met a reply of another type. */
export class ContentTypeError extends ClientResponseError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ContentTypeError";
}

/** More redirects than `maxRedirects`. */
export class TooManyRedirectsError extends ClientResponseError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "TooManyRedirectsError";
}
