// Errors before a response is complete; connector_errors.ts has the errors of connecting.
import { ClientError } from "./client_errors.ts";

/** No complete response was received. */
export class ClientConnectionError extends ClientError {
  /** Name of the class. */
  override readonly name: string = "ClientConnectionError";
}

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

/**
 * No connection could be made; connector_errors.ts has a subclass for each kind of reason.
 *
 * @example
 * ```ts
 * import { ClientConnectorError, ClientSession } from "@roundtrip/http";
 *
 * using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * const { port } = free.addr;
 * free.close(); // now nothing listens on it
 * await using session = new ClientSession();
 * const error = await session.get(`http://127.0.0.1:${port}/`).catch((error) => error);
 * console.assert(error instanceof ClientConnectorError && error.failure === "refused");
 * ```
 */
export class ClientConnectorError extends ClientConnectionError {
  /** Name of the class. */
  override readonly name: string = "ClientConnectorError";
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
export class ClientOSError extends ClientConnectionError {
  /** Name of the class. */
  override readonly name = "ClientOSError";
}

/** The server was reached but did not respond properly; base class. */
export class ServerConnectionError extends ClientConnectionError {
  /** Name of the class. */
  override readonly name: string = "ServerConnectionError";
}

/** The server closed the connection without a response. */
export class ServerDisconnectedError extends ServerConnectionError {
  /** Name of the class. */
  override readonly name = "ServerDisconnectedError";

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

/**
 * `timeout.total` has passed; base class of the other timeouts.
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
export class ServerTimeoutError extends ServerConnectionError {
  /** Name of the class. */
  override readonly name: string = "ServerTimeoutError";
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
export class ConnectionTimeoutError extends ServerTimeoutError {
  /** Name of the class. */
  override readonly name = "ConnectionTimeoutError";
}

/** `timeout.sockRead` has passed: the server sent nothing for too long. */
export class SocketTimeoutError extends ServerTimeoutError {
  /** Name of the class. */
  override readonly name = "SocketTimeoutError";
}

function hostOf(url: URL): string {
  return `${url.hostname}:${portOf(url)}`;
}

function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "https:" ? 443 : 80;
}
