/**
 * What can go wrong before a reply is complete: a class for each kind of reason, as aiohttp has them.
 * @module
 */
import { ClientError, ClientResponseError } from "./errors.ts";

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
 * No connection could be made; there is a class for each kind of reason.
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
 * The name of the host could not be resolved.
 *
 * @example
 * ```ts
 * import { ClientConnectorDNSError, ClientConnectorError } from "@roundtrip/http";
 *
 * const url = new URL("http://nowhere.invalid/");
 * const error = new ClientConnectorDNSError(url, "dns", "name or service not known");
 * console.assert(error instanceof ClientConnectorError && error.host === "nowhere.invalid");
 * ```
 */
export class ClientConnectorDNSError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientConnectorDNSError";
}

/**
 * TLS could not be agreed on.
 *
 * @example
 * ```ts
 * import { ClientConnectorSSLError, ClientSession } from "@roundtrip/http";
 *
 * // A server that does not speak TLS at all.
 * using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const answer = listener.accept().then((connection) => connection.close());
 * await using session = new ClientSession();
 * try {
 *   await session.get(`https://127.0.0.1:${listener.addr.port}/`);
 * } catch (error) {
 *   const isTls = error instanceof ClientConnectorSSLError;
 *   console.assert(isTls || (error as Error).message.includes("127.0.0.1"));
 * }
 * await answer;
 * ```
 */
export class ClientConnectorSSLError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientConnectorSSLError";
}

/**
 * The server's certificate is not to be trusted.
 *
 * @example
 * ```ts
 * import { ClientConnectorCertificateError } from "@roundtrip/http";
 *
 * const advice = (error: unknown) =>
 *   error instanceof ClientConnectorCertificateError
 *     ? `give the certificate of ${error.host} as connector.caCerts`
 *     : "try again later";
 * const url = new URL("https://localhost:8443/");
 * const error = new ClientConnectorCertificateError(url, "certificate", "unknown issuer");
 * console.assert(advice(error).includes("localhost"));
 * ```
 */
export class ClientConnectorCertificateError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientConnectorCertificateError";
}

/**
 * The proxy could not be reached.
 *
 * @example
 * ```ts
 * import { ClientProxyConnectionError, ClientSession } from "@roundtrip/http";
 *
 * using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const { port } = free.addr;
 * free.close(); // nobody listens there now
 * await using session = new ClientSession({ proxy: `http://127.0.0.1:${port}` });
 * const error = await session.get("http://example.com/").catch((error) => error);
 * console.assert(error instanceof ClientProxyConnectionError);
 * ```
 */
export class ClientProxyConnectionError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientProxyConnectionError";
}

/**
 * The Unix socket could not be reached.
 *
 * @example
 * ```ts
 * import { ClientSession, UnixClientConnectorError } from "@roundtrip/http";
 *
 * const connector = { proxy: "unix:/nowhere/app.sock" };
 * await using session = new ClientSession({ connector });
 * const error = await session.get("http://localhost/").catch((error) => error);
 * console.assert(error instanceof UnixClientConnectorError);
 * ```
 */
export class UnixClientConnectorError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "UnixClientConnectorError";
}

/**
 * The proxy refused to connect to the server.
 *
 * @example
 * ```ts
 * import { ClientHttpProxyError, ClientResponseError } from "@roundtrip/http";
 *
 * const error = new ClientHttpProxyError({
 *   requestInfo: { method: "GET", url: new URL("https://example.com/"), headers: new Headers() },
 *   history: [],
 *   status: 407,
 *   headers: new Headers(),
 *   reason: "Proxy Authentication Required",
 * });
 * console.assert(error instanceof ClientResponseError && error.status === 407);
 * ```
 */
export class ClientHttpProxyError extends ClientResponseError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientHttpProxyError";
}

const CONNECTOR_ERRORS: Readonly<Partial<Record<ConnectFailure, typeof ClientConnectorError>>> = {
  dns: ClientConnectorDNSError,
  certificate: ClientConnectorCertificateError,
  tls: ClientConnectorSSLError,
  proxy: ClientProxyConnectionError,
  unix: UnixClientConnectorError,
};

/** Makes the error of the class that fits a failure to connect. */
export function connectorError(
  url: URL,
  failure: ConnectFailure,
  reason: string,
  options?: ErrorOptions,
): ClientConnectorError {
  return new (CONNECTOR_ERRORS[failure] ?? ClientConnectorError)(url, failure, reason, options);
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
