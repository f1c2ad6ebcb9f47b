/**
 * A transport of HTTP/1.1 over sockets, which sends what the user wrote: headers in their case and
 * order, bodies with GET, TRACE; and tells what came: the server's reason, the connection's times.
 * @module
 */
import type { Duplex } from "node:stream";
import {
  ClientPayloadError,
  ConnectionTimeoutError,
  type HopRequest,
  type HopResult,
  type Transport,
} from "../../client/mod.ts";
import { connectError, UnsentError } from "./connect_error.ts";
import { bodyPieces, framingOf, readHead, type ReplyHead } from "./http_reply.ts";
import { isBroken, keepReading, sendRequest } from "./send_request.ts";
import {
  bareHost,
  checkRoute,
  openConnection,
  type Peer,
  peerOf,
  portOf,
  type Route,
} from "./socket_connection.ts";
import { SocketReader } from "./socket_reader.ts";

/** How to connect. */
export interface SocketTransportOptions {
  /** Whether a certificate has to be valid. */
  readonly verify: boolean;
  /** Certificates to trust beside the system's, in PEM form. */
  readonly ca: readonly string[];
  /** The client's own certificate with its key, in PEM form. */
  readonly identity: { readonly cert: string; readonly key: string } | null;
  /** Path of a unix socket to connect to, whatever the URL names. */
  readonly socketPath: string | null;
  /** Proxy of a URL; `undefined` leaves it to the hop, `null` takes none. */
  readonly proxyFor: (url: URL) => URL | null | undefined;
  /** Addresses of `host:port` or `host:*`, in place of what the system knows. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Only addresses of this family; 0 for both. */
  readonly family: 0 | 4 | 6;
  /** Address of this machine to connect from, `null` for the system's choice. */
  readonly localAddress: string | null;
  /** Limit for making the connection in ms, `null` for none. */
  readonly connectTimeout: number | null;
}

/** Times of an exchange, in ms since its last hop began, and who was there. */
export interface Times {
  /** The other end, `null` before the connection is there. */
  peer: Peer | null;
  /** The name had been looked up. */
  lookup: number | null;
  /** The connection was there. */
  connected: number | null;
  /** TLS was agreed on. */
  secured: number | null;
  /** The head of the reply had come. */
  head: number | null;
}

/** A connection, and what it is good for. */
interface Connection {
  readonly key: string;
  readonly socket: Duplex;
  readonly reader: SocketReader;
}

/**
 * Makes the transport.
 *
 * @param options How to connect.
 * @param times Where the times of the last exchange are kept.
 */
export function socketTransport(options: SocketTransportOptions, times: Times): Transport {
  const idle = new Map<string, Connection>();
  let closed = false;
  const free = (connection: Connection, reusable: boolean): void => {
    connection.reader.rest();
    const { key, reader, socket } = connection;
    if (reusable && !closed && !reader.isSpoilt && !idle.has(key)) idle.set(key, connection);
    else socket.destroy();
  };
  return {
    async send(hop) {
      const started = performance.now();
      const since = (): number => performance.now() - started;
      Object.assign(times, {
        peer: null,
        lookup: null,
        connected: null,
        secured: null,
        head: null,
      });
      const way = wayOf(hop, options);
      const exchanged = async (connection: Connection): Promise<HopResult> => {
        times.connected ??= since();
        times.peer = peerOf(connection.socket);
        hop.observer?.connected();
        const { head, isSent } = await exchange(connection, hop, way.forwards);
        times.head = since();
        return resultOf(connection, hop, head, (whole) => {
          free(connection, whole && head.persists && isSent());
        });
      };
      const kept = idle.get(way.key);
      idle.delete(way.key);
      // It may be closed at this very moment: only what can be sent again is risked.
      if (kept !== undefined) {
        if (!kept.reader.isSpoilt && !hop.once && (hop.body === null || hop.body.bytes !== null)) {
          try {
            return await exchanged(kept);
          } catch (error) {
            kept.socket.destroy();
            if (hop.signal.aborted || kept.reader.received) {
              throw connectError(error, hop, way.forwards, options.identity !== null);
            }
            times.connected = null;
          }
        } else kept.socket.destroy();
      }
      const route = await routeOf(hop, way, options);
      checkRoute(route);
      const limit = options.connectTimeout;
      const late = new AbortController();
      const timer = limit === null ? undefined : setTimeout(() => {
        late.abort(new ConnectionTimeoutError(new URL(hop.url), "connect", limit, limit));
      }, limit);
      let socket: Duplex | null = null;
      try {
        socket = await openConnection(route, {
          lookup: () => times.lookup = since(),
          connected: () => times.connected = since(),
          secured: () => times.secured = since(),
        }, AbortSignal.any([hop.signal, late.signal]));
        clearTimeout(timer);
        keepReading(socket);
        return await exchanged({ key: way.key, socket, reader: new SocketReader(socket) });
      } catch (error) {
        socket?.destroy();
        if (error instanceof ConnectionTimeoutError) throw error;
        throw connectError(error, hop, way.forwards, options.identity !== null);
      } finally {
        clearTimeout(timer);
      }
    },
    close() {
      closed = true;
      for (const { socket } of idle.values()) socket.destroy();
    },
  };
}

/** Which connection a hop takes. */
interface Way {
  /** Same for connections that can stand for each other. */
  readonly key: string;
  /** Host to talk to. */
  readonly peer: URL;
  /** Proxy that is given the whole request, `null` for none. */
  readonly forwards: URL | null;
  /** Proxy that does not see the request, `null` for none. */
  readonly tunnel: URL | null;
}

function wayOf(hop: HopRequest, options: SocketTransportOptions): Way {
  const url = new URL(hop.url);
  const chosen = options.proxyFor(url);
  const proxy = options.socketPath !== null
    ? null
    : chosen === undefined
    ? (hop.proxy === null ? null : new URL(hop.proxy))
    : chosen;
  // A proxy of HTTP is given plain requests whole; anything else goes through it unseen.
  const whole = url.protocol === "http:" && /^https?:$/.test(proxy?.protocol ?? "");
  const forwards = whole ? proxy : null;
  const tunnel = whole ? null : proxy;
  const peer = forwards ?? url;
  return { key: `${peer.origin} ${tunnel?.href}`, peer, forwards, tunnel };
}

async function routeOf(
  hop: HopRequest,
  { peer, tunnel, forwards }: Way,
  options: SocketTransportOptions,
): Promise<Route> {
  const url = new URL(hop.url);
  const host = bareHost(url);
  const address = options.addresses.get(`${host}:${portOf(url)}`) ??
    options.addresses.get(`${host}:*`);
  const secure = peer.protocol === "https:" || tunnel?.protocol === "https:";
  const tls = secure
    ? {
      rejectUnauthorized: options.verify,
      ...(options.ca.length > 0 ? { ca: await authorities(options.ca) } : {}),
      ...options.identity,
    }
    : {};
  return {
    peer,
    tunnel,
    tls,
    socketPath: options.socketPath,
    address: (tunnel ?? forwards) === null ? address : undefined,
    family: options.family,
    localAddress: options.localAddress,
  };
}

async function authorities(own: readonly string[]): Promise<string[]> {
  const { rootCertificates } = await import("node:tls");
  return [...rootCertificates, ...own];
}

/** Sends a request and reads the head of its reply, which may come before all is sent. */
async function exchange(
  connection: Connection,
  hop: HopRequest,
  proxy: URL | null,
): Promise<{ head: ReplyHead; isSent: () => boolean }> {
  const { socket, reader } = connection;
  const onAbort = (): void => void socket.destroy();
  if (hop.signal.aborted) throw hop.signal.reason;
  hop.signal.addEventListener("abort", onAbort, { once: true });
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  let done = false;
  sendRequest(socket, hop, proxy).then(
    () => done = true,
    (cause) => broken.reject(new UnsentError("The request could not be made", { cause })),
  );
  try {
    const head = await Promise.race([readHead(reader), broken.promise]);
    return { head, isSent: () => done && !isBroken(socket) };
  } finally {
    hop.signal.removeEventListener("abort", onAbort);
  }
}

function resultOf(
  connection: Connection,
  hop: HopRequest,
  head: ReplyHead,
  free: (whole: boolean) => void,
): HopResult {
  const framing = framingOf(hop.method, head);
  const { socket, reader } = connection;
  const abort = (): void => void socket.destroy();
  hop.signal.addEventListener("abort", abort, { once: true });
  let freed = false;
  const release = (whole: boolean): void => {
    if (freed) return;
    freed = true;
    hop.signal.removeEventListener("abort", abort);
    free(whole);
  };
  // After CONNECT and 101 the connection talks something else, and nobody talks on.
  const switched = head.status === 101 || hop.method === "CONNECT";
  const isEmpty = framing === "none" || framing === 0;
  if (isEmpty) release(!switched);
  return {
    status: head.status,
    reason: head.reason,
    headers: head.headers,
    body: framing === "none" ? null : bodyOf(bodyPieces(reader, framing), () => {
      release(framing !== "close" && !switched);
    }, () => release(false)),
    bodyError(error) {
      if (hop.signal.aborted) return hop.signal.reason;
      const why = error instanceof Error ? error.message : String(error);
      return new ClientPayloadError(
        `Response payload is not completed: the connection broke (${why})`,
        { cause: error },
      );
    },
    // A body that was given up would hold the connection, and the process.
    release: () => release(false),
  };
}

function bodyOf(
  pieces: AsyncGenerator<Uint8Array<ArrayBuffer>, void>,
  onEnd: () => void,
  onGivenUp: () => void,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { value, done } = await pieces.next();
      if (done) {
        onEnd();
        controller.close();
      } else controller.enqueue(value);
    },
    cancel: onGivenUp,
  }, { highWaterMark: 0 });
}
