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
import { isJsonType, parseContentType } from "../http/content_type.ts";

/**
 * What was asked for, as an error or a response tells it.
 *
 * @example
 * ```ts
 * import { ClientResponseError, ClientSession, type RequestInfo } from "@roundtrip/http";
 *
 * const shown = ({ method, url }: RequestInfo) => `${method} ${url.pathname}`;
 * const app = { fetch: () => new Response(null, { status: 404 }) };
 * await using session = new ClientSession({ app, raiseForStatus: true });
 * const error = await session.get("/a").catch((error) => error);
 * console.assert(error instanceof ClientResponseError && shown(error.requestInfo) === "GET /a");
 * ```
 */
export interface RequestInfo {
  /** Method in upper case. */
  readonly method: string;
  /** URL without its fragment. */
  readonly url: URL;
  /** Headers of the request, without those that are added on the way: cookies, type, the platform's. */
  readonly headers: Headers;
}

/**
 * A reply on the way to the one that counts, as `history` lists it.
 *
 * @example
 * ```ts
 * import { ClientSession, type HistoryEntry, web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([
 *   web.get("/old", () => Promise.reject(new web.HTTPFound("/new"))),
 *   web.get("/new", () => web.textResponse("here")),
 * ]);
 * await using session = new ClientSession({ app });
 * await using response = await session.get("/old");
 * const [first]: readonly HistoryEntry[] = response.history;
 * console.assert(first?.status === 302 && first.url.pathname === "/old");
 * ```
 */
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

/**
 * The URL cannot be requested; `url` is the text that was given, with `***` for credentials.
 *
 * @example
 * ```ts
 * import { ClientSession, InvalidURLError } from "@roundtrip/http";
 *
 * await using session = new ClientSession();
 * const error = await session.get("http://").catch((error) => error);
 * console.assert(error instanceof InvalidURLError && error.url === "http://");
 * ```
 */
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

/**
 * The URL's scheme is none that can be requested.
 *
 * @example
 * ```ts
 * import { ClientSession, NonHttpURLError } from "@roundtrip/http";
 *
 * await using session = new ClientSession();
 * const error = await session.get("mailto:ann@example.com").catch((error) => error);
 * console.assert(error instanceof NonHttpURLError);
 * ```
 */
export class NonHttpURLError extends InvalidURLError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "NonHttpURLError";
}

/**
 * A redirect leads to a URL that cannot be requested; `cause` says why.
 *
 * @example
 * ```ts
 * import { ClientSession, InvalidURLRedirectError } from "@roundtrip/http";
 *
 * const headers = { location: "file:///etc/passwd" };
 * const app = { fetch: () => new Response(null, { status: 302, headers }) };
 * await using session = new ClientSession({ app });
 * const error = await session.get("/").catch((error) => error);
 * console.assert(error instanceof InvalidURLRedirectError);
 * ```
 */
export class InvalidURLRedirectError extends InvalidURLError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "InvalidURLRedirectError";
}

/**
 * No complete reply came.
 *
 * @example
 * ```ts
 * import { ClientConnectionError, ClientSession } from "@roundtrip/http";
 *
 * const app = { fetch: () => Promise.reject(new Error("out of order")) };
 * await using session = new ClientSession({ app });
 * const error = await session.get("/").catch((error) => error);
 * console.assert(error instanceof ClientConnectionError && error.cause instanceof Error);
 * ```
 */
export class ClientConnectionError extends ClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "ClientConnectionError";
}

/**
 * What kept a connection from being made.
 *
 * @example
 * ```ts
 * import { ClientConnectorError, type ConnectFailure } from "@roundtrip/http";
 *
 * const advice: Partial<Record<ConnectFailure, string>> = {
 *   dns: "look at the name of the host",
 *   refused: "start the server",
 *   permission: "run with --allow-net",
 * };
 * const error = new ClientConnectorError(new URL("http://localhost:1/"), "refused", "no answer");
 * console.assert(advice[error.failure] === "start the server");
 * ```
 */
export type ConnectFailure =
  | "dns"
  | "tls"
  | "certificate"
  | "refused"
  | "unreachable"
  | "proxy"
  | "unix"
  | "permission"
  | "other";

/**
 * No connection could be made; connector_errors.ts has a class for each kind of reason.
 *
 * @example
 * ```ts
 * import { ClientConnectorError, ClientSession } from "@roundtrip/http";
 *
 * using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const { port } = free.addr;
 * free.close(); // nobody listens there now
 * await using session = new ClientSession();
 * const error = await session.get(`http://127.0.0.1:${port}/`).catch((error) => error);
 * console.assert(error instanceof ClientConnectorError && error.failure === "refused");
 * ```
 */
export class ClientConnectorError extends ClientConnectionError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "ClientConnectorError";
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

/**
 * The connection broke while it was in use.
 *
 * @example
 * ```ts
 * import { ClientConnectionError, ClientOSError } from "@roundtrip/http";
 *
 * const error = new ClientOSError("Connection reset by peer", { cause: new Error("os error 104") });
 * console.assert(error instanceof ClientConnectionError && error.cause instanceof Error);
 * ```
 */
export class ClientOSError extends ClientConnectionError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientOSError";
}

/**
 * The server closed the connection without a reply, or sent none that can be read.
 *
 * @example
 * ```ts
 * import { ClientSession, ServerDisconnectedError } from "@roundtrip/http";
 *
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const served = listener.accept().then(async (connection) => {
 *   await connection.read(new Uint8Array(1024));
 *   connection.close(); // no reply
 * });
 * await using session = new ClientSession();
 * const error = await session.post(`http://127.0.0.1:${listener.addr.port}/`, { data: "x" })
 *   .catch((error) => error);
 * console.assert(error instanceof ServerDisconnectedError);
 * await served;
 * ```
 */
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

/** What a limit of `timeout` says when it has passed. */
const PHASES = {
  total: "not complete",
  connect: "no connection",
  sockRead: "no data from the server",
} as const;

/**
 * `timeout.total` has passed; base of the errors of the other limits.
 *
 * @example
 * ```ts
 * import { ClientSession, ServerTimeoutError } from "@roundtrip/http";
 *
 * const app = { fetch: () => new Promise<Response>(() => {}) };
 * await using session = new ClientSession({ app, timeout: { total: 10 } });
 * const error = await session.get("/").catch((error) => error);
 * console.assert(error instanceof ServerTimeoutError && error.phase === "total");
 * ```
 */
export class ServerTimeoutError extends ClientConnectionError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "ServerTimeoutError";
  /** URL that was asked for. */
  readonly url: URL;
  /** The limit that has passed: the field of `timeout`. */
  readonly phase: "total" | "connect" | "sockRead";
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
  constructor(url: URL, phase: "total" | "connect" | "sockRead", limit: number, elapsed: number) {
    super(
      `Timeout on ${url.href}: ${PHASES[phase]} after ${
        Math.round(elapsed)
      } ms (timeout.${phase} is ${limit} ms)`,
    );
    this.url = url;
    this.phase = phase;
    this.limit = limit;
    this.elapsed = elapsed;
  }
}

/**
 * `timeout.connect` has passed: no connection was free, or none could be made in time.
 *
 * @example
 * ```ts
 * import { ClientSession, ConnectionTimeoutError } from "@roundtrip/http";
 *
 * const app = { fetch: () => new Promise<Response>(() => {}) };
 * await using session = new ClientSession({ app, timeout: { connect: 10 } });
 * const error = await session.get("/").catch((error) => error);
 * console.assert(error instanceof ConnectionTimeoutError && error.limit === 10);
 * ```
 */
export class ConnectionTimeoutError extends ServerTimeoutError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ConnectionTimeoutError";
}

/**
 * `timeout.sockRead` has passed: the server was silent for too long.
 *
 * @example
 * ```ts
 * import { ClientSession, SocketTimeoutError } from "@roundtrip/http";
 *
 * const app = { fetch: () => new Response(new ReadableStream()) }; // a body that never comes
 * await using session = new ClientSession({ app, timeout: { sockRead: 10 } });
 * await using response = await session.get("/");
 * const error = await response.text().catch((error) => error);
 * console.assert(error instanceof SocketTimeoutError);
 * ```
 */
export class SocketTimeoutError extends ServerTimeoutError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "SocketTimeoutError";
}

/**
 * The body of a reply is broken, cut, or was given up.
 *
 * @example
 * ```ts
 * import { ClientPayloadError, ClientSession } from "@roundtrip/http";
 *
 * const headers = { "content-encoding": "deflate" };
 * const app = { fetch: () => new Response("this is not deflate", { headers }) };
 * await using session = new ClientSession({ app });
 * await using response = await session.get("/");
 * const error = await response.text().catch((error) => error);
 * console.assert(error instanceof ClientPayloadError);
 * ```
 */
export class ClientPayloadError extends ClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientPayloadError";
}

/**
 * What a {@linkcode ClientResponseError} is made of.
 *
 * @example
 * ```ts
 * import { ClientResponseError, type ResponseErrorInit } from "@roundtrip/http";
 *
 * // For tests of what handles such errors.
 * const init: ResponseErrorInit = {
 *   requestInfo: { method: "GET", url: new URL("http://localhost/"), headers: new Headers() },
 *   history: [],
 *   status: 503,
 *   headers: new Headers({ "retry-after": "5" }),
 *   reason: "Service Unavailable",
 * };
 * console.assert(new ClientResponseError(init).headers.get("retry-after") === "5");
 * ```
 */
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
 * `json()` met a reply of another type.
 *
 * @example
 * ```ts
 * import { ClientSession, ContentTypeError } from "@roundtrip/http";
 *
 * const app = { fetch: () => new Response("<p>Sorry</p>", { headers: { "content-type": "text/html" } }) };
 * await using session = new ClientSession({ app });
 * await using response = await session.get("/");
 * const error = await response.json().catch((error) => error);
 * console.assert(error instanceof ContentTypeError);
 * ```
 */
export class ContentTypeError extends ClientResponseError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ContentTypeError";
}

/**
 * More redirects than `maxRedirects`.
 *
 * @example
 * ```ts
 * import { ClientSession, TooManyRedirectsError } from "@roundtrip/http";
 *
 * const app = { fetch: () => new Response(null, { status: 302, headers: { location: "/again" } }) };
 * await using session = new ClientSession({ app });
 * const error = await session.get("/", { maxRedirects: 3 }).catch((error) => error);
 * console.assert(error instanceof TooManyRedirectsError && error.history.length === 3);
 * ```
 */
export class TooManyRedirectsError extends ClientResponseError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "TooManyRedirectsError";
}

/**
 * What a signal aborted with, as an error to throw.
 *
 * @param reason The signal's reason; most are errors and stay as they are.
 * @returns The error.
 */
export function asError(reason: unknown): Error {
  if (reason instanceof Error) return reason;
  return new ClientConnectionError(`The request was aborted: ${reason}`, { cause: reason });
}

/** Host and port of a URL as messages show them. */
function hostOf(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}
