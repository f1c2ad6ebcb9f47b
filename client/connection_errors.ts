/**
 * What can go wrong before a reply is complete: a class for each kind of reason, as aiohttp has them.
 * @module
 */
import { ClientError, ClientResponseError } from "./errors.ts";

/** No complete reply came. */
export class ClientConnectionError extends ClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "ClientConnectionError";
}

/** What kept a connection from being made. */
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

/** No connection could be made; connector_errors.ts has a class for each kind of reason. */
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

/** The connection broke while it was in use. */
export class ClientOSError extends ClientConnectionError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientOSError";
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

/** What a limit of `timeout` says when it has passed. */
const PHASES = {
  total: "not complete",
  connect: "no connection",
  sockRead: "no data from the server",
} as const;

/** `timeout.total` has passed; base of the errors of the other limits. */
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

/** `timeout.connect` has passed: no connection was free, or none could be made in time. */
export class ConnectionTimeoutError extends ServerTimeoutError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ConnectionTimeoutError";
}

/** `timeout.sockRead` has passed: the server was silent for too long. */
export class SocketTimeoutError extends ServerTimeoutError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "SocketTimeoutError";
}

/** The name of the host could not be resolved. */
export class ClientConnectorDNSError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientConnectorDNSError";
}

/** TLS could not be agreed on. */
export class ClientConnectorSSLError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientConnectorSSLError";
}

/** The server's certificate is not to be trusted. */
export class ClientConnectorCertificateError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientConnectorCertificateError";
}

/** The proxy could not be reached. */
export class ClientProxyConnectionError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientProxyConnectionError";
}

/** The Unix socket could not be reached. */
export class UnixClientConnectorError extends ClientConnectorError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "UnixClientConnectorError";
}

/** The proxy refused to connect to the server. */
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

/**
 * Makes the error of the class that fits a failure to connect.
 *
 * @param url URL that was asked for.
 * @param failure What kept the connection from being made.
 * @param reason What the platform said.
 * @param options The error behind it.
 * @returns The error.
 */
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
