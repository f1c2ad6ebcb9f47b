/**
 * What can go wrong with a request: aiohttp's family, without its diamonds.
 *
 * - {@linkcode InvalidURLError}: the URL cannot be requested at all
 * - {@linkcode ClientConnectionError}: no complete reply came; {@linkcode ClientConnectorError} no
 *   connection, {@linkcode ServerDisconnectedError} closed without a reply,
 *   {@linkcode ServerTimeoutError} too late
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

/** No complete reply came. */
export class ClientConnectionError extends ClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "ClientConnectionError";
}

/** What kept a connection from being made. */
export type ConnectFailure = "dns" | "tls" | "refused" | "proxy" | "permission" | "other";

/** No connection could be made. */
export class ClientConnectorError extends ClientConnectionError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientConnectorError";
  /** Host that was to be reached. */
  readonly host: string;
  /** Port that was to be reached. */
  readonly port: number;
  /** What kept the connection from being made. */
  readonly failure: ConnectFailure;

  /**
   * Creates one.
   *
   * @param url URL that was asked for.
   * @param failure What kept the connection from being made.
   * @param reason What the platform said.
   * @param options The error behind it.
   */
  constructor(url: URL, failure: ConnectFailure, reason: string, options?: ErrorOptions) {
    super(`Cannot connect to host ${hostOf(url)}: ${reason}`, options);
    this.host = url.hostname;
    this.port = portOf(url);
    this.failure = failure;
  }
}

/** The server closed the connection without a reply, or sent none that can be read. */
export class ServerDisconnectedError extends ClientConnectionError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ServerDisconnectedError";

  /**
   * Creates one.
   *
   * @param url URL that was asked for.
   * @param reason What the platform said.
   * @param options The error behind it.
   */
  constructor(url: URL, reason: string, options?: ErrorOptions) {
    super(`Server ${hostOf(url)} disconnected: ${reason}`, options);
  }
}

/** A limit of `timeout` has passed. */
export class ServerTimeoutError extends ClientConnectionError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "ServerTimeoutError";
  /** The limit that has passed: the field of `timeout`. */
  readonly phase: "total";
  /** The limit, in ms. */
  readonly limit: number;
  /** How long the request had taken, in ms. */
  readonly elapsed: number;

  /**
   * Creates one.
   *
   * @param url URL that was asked for.
   * @param phase The limit that has passed.
   * @param limit The limit, in ms.
   * @param elapsed How long the request had taken, in ms.
   */
  constructor(url: URL, phase: "total", limit: number, elapsed: number) {
    super(
      `Timeout on ${url.href}: not complete after ${
        Math.round(elapsed)
      } ms (timeout.${phase} is ${limit} ms)`,
    );
    this.phase = phase;
    this.limit = limit;
    this.elapsed = elapsed;
  }
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

/** Host and port of a URL as messages show them. */
function hostOf(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}
