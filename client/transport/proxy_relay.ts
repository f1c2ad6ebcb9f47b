// A local proxy in front of one that requires a password.
import { encodeBasicAuth } from "../hop/basic_auth.ts";
import { endpointOf } from "../connect/endpoint_of.ts";
import { proxyAuthorization } from "../connect/proxy_handshake.ts";

// A CONNECT request of fetch has a few hundred bytes.
const MAX_HEAD = 16 * 1024;
const ACCEPT_PAUSE = 50;

/** Limits for connections that have not authenticated yet; any local user can open one. */
export interface RelayLimits {
  /** Timeout for the request head, in ms. @default {10000} */
  readonly headTimeout?: number;
  /** Limit of connections without a request head; above it the oldest is closed. @default {128} */
  readonly maxWaiting?: number;
}

/**
 * Forwards tunnels to a proxy and adds its credentials. Clients need the relay's own password,
 * which is useless elsewhere: the relay serves one session, on the loopback interface, while it is
 * open.
 */
export class ProxyRelay {
  /** Proxy URL of the relay, including its password. */
  readonly url: string;
  readonly #upstream: URL;
  readonly #password: string = crypto.randomUUID();
  readonly #listener: Deno.TcpListener;
  readonly #headTimeout: number;
  readonly #maxWaiting: number;
  readonly #waiting = new Set<Deno.TcpConn>(); // connections without a request head, in order
  #closed = false;

  /** Starts the relay. */
  constructor(upstream: string, { headTimeout = 10_000, maxWaiting = 128 }: RelayLimits = {}) {
    this.#headTimeout = headTimeout;
    this.#maxWaiting = maxWaiting;
    this.#upstream = new URL(upstream);
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#listener.unref(); // does not keep the process alive
    this.url = `http://relay:${this.#password}@127.0.0.1:${this.#listener.addr.port}`;
    this.#accept();
  }

  /** Whether it is closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Accepts no more tunnels; open ones end with their connections. */
  close(): void {
    if (!this.#closed) this.#listener.close();
    this.#closed = true;
    for (const connection of [...this.#waiting]) this.#giveUp(connection);
  }

  async #accept(): Promise<void> {
    while (!this.#closed) {
      try {
        this.#serve(await this.#listener.accept());
      } catch {
        // Too many open files, or the client has disconnected; the next accept may succeed.
        if (!this.#closed) await pause(ACCEPT_PAUSE);
      }
    }
  }

  /** Closes a connection without a request head; its pending read fails. */
  #giveUp(connection: Deno.TcpConn): void {
    if (this.#waiting.delete(connection)) connection.close();
  }

  /** Reads the request head, with a timeout. */
  async #headInTime(connection: Deno.TcpConn): Promise<string> {
    this.#waiting.add(connection);
    const [oldest] = this.#waiting;
    if (oldest !== undefined && this.#waiting.size > this.#maxWaiting) this.#giveUp(oldest);
    const timer = setTimeout(() => this.#giveUp(connection), this.#headTimeout);
    Deno.unrefTimer(timer); // does not keep the process alive
    try {
      const head = await this.#headFor(connection);
      // The last byte may arrive after the timeout.
      if (!this.#waiting.delete(connection)) throw new Error("too late");
      return head;
    } catch (error) {
      this.#giveUp(connection);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    let head: string;
    try {
      head = await this.#headInTime(connection);
    } catch {
      return; // closed
    }
    let upstream: Deno.TcpConn | null = null;
    try {
      upstream = await Deno.connect(endpointOf(this.#upstream));
      await write(upstream, new TextEncoder().encode(head));
      await Promise.all([pass(connection, upstream), pass(upstream, connection)]);
    } catch {
      // Closing the connection reports that the proxy was not reached.
    }
    connection.close();
    upstream?.close();
  }

  /** The request head with the proxy's credentials in place of the relay's. */
  async #headFor(connection: Deno.TcpConn): Promise<string> {
    const buffer = new Uint8Array(MAX_HEAD);
    let head = "";
    while (!head.endsWith("\r\n\r\n")) {
      const count = await connection.read(buffer);
      if (count === null || head.length + count > MAX_HEAD) throw new Error("no CONNECT");
      head += String.fromCharCode(...buffer.subarray(0, count));
    }
    const own = encodeBasicAuth({ login: "relay", password: this.#password });
    if (!head.startsWith("CONNECT ") || !head.includes(own)) throw new Error("not for us");
    return head.replace(own, proxyAuthorization(this.#upstream) ?? "");
  }
}

/** Waits without keeping the process alive. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, ms)));
}

async function write(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}

/** Copies bytes until the end. */
async function pass(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const count = await from.read(buffer);
    if (count === null) break;
    await write(to, buffer.subarray(0, count));
  }
  await to.closeWrite();
}
