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
import { isJsonType, parseContentType } from "../../http/headers/content_type.ts";

/** What was asked for, as an error or a response tells it. */
export interface RequestDetails {
  /** Method in upper case. */
  readonly method: string;
  /** URL without its fragment. */
  readonly url: URL;
  /** URL with its fragment, aiohttp's `real_url`; there in what a session has asked for. */
  readonly realUrl?: URL;
  /**
   * Headers that the caller, the session and its middlewares gave, without those that the cookie jar,
   * the body and the platform add.
   */
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

/**
 * Base of everything that a session throws because of the network or the peer.
 *
 * @example
 * ```ts
 * import { ClientError, ClientSession } from "@roundtrip/http";
 *
 * await using session = new ClientSession();
 * const outcome = await session.get("ftp://example.com/").catch((error) => {
 *   if (error instanceof ClientError) return error.name; // whatever the network or the peer did
 *   throw error;
 * });
 * console.assert(outcome === "NonHttpURLError");
 * ```
 */
export class ClientError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "ClientError";
}

/** The URL cannot be requested; `url` is the text that was given, with `***` for credentials. */
export class InvalidURLError extends ClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "InvalidURLError";
  /** The URL as it was given, with `***` for credentials. */
  readonly url: string;

  /**
   * Creates one.
   *
   * @param url The URL as it was given, but for credentials.
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
  readonly requestInfo: RequestDetails;
  /** Replies on the way. */
  readonly history: readonly HistoryEntry[];
  /** Status code of the reply. */
  readonly status: number;
  /** Headers of the reply. */
  readonly headers: Headers;
  /** What is wrong with the reply, without status and URL. */
  readonly reason: string;
  /** First bytes of the reply's body as text, `null` where it was not read. */
  readonly body?: string | null | undefined;
  /** The error behind it. */
  readonly cause?: unknown;
}

/**
 * A reply came, but not the one that was wanted.
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
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "ClientResponseError";
  /** What was asked for. */
  readonly requestInfo: RequestDetails;
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

  /**
   * The body, parsed where its type is JSON: what APIs say about an error. Otherwise, and where it is
   * cut or broken, the text; `null` where the body was not read.
   */
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

/**
 * The reply breaks HTTP: it is not repeated, whatever `retry` says. Its `status` is 400, as aiohttp
 * has it, and `reason` names the offending line.
 */
export class ClientProtocolError extends ClientResponseError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientProtocolError";

  /**
   * Creates one.
   *
   * @param requestInfo What was asked for.
   * @param reason What is wrong with the reply.
   * @param options The error behind it.
   */
  constructor(requestInfo: RequestDetails, reason: string, options?: ErrorOptions) {
    const reply = {
      status: 400,
      headers: new Headers(),
      reason: `the reply is not HTTP: ${reason}`,
    };
    super({ requestInfo, history: [], ...reply, ...options });
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
