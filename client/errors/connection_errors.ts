/**
 * What can go wrong before a reply is complete; connector_errors.ts has more classes for what keeps
 * a connection from being made.
 * @module
 */
import { ClientError } from "./client_errors.ts";

/** No complete reply came. */
export class ClientConnectionError extends ClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "ClientConnectionError";
}

/**
 * What kept a connection from being made; `name` is a host name that cannot be one, `port` a port
 * that is blocked or out of range.
 */
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

/** The connection broke while it was in use. */
export class ClientOSError extends ClientConnectionError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "ClientOSError";
}

/** The server was reached and did not answer as it should; base of the errors that say how. */
export class ServerConnectionError extends ClientConnectionError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "ServerConnectionError";
}

/** The server closed the connection without a reply, or sent none that can be read. */
export class ServerDisconnectedError extends ServerConnectionError {
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
  sockConnect: "no connection",
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
export class ServerTimeoutError extends ServerConnectionError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "ServerTimeoutError";
  /** URL that was asked for. */
  readonly url: URL;
  /** The limit that has passed: the field of `timeout`. */
  readonly phase: "total" | "connect" | "sockConnect" | "sockRead";
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
   * @param detail What else there is to say, as a sentence without its full stop.
   */
  constructor(
    url: URL,
    phase: ServerTimeoutError["phase"],
    limit: number,
    elapsed: number,
    detail?: string,
  ) {
    super(
      `Timeout on ${url.href}: ${PHASES[phase]} after ${
        Math.round(elapsed)
      } ms (timeout.${phase} is ${limit} ms)${detail === undefined ? "" : `. ${detail}`}`,
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

/**
 * Adds to a limit of time that has passed what the request was waiting for.
 *
 * @param reason What the request was aborted with; anything but a timeout stays as it is.
 * @param detail What it was waiting for.
 */
export function withDetail(reason: unknown, detail: () => string): unknown {
  if (!(reason instanceof ServerTimeoutError)) return reason;
  const { url, phase, limit, elapsed } = reason;
  const type = reason.constructor as typeof ServerTimeoutError;
  return new type(url, phase, limit, elapsed, detail());
}

/**
 * What a signal aborted with, as an error to throw.
 *
 * @param reason The signal's reason; most are errors and stay as they are.
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
