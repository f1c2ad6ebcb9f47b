// The interface between an application and its listener.
import type { SourceReader } from "../../http/bytes/body_source.ts";
import type { SocketEvents, SocketPort } from "../../http/websocket/port.ts";

/** Where to listen: a TCP address, or a unix socket with `path`. */
export interface ListenOptions {
  /** Address to bind, `0.0.0.0` for all. @default {"0.0.0.0"} */
  readonly hostname?: string;
  /** Alias of `hostname`. */
  readonly host?: string;
  /** TCP port; 0 for a free one. @default {8080, with TLS 8443} */
  readonly port?: number;
  /** Path of a unix socket, instead of an address. */
  readonly path?: string;
  /** Certificate chain in PEM form; with `key`, the server uses TLS. */
  readonly cert?: string;
  /** Private key of the certificate, in PEM form. */
  readonly key?: string;
  /** Whether processes may share the port, on Deno with `--unstable-net`. @default {false} */
  readonly reusePort?: boolean;
  /** Maximum number of connections waiting to be accepted. @default {511} */
  readonly backlog?: number;
}

/** Connection info of an engine. */
export interface ServeInfo {
  /** The peer's address; a TCP peer has `hostname` and `port`. */
  readonly remoteAddr?: { readonly transport?: string; readonly hostname?: string };
  /** Resolves when the response was sent, rejects when that failed. */
  readonly completed?: Promise<void>;
  /** The engine's port for this request; by default Deno's is tried. */
  readonly engine?: EnginePort;
}

/** Names and values of headers, as sent. */
export type RawHeaders = readonly (readonly [name: string, value: string])[];

/** A request upgraded to a WebSocket. */
export interface SocketUpgrade {
  /** The transport of the frames. */
  readonly socket: SocketPort;
  /** Response for the platform. */
  readonly response: Response;
}

/** Options of an upgrade. */
export interface UpgradeOptions {
  /** Headers of the response besides those of the handshake. */
  readonly headers: Headers;
  /** Negotiated subprotocol, or `null`. */
  readonly protocol: string | null;
  /** Silence before a ping, in ms; 0 for never. */
  readonly heartbeat: number;
  /** Messages of this many bytes or more are rejected while they arrive; 0 for no limit. */
  readonly maxMsgSize?: number;
  /** Timeout for the peer's close frame, in ms. */
  readonly closeTimeout?: number;
  /** Whether pings are answered automatically and hidden. */
  readonly autoping?: boolean;
  /** Whether the peer's close frame is answered automatically. */
  readonly autoclose?: boolean;
  /** Largest window of permessage-deflate in bits, 9 to 15; 0 for no compression. */
  readonly compress?: number;
}

/** Operations for a request that an engine does faster, or better, than the fetch standard. */
export interface EnginePort {
  /** Reads a header by its lower-case name, or `null`; of repeated ones at least the first. */
  headerOf(request: Request, name: string): string | null;
  /** Reads the headers of a response before it is sent. */
  headersOf(response: Response): RawHeaders;
  /** Whether the body of a response was read, or is locked by a reader. */
  isBodyUsed(response: Response): boolean;
  /** Returns the size of a response's body in bytes, unread; `null` if unknown. */
  bodySizeOf(response: Response): number | null;
  /** Returns a signal that aborts if the client disconnects before it has the whole response. */
  watchClient(request: Request, info: ServeInfo | undefined): AbortController;
  /** Whether reading a body failed as the client disconnected; others are the handler's errors. */
  isReset?(error: unknown): boolean;
  /** Takes a body that has arrived completely, of at most `limit` bytes, else `null`. */
  takeBody?(request: Request, limit: number): Uint8Array<ArrayBuffer> | null;
  /** The same for a body of ASCII as a text, without bytes of its own; `null` for others. */
  takeText?(request: Request, limit: number): string | null;
  /** Reads a body from its connection into the caller's buffers; `null` if it is being read. */
  readerOf?(request: Request): SourceReader<Uint8Array<ArrayBuffer>> | null;
  /** The trailers of a request, once its body was read; missing if the engine drops them. */
  trailersOf?(): RawHeaders;
  /** Sets the trailers of a chunked response; missing if the engine does not support them. */
  sendTrailers?(trailers: RawHeaders): void;
  /** Sends an informational reply (RFC 9110 section 15.2); a `TypeError` after the response began. */
  inform?(status: number, headers: RawHeaders): Promise<void>;
  /** Upgrades a request, whose handshake was checked, or throws a `NotSupportedError`. */
  upgrade(request: Request, events: SocketEvents, options: UpgradeOptions): SocketUpgrade;
  /** Connections of the server now; missing if the engine cannot tell. */
  connections?(): number;
  /** Whether the engine opens a span for each request where OpenTelemetry is on. @default {false} */
  readonly opensSpans?: boolean;
  /** Whether clients see the end of a 205; otherwise 204 is sent instead. @default {true} */
  readonly sendsReset?: boolean;
}

/** Answers requests, `Application.fetch`. */
export type EngineHandler = (request: Request, info: ServeInfo) => Response | Promise<Response>;

/** A server started by an engine. */
export interface EngineServer {
  /** Its URL: `http://127.0.0.1:8080`, or `http://unix:/run/app.sock:`. */
  readonly url: string;
  /** Resolves when the server has stopped. */
  readonly finished: Promise<void>;
  /** Stops accepting and waits for the pending requests, without a time limit. */
  shutdown(): Promise<void>;
  /** Drops every connection, as far as the engine can; `finished` resolves. */
  abort(): void;
}

/** Starts a server, or throws an `AddressInUseError`; other engines only have to implement this. */
export type Engine = (
  options: ListenOptions,
  handler: EngineHandler,
) => EngineServer | Promise<EngineServer>;

/**
 * The address to listen on is in use by another program.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
 * await using runner = new web.AppRunner(new web.Application());
 * const { hostname, port } = taken.addr;
 * const error = await runner.listen({ hostname, port }).catch((error) => error);
 * console.assert(error instanceof web.AddressInUseError && error.port === port);
 * ```
 */
export class AddressInUseError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "AddressInUseError";
  /** Requested address, `null` for a unix socket. */
  readonly hostname: string | null;
  /** Requested port, `null` for a unix socket. */
  readonly port: number | null;
  /** Requested path of the unix socket, `null` for an address. */
  readonly path: string | null;

  /** Creates one. */
  constructor(options: ListenOptions, cause: unknown) {
    const { hostname = null, port = null, path = null } = options;
    super(
      path === null
        ? `Cannot listen on ${hostname}:${port}: the address is already in use. ` +
          `Choose another port (0 takes a free one), or stop the program that holds it`
        : `Cannot listen on ${path}: a program listens there already, or it is not a socket. ` +
          `Choose another path, or stop that program`,
      { cause },
    );
    this.hostname = path === null ? hostname : null;
    this.port = path === null ? port : null;
    this.path = path;
  }
}
