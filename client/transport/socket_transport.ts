import { messageOf } from "../../http/as_error.ts";
import { NotSupportedError } from "../../http/not_supported_error.ts";
import type { ReplyHead } from "../../http/http1/head.ts";
import { ConnectionSlots, takeTurn } from "../connect/connection_slots.ts";
import {
  type ConnectorOptions,
  resolveConnector,
  type ResolvedConnector,
} from "../connect/connector.ts";
import { ConnectionOpener } from "../connect/open_connection.ts";
import type { Opened } from "../connect/sockets.ts";
import { ClientConnectionError } from "../errors/client_errors.ts";
import { abortOf } from "../hop/hop_abort.ts";
import { withSpans } from "../hop/with_spans.ts";
import type { HeaderList, HopRequest, Transport } from "../hop/transport.ts";
import { SocketConnection } from "./socket_connection.ts";
import { RequestWriter, type Way } from "./request_writer.ts";
import { HttpClients } from "./http_clients.ts";
import { socketError } from "./socket_errors.ts";
import { type Free, SocketLease } from "./socket_lease.ts";
import { SocketPool } from "./socket_pool.ts";
import { SocketResult } from "./socket_result.ts";
import { HAS_SOCKETS, NODE, ON_DENO } from "../hop/runtime.ts";

const USUAL_HEADERS: HeaderList = [["accept", "*/*"], ["user-agent", "roundtrip"]];

/**
 * Creates a transport over sockets: HTTP/1.1 over TCP, TLS and Unix sockets, through HTTP and SOCKS
 * 5 proxies.
 * @throws {RangeError} If a limit is not a non-negative integer.
 * @throws {TypeError} If the proxy or a certificate is invalid.
 * @throws {NotSupportedError} If this runtime has no sockets, or an option needs `fetch`.
 * @example
 * ```ts
 * import { ClientSession, socketTransport } from "@roundtrip/http";
 *
 * await using session = new ClientSession({ transport: socketTransport({ limitPerHost: 4 }) });
 * const error = await session.get("http://localhost:1/").catch((error) => error);
 * console.assert(error.name === "ClientConnectorError");
 * ```
 */
export function socketTransport(options?: ConnectorOptions): Transport {
  const connector = resolveConnector(options);
  if (!HAS_SOCKETS) {
    throw new NotSupportedError('connector.transport "sockets"', 'take "fetch" on this runtime');
  }
  if (options?.http2 === true) {
    const why = 'sockets talk HTTP/1.1; connector.transport "fetch" does it, on Deno';
    throw new NotSupportedError("connector.http2", why);
  }
  checkCertificates(connector);
  return withSpans(new SocketTransport(connector));
}

/** Validates them now, not on the first request. */
function checkCertificates(connector: ResolvedConnector): void {
  const { caCerts, identity } = connector;
  if (identity === null && caCerts.length === 0) return;
  if (ON_DENO) return new HttpClients({ ...connector, proxy: null, localAddress: null }).close();
  const tls = NODE?.getBuiltinModule?.("node:tls") as typeof import("node:tls") | undefined;
  try {
    tls?.createSecureContext({ ca: [...caCerts], ...identity });
  } catch (cause) {
    throw new TypeError(`Cannot use the connector: ${messageOf(cause)}`, { cause });
  }
}

class SocketTransport implements Transport {
  readonly usualHeaders: HeaderList = USUAL_HEADERS;
  readonly webSockets = true;
  readonly #connector: ResolvedConnector;
  readonly #slots: ConnectionSlots;
  readonly #pool: SocketPool;
  readonly #opener: ConnectionOpener;
  readonly #writer: RequestWriter;
  #isClosed = false;

  constructor(connector: ResolvedConnector) {
    const { limit, limitPerHost, forceClose, keepAlive } = connector;
    this.#connector = connector;
    this.#slots = new ConnectionSlots(limit, limitPerHost);
    this.#opener = new ConnectionOpener(connector);
    this.#writer = new RequestWriter(forceClose);
    this.#pool = new SocketPool(forceClose ? 0 : keepAlive, limit === 0 ? Infinity : limit);
  }

  send(request: HopRequest): Promise<SocketResult> {
    const waiting = this.#slots.acquire(request);
    return waiting === null
      ? this.#send(request)
      : takeTurn(waiting, request, this.#slots).then(() => this.#send(request));
  }

  async #send(request: HopRequest): Promise<SocketResult> {
    const proxy = request.proxy ?? this.#connector.proxy;
    const abort = abortOf(request);
    let socket: SocketConnection | null = null;
    try {
      if (this.#isClosed) throw new ClientConnectionError("Cannot send: the transport is closed");
      if (abort.reason !== null) throw abort.reason;
      const { way, outgoing } = this.#writer.write(request, proxy);
      socket = request.fresh === true ? null : this.#pool.take(way.key, request.once);
      socket ??= new SocketConnection(way.key, await this.#connect(way, request));
      if (abort.reason !== null) throw abort.reason; // aborted while connecting
      request.observer?.connected(socket.uses > 0);
      abort.add(socket);
      socket.begin();
      socket.send(outgoing);
      let head: ReplyHead | null = null;
      while (head === null) {
        let count: number | null;
        try {
          count = await socket.reading();
        } catch (error) {
          throw socket.broken(error);
        }
        head = socket.took(count, request.observer);
      }
      abort.delete(socket);
      if (abort.reason !== null) throw abort.reason;
      return new SocketResult(new SocketLease(head, request, socket, this.#free), socket);
    } catch (error) {
      if (socket !== null) {
        abort.delete(socket);
        socket.close();
      }
      this.#slots.release(request.url);
      throw socketError(error, request, proxy, socket);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#pool.close();
  }

  #connect(way: Way, request: HopRequest): Promise<Opened> {
    const { observer } = request;
    this.#pool.makeRoom(this.#slots.used);
    observer?.connecting?.();
    return this.#opener.open(way.route(), abortOf(request), observer);
  }

  readonly #free: Free = (socket, request, reusable, keptFor) => {
    if (reusable === true) this.#pool.free(socket, keptFor);
    else if (!reusable) socket.close(); // else it was taken over
    this.#slots.release(request.url);
  };
}
