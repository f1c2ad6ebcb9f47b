/**
 * The seam between an application and what listens for it.
 * @module
 */
import type { SourceReader } from "../../http/bytes/body_source.ts";
import { OptionTable } from "../../http/options.ts";
import type { SocketEvents, SocketPort } from "../../http/websocket/port.ts";

/** Where to listen: a TCP address, or a unix socket where `path` is given. */
export interface ListenOptions {
  /** Address to bind, `0.0.0.0` for all. @default {"0.0.0.0"} */
  readonly hostname?: string;
  /** The same as `hostname`. */
  readonly host?: string;
  /** TCP port; 0 for a free one. @default {8080, with TLS 8443} */
  readonly port?: number;
  /** Path of a unix socket, instead of an address. */
  readonly path?: string;
  /** Certificate chain in PEM form; with `key`, the server speaks TLS. */
  readonly cert?: string;
  /** Private key of the certificate, in PEM form. */
  readonly key?: string;
  /**
   * Whether several processes may listen on the port and share its connections; Deno has to run
   * with `--unstable-net`.
   * @default {false}
   */
  readonly reusePort?: boolean;
  /** Most connections that may wait to be accepted. @default {511} */
  readonly backlog?: number;
}

/** Names and types of {@linkcode ListenOptions}. */
export const LISTEN_OPTIONS = new OptionTable<ListenOptions>({
  hostname: "a string",
  host: "a string",
  port: "a number",
  path: "a string",
  cert: "a string",
  key: "a string",
  reusePort: "true or false",
  backlog: "a number",
});

/**
 * Checks where to listen.
 *
 * @returns The same, with `hostname` for what was given as `host`.
 * @throws {TypeError} If an option is unknown or of the wrong type, or the two names differ.
 */
export function checkListenOptions(options: ListenOptions): ListenOptions {
  LISTEN_OPTIONS.check("Cannot listen", options);
  const { host, ...rest } = options;
  if (host === undefined) return options;
  if (rest.hostname !== undefined && rest.hostname !== host) {
    throw new TypeError(
      `Cannot listen: host "${host}" and hostname "${rest.hostname}" are two names of one option`,
    );
  }
  return { ...rest, hostname: host };
}

/** What an engine tells about a connection besides the request. */
export interface ServeInfo {
  /** The peer's address; a TCP peer has `hostname` and `port`. */
  readonly remoteAddr?: { readonly transport?: string; readonly hostname?: string };
  /** Resolves when the response was sent, rejects when that failed. */
  readonly completed?: Promise<void>;
  /** How to ask the engine about this request; left out, Deno's own ways are tried. */
  readonly engine?: EnginePort;
}

/** Name and value of each header, as they leave. */
export type RawHeaders = readonly (readonly [name: string, value: string])[];

/** A request that has become a WebSocket. */
export interface SocketUpgrade {
  /** Moves the frames. */
  readonly socket: SocketPort;
  /** What the platform gets. */
  readonly response: Response;
}

/** How a request is to become a WebSocket. */
export interface UpgradeOptions {
  /** Headers of the response besides the handshake's own. */
  readonly headers: Headers;
  /** Subprotocol that was chosen, `null` without one. */
  readonly protocol: string | null;
  /** Silence after which the peer is tried, in ms; 0 for never. */
  readonly heartbeat: number;
  /** Messages of this many bytes or more are refused while they come; 0 for no limit. */
  readonly maxMsgSize?: number;
  /** Time for the peer's close frame, in ms. */
  readonly closeTimeout?: number;
  /** Whether pings are answered by themselves and stay hidden. */
  readonly autoping?: boolean;
  /** Whether the peer's close frame is answered by itself. */
  readonly autoclose?: boolean;
  /** Largest window of permessage-deflate in bits, 9 to 15; 0 for no compression. */
  readonly compress?: number;
}

/**
 * What the server asks an engine about one request and its response. Each question has a plain
 * answer in the fetch standard; an engine may know a shorter way to it, or have to mend it.
 */
export interface EnginePort {
  /**
   * Reads one header of a request.
   *
   * @param request The platform's request.
   * @param name Its name in lower case.
   * @returns The header, `null` where there is none; of several lines at least the first.
   */
  headerOf(request: Request, name: string): string | null;
  /** Reads the headers of a response that is about to leave. */
  headersOf(response: Response): RawHeaders;
  /**
   * Tells whether the body of a response was read, or is locked by a reader.
   *
   * @returns `true` if it cannot be sent.
   */
  isBodyUsed(response: Response): boolean;
  /**
   * Tells how long the body of a response is, without reading it.
   *
   * @returns The size in bytes; `null` for a stream, and where the platform does not tell.
   */
  bodySizeOf(response: Response): number | null;
  /**
   * Watches for the client to leave before it has the whole response.
   *
   * @param request The platform's request.
   * @param info What the engine told about its connection.
   * @returns What aborts then, and never otherwise.
   */
  watchClient(request: Request, info: ServeInfo | undefined): AbortController;
  /**
   * Tells whether the body of a request could not be read because its client has left; left out
   * where the engine cannot tell, and such a request is logged as an error of the handler then.
   *
   * @param error What the reader of the body threw.
   * @returns `true` if the client is gone.
   */
  isReset?(error: unknown): boolean;
  /**
   * Takes the body of a request that has come whole, for a reader that wants all of it; left out
   * where the engine cannot tell.
   *
   * @param request The platform's request.
   * @param limit Most bytes to take.
   * @returns The body, `null` where some of it is still to come, or is more than that.
   */
  takeBody?(request: Request, limit: number): Uint8Array<ArrayBuffer> | null;
  /**
   * Reads the body of a request straight from its connection; left out where the stream is the only
   * way, which costs a fourth of an upload.
   *
   * @returns A reader for buffers of the caller's own; `null` without a body that nobody reads.
   */
  readerOf?(request: Request): SourceReader<Uint8Array<ArrayBuffer>> | null;
  /** The trailers of a request, once its body was read; left out where the engine drops them. */
  trailersOf?(): RawHeaders;
  /**
   * Keeps trailers for the end of a response that goes out in chunks; left out where the engine
   * sends none.
   */
  sendTrailers?(trailers: RawHeaders): void;
  /**
   * Sends an informational reply (RFC 9110 section 15.2); left out where the engine sends none.
   *
   * @returns Resolves when it was sent, or the client does not know such replies.
   * @throws {TypeError} If the response has begun.
   */
  inform?(status: number, headers: RawHeaders): Promise<void>;
  /**
   * Makes a request a WebSocket. The handshake was checked before.
   *
   * @returns The socket, and what answers the request.
   * @throws {NotSupportedError} If the engine cannot.
   */
  upgrade(request: Request, events: SocketEvents, options: UpgradeOptions): SocketUpgrade;
  /**
   * Whether clients see the end of a response with status 205; where they would wait for it, 204 is
   * sent in its place. @default {true}
   */
  readonly sendsReset?: boolean;
}

/** Answers requests, `Application.fetch`. */
export type EngineHandler = (request: Request, info: ServeInfo) => Response | Promise<Response>;

/** A server that an engine has started. */
export interface EngineServer {
  /** Where it listens: `http://127.0.0.1:8080`, or `http://unix:/run/app.sock:`. */
  readonly url: string;
  /** Resolves when the server has stopped. */
  readonly finished: Promise<void>;
  /** Stops accepting and waits for the requests under way, without a limit of time. */
  shutdown(): Promise<void>;
  /** Drops every connection, as far as the engine can; `finished` resolves. */
  abort(): void;
}

/**
 * Starts a server. `denoEngine` is the first one; another needs nothing but this.
 *
 * @throws {AddressInUseError} If the address is taken.
 */
export type Engine = (
  options: ListenOptions,
  handler: EngineHandler,
) => EngineServer | Promise<EngineServer>;

/**
 * The address to listen on is taken by another program.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using runner = new web.AppRunner(new web.Application());
 * const error = await runner.listen({ hostname: "127.0.0.1", port: taken.addr.port })
 *   .catch((error) => error);
 * console.assert(error instanceof web.AddressInUseError && error.port === taken.addr.port);
 * ```
 */
export class AddressInUseError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "AddressInUseError";
  /** Address that was asked for, `null` for a unix socket. */
  readonly hostname: string | null;
  /** Port that was asked for, `null` for a unix socket. */
  readonly port: number | null;
  /** Path of the unix socket that was asked for, `null` for an address. */
  readonly path: string | null;

  /**
   * Creates one.
   *
   * @param options Where it was to listen.
   * @param cause What the platform said.
   */
  constructor(options: ListenOptions, cause: unknown) {
    const { hostname = null, port = null, path = null } = options;
    super(
      path === null
        ? `Cannot listen on ${hostname}:${port}: the address is already in use. ` +
          `Choose another port (0 takes a free one), or stop the program that holds it`
        : `Cannot listen on ${path}: a program listens there already, or it is no socket. ` +
          `Choose another path, or stop that program`,
      { cause },
    );
    this.hostname = hostname;
    this.port = port;
    this.path = path;
  }
}
