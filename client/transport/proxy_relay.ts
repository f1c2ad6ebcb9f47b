/**
 * A proxy on this machine in front of one that asks for a password.
 * @module
 */
import { encodeBasicAuth } from "../hop/basic_auth.ts";
import { proxyAuthorization } from "../connect/proxy_handshake.ts";

// A CONNECT of ours is a few hundred bytes.
const MAX_HEAD = 16 * 1024;
const ACCEPT_PAUSE = 50;

/** What a relay lets those do who have not given its password yet; every user of the machine can. */
export interface RelayLimits {
  /** How long a connection may take to say what it wants, in ms. @default {10000} */
  readonly headTimeout?: number;
  /** How many connections may be about to; one more, and the oldest is closed. @default {128} */
  readonly maxWaiting?: number;
}

/**
 * Passes tunnels on to a proxy and adds the credentials for it. Who asks has to give a password of
 * the relay's own, which is worth nothing to anyone else: it serves one session, on the loopback
 * interface, while that is open.
 */
export class ProxyRelay {
  /** What to use in place of the proxy, the relay's own password included. */
  readonly url: string;
  readonly #upstream: URL;
  readonly #password: string = crypto.randomUUID();
  readonly #listener: Deno.TcpListener;
  readonly #headTimeout: number;
  readonly #maxWaiting: number;
  readonly #waiting = new Set<Deno.TcpConn>(); // without a head yet, in order
  #closed = false;

  /**
   * Starts it.
   *
   * @param upstream URL of the proxy, `http:` with credentials.
   * @param limits What strangers may do.
   */
  constructor(upstream: string, { headTimeout = 10_000, maxWaiting = 128 }: RelayLimits = {}) {
    this.#headTimeout = headTimeout;
    this.#maxWaiting = maxWaiting;
    this.#upstream = new URL(upstream);
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#listener.unref(); // it keeps no program alive
    this.url = `http://relay:${this.#password}@127.0.0.1:${this.#listener.addr.port}`;
    this.#accept();
  }

  /** Whether it takes no more tunnels. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Takes no more tunnels; those that are open end with their connections. */
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
        // Too many open files, or the caller has gone again: the next one may fare better.
        if (!this.#closed) await pause(ACCEPT_PAUSE);
      }
    }
  }

  /** Closes a connection whose head has not come; reading it fails then. */
  #giveUp(connection: Deno.TcpConn): void {
    if (this.#waiting.delete(connection)) connection.close();
  }

  /** The head of a connection, or an error if that takes too long. */
  async #headInTime(connection: Deno.TcpConn): Promise<string> {
    this.#waiting.add(connection);
    const [oldest] = this.#waiting;
    if (oldest !== undefined && this.#waiting.size > this.#maxWaiting) this.#giveUp(oldest);
    const timer = setTimeout(() => this.#giveUp(connection), this.#headTimeout);
    Deno.unrefTimer(timer); // nobody waits for it
    try {
      const head = await this.#headFor(connection);
      // The last byte may have come when it was given up already.
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
      return; // it is closed
    }
    let upstream: Deno.TcpConn | null = null;
    try {
      const { hostname, port } = this.#upstream;
      upstream = await Deno.connect({
        hostname: hostname.replace(/^\[|\]$/g, ""),
        port: Number(port || 80),
      });
      await write(upstream, new TextEncoder().encode(head));
      await Promise.all([pass(connection, upstream), pass(upstream, connection)]);
    } catch {
      // Ending the connection says all that there is to say: the proxy was not to be reached.
    }
    connection.close();
    upstream?.close();
  }

  /** The head that came, with the proxy's credentials in place of the relay's. */
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

/** Waits, and keeps no program alive. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, ms)));
}

async function write(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await to.write(bytes.subarray(at));
}

/** Passes bytes on until there are no more. */
async function pass(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const count = await from.read(buffer);
    if (count === null) break;
    await write(to, buffer.subarray(0, count));
  }
  await to.closeWrite();
}
