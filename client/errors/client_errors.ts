// Errors of requests: aiohttp's hierarchy, with single inheritance.
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
 * @example
 * ```ts
 * import { ClientError, ClientSession } from "@roundtrip/http";
 *
 * await using session = new ClientSession();
 * const error = await session.get("ftp://example.com/").catch((error) => error);
 * console.assert(error instanceof ClientError && error.name === "NonHttpURLError");
 * ```
 */
export class ClientError extends Error {}

/** The URL cannot be requested. */
export class InvalidURLError extends ClientError {
  /** The URL as given, with `***` for credentials. */
  readonly url: string;

  /** Creates one, for the URL as given but without credentials. */
  constructor(url: string, reason: string, options?: ErrorOptions) {
    super(`Cannot request "${url}": ${reason}`, options);
    this.url = url;
  }
}

/** The URL's scheme is not http or https. */
export class NonHttpURLError extends InvalidURLError {}

/** A redirect to a URL that cannot be requested, see `cause`. */
export class InvalidURLRedirectError extends InvalidURLError {}

/** The body of a response is malformed, incomplete or was aborted. */
export class ClientPayloadError extends ClientError {}

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
 * @example
 * ```ts
 * import { ClientResponseError, ClientSession } from "@roundtrip/http";
 *
 * const app = { fetch: () => new Response("no such user", { status: 404 }) };
 * await using session = new ClientSession({ app, raiseForStatus: true });
 * const error = await session.get("/users/7").catch((error) => error);
 * console.assert(error instanceof ClientResponseError && error.body === "no such user");
 * ```
 */
export class ClientResponseError extends ClientError {
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
  /** Creates one. */
  constructor(requestInfo: RequestDetails, reason: string, options?: ErrorOptions) {
    const reply = { status: 400, headers: new Headers(), history: [] };
    super({ requestInfo, ...reply, reason: `the reply is not HTTP: ${reason}`, ...options });
  }
}

/** `json()` was called on a response of another type. */
export class ContentTypeError extends ClientResponseError {}

/** More redirects than `maxRedirects`. */
export class TooManyRedirectsError extends ClientResponseError {}

/** The server refused the WebSocket handshake; has status, headers and body of its response. */
export class WSServerHandshakeError extends ClientResponseError {}

/** No complete response was received. */
export class ClientConnectionError extends ClientError {}

/** Reason of a failed connection; `name` is an invalid host name, `port` an invalid port. */
export type ConnectFailure =
  | "dns"
  | "name"
  | "port"
  | "tls"
  | "certificate"
  | "refused"
  | "unreachable"
  | "proxy"
  | "unix"
  | "permission"
  | "other";

/** No connection could be made; a subclass tells the kind of reason. */
export class ClientConnectorError extends ClientConnectionError {
  /** Host to connect to. */
  readonly host: string;
  /** Port to connect to. */
  readonly port: number;
  /** Reason of the failure. */
  readonly failure: ConnectFailure;

  /** Creates one. */
  constructor(url: URL, failure: ConnectFailure, reason: string, options?: ErrorOptions) {
    super(`Cannot connect to host ${hostOf(url)}: ${reason}`, options);
    this.host = url.hostname;
    this.port = portOf(url);
    this.failure = failure;
  }
}

/** The connection broke while it was in use. */
export class ClientOSError extends ClientConnectionError {}

/** The server was reached but did not respond properly; base class. */
export class ServerConnectionError extends ClientConnectionError {}

/** The server closed the connection without a response. */
export class ServerDisconnectedError extends ServerConnectionError {
  /** Creates one. */
  constructor(url: URL, reason: string, options?: ErrorOptions) {
    super(`Server ${hostOf(url)} disconnected: ${reason}`, options);
  }
}

const PHASES = {
  total: "not complete",
  connect: "no connection",
  sockConnect: "no connection",
  sockRead: "no data from the server",
} as const;

/** `timeout.total` has passed; base class of the other timeouts. */
export class ServerTimeoutError extends ServerConnectionError {
  /** URL of the request. */
  readonly url: URL;
  /** The timeout that has passed: a field of `timeout`. */
  readonly phase: "total" | "connect" | "sockConnect" | "sockRead";
  /** The timeout, in ms. */
  readonly limit: number;
  /** Elapsed time of the request, in ms. */
  readonly elapsed: number;

  /** Creates one; times are in ms, the detail is a sentence without its full stop. */
  constructor(
    url: URL,
    phase: ServerTimeoutError["phase"],
    limit: number,
    elapsed: number,
    detail?: string,
  ) {
    const what = `Timeout on ${url.href}: ${PHASES[phase]} after ${Math.round(elapsed)} ms`;
    const more = detail === undefined ? "" : `. ${detail}`;
    super(`${what} (timeout.${phase} is ${limit} ms)${more}`);
    this.url = url;
    this.phase = phase;
    this.limit = limit;
    this.elapsed = elapsed;
  }
}

/** `timeout.connect` has passed: no connection was available in time. */
export class ConnectionTimeoutError extends ServerTimeoutError {}

/** `timeout.sockRead` has passed: the server sent nothing for too long. */
export class SocketTimeoutError extends ServerTimeoutError {}

/** The host name could not be resolved. */
export class ClientConnectorDNSError extends ClientConnectorError {}

/** A TLS or certificate error; base class. */
export class ClientSSLError extends ClientConnectorError {}

/** The TLS handshake failed. */
export class ClientConnectorSSLError extends ClientSSLError {}

/** The server's certificate is not trusted. */
export class ClientConnectorCertificateError extends ClientSSLError {}

/** The server's certificate does not match `connector.fingerprint`. */
export class ServerFingerprintMismatch extends ClientSSLError {}

/** The proxy could not be reached. */
export class ClientProxyConnectionError extends ClientConnectorError {}

/** The Unix socket could not be reached. */
export class UnixClientConnectorError extends ClientConnectorError {}

/** The proxy refused to connect to the server. */
export class ClientHttpProxyError extends ClientResponseError {}

/** The file exists and `overwrite` is not set. */
export class FileExistsError extends Error {
  /** Path of the file. */
  readonly path: string;

  /** Creates one. */
  constructor(path: string, options?: ErrorOptions) {
    super(`Cannot save to "${path}": the file exists. Pass overwrite: true to replace it`, options);
    this.path = path;
  }
}

/** An event is longer than `maxEventSize`. */
export class EventTooLongError extends Error {
  /** The limit, in characters. */
  readonly limit: number;

  /** Creates one; the limit is in characters. */
  constructor(limit: number) {
    super(`Cannot read an event: it is longer than maxEventSize, ${limit} characters`);
    this.limit = limit;
  }
}

function hostOf(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}
