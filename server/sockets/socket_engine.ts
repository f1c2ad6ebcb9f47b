import { NotSupportedError } from "../../http/not_supported_error.ts";
import { LinkedList } from "../../http/linked_list.ts";
import {
  AddressInUseError,
  type Engine,
  type EngineHandler,
  type EngineServer,
} from "../engine/engine.ts";
import {
  checkListenOptions,
  checkReusePort,
  removeStaleSocket,
  type Site,
  urlOf,
} from "../engine/listen_options.ts";
import { clock, turnClock } from "./clock.ts";
import { type Accepted, type ConnectionServer, SocketConnection } from "./socket_connection.ts";
import { resolveLimits, type SocketLimits } from "./socket_limits.ts";

const TICK = 250; // ms
const ACCEPT_PAUSE = 50; // ms

/**
 * Creates an engine of HTTP/1.1 over plain sockets that limits time and size for every client, for
 * services exposed without a proxy in front; TLS and HTTP/2 need `denoEngine`, the default.
 * @throws {RangeError} If a limit is negative or not a number.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const engine = web.socketEngine({ headTimeout: 10_000 }); // ms
 * await using server = await web.TestServer.start(new web.Application(), { engine });
 * console.assert((await fetch(server.url)).status === 404);
 * ```
 */
export function socketEngine(limits: SocketLimits = {}): Engine {
  const resolved = resolveLimits(limits);
  return async (options, handler) => {
    const where = checkListenOptions(options);
    if (where.cert !== undefined || where.key !== undefined) {
      throw new NotSupportedError(
        "TLS in web.socketEngine()",
        "Deno.listenTls() delays small writes by 40 ms; use web.denoEngine, or a proxy in front",
      );
    }
    if (where.path !== undefined) await removeStaleSocket(where.path);
    return new SocketServer(listen(where), where, handler, resolved);
  };
}

/** A listener of Deno, or of Node, which calls `serve()` for each connection. */
export interface Listener {
  readonly addr: object;
  accept?(): Promise<Accepted>;
  close(): void;
}

export class SocketServer implements EngineServer, ConnectionServer {
  readonly url: string;
  readonly scheme: string;
  readonly origin: string;
  readonly limits: Required<SocketLimits>;
  readonly handler: EngineHandler;
  readonly finished: Promise<void>;
  readonly tick: number;
  isStopping = false;
  readonly #listener: Listener;
  readonly #path: string | undefined;
  readonly #connections = new LinkedList<SocketConnection>();
  readonly #perAddress = new Map<string, number>();
  readonly #finished = Promise.withResolvers<void>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(
    listener: Listener,
    options: Site,
    handler: EngineHandler,
    limits: Required<SocketLimits>,
  ) {
    this.limits = limits;
    this.handler = handler;
    this.#path = options.path;
    this.#listener = listener;
    const { addr } = listener;
    this.url = urlOf({ ...options, port: "port" in addr ? Number(addr.port) : 0 });
    this.scheme = options.cert === undefined ? "http" : "https";
    this.origin = this.#path === undefined ? this.url : `${this.scheme}://localhost`;
    this.finished = this.#finished.promise;
    const times = [limits.headTimeout, limits.bodyTimeout, limits.writeTimeout];
    this.tick = Math.max(10, Math.min(TICK, ...times.map((time) => time / 4)));
    this.#timer = setInterval(() => this.#look(), this.tick);
    void this.#accept(listener);
  }

  get size(): number {
    return this.#connections.size;
  }

  async shutdown(): Promise<void> {
    this.#stop();
    for (const each of this.#connections) if (each.isIdle) each.close();
    await this.finished;
  }

  abort(): void {
    this.#stop();
    for (const each of this.#connections) each.close();
    this.#end();
  }

  #stop(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    this.#listener.close();
    this.#end();
  }

  #end(): void {
    if (!this.isStopping || this.#connections.size > 0) return;
    clearInterval(this.#timer);
    const removed = this.#path === undefined ? Promise.resolve() : removeStaleSocket(this.#path);
    removed.then(this.#finished.resolve);
  }

  /** Accepts until the server stops; a temporary lack of descriptors ("EMFILE") is survived. */
  async #accept(listener: Listener): Promise<void> {
    while (!this.isStopping && listener.accept !== undefined) {
      try {
        this.serve(await listener.accept());
      } catch {
        if (this.isStopping) return;
        this.#shed();
        await new Promise((resolve) => setTimeout(resolve, ACCEPT_PAUSE));
      }
    }
  }

  serve(connection: Accepted): void {
    const { hostname = "" } = connection.remoteAddr;
    const count = (this.#perAddress.get(hostname) ?? 0) + 1;
    const isTooMany = hostname !== "" && count > this.limits.maxConnectionsPerAddress;
    const isFull = this.#connections.size >= this.limits.maxConnections;
    // With node:tls a handshake may end after the listener was closed.
    if (this.isStopping || isTooMany || (isFull && !this.#shed())) return connection.close();
    connection.setNoDelay?.(true);
    this.#perAddress.set(hostname, count);
    const served = new SocketConnection(connection, this);
    served.place = this.#connections.add(served);
    void served.run();
  }

  ended({ place, remote: { hostname = "" } }: SocketConnection): void {
    if (place === null || !this.#connections.delete(place)) return;
    const left = (this.#perAddress.get(hostname) ?? 1) - 1;
    if (left === 0) this.#perAddress.delete(hostname);
    else this.#perAddress.set(hostname, left);
    this.#end();
  }

  /** Closes the connection that has been idle longest; `false` if none is. */
  #shed(): boolean {
    let oldest: SocketConnection | null = null;
    for (const each of this.#connections) {
      if (each.isIdle && !each.isNew && (oldest === null || each.idleSince < oldest.idleSince)) {
        oldest = each;
      }
    }
    oldest?.close();
    return oldest !== null;
  }

  #look(): void {
    turnClock();
    for (const each of this.#connections) each.tick(clock.now);
  }
}

function listen(options: Site): Listener {
  const { hostname, port, path, reusePort = false, backlog } = options;
  checkReusePort(options);
  const tcpBacklog = backlog === undefined ? {} : { tcpBacklog: backlog };
  try {
    if (path !== undefined) return Deno.listen({ transport: "unix", path });
    return Deno.listen({ hostname, port, ...(reusePort ? { reusePort } : {}), ...tcpBacklog });
  } catch (cause) {
    throw cause instanceof Deno.errors.AddrInUse ? new AddressInUseError(options, cause) : cause;
  }
}
