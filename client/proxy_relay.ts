/**
 * A proxy on this machine in front of one that asks for a password.
 * @module
 */
import { encodeBasicAuth } from "./basic_auth.ts";

// A CONNECT of ours is a few hundred bytes.
const MAX_HEAD = 16 * 1024;

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
  #closed = false;

  /**
   * Starts it.
   *
   * @param upstream URL of the proxy, `http:` with credentials.
   */
  constructor(upstream: string) {
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
  }

  async #accept(): Promise<void> {
    try {
      for await (const connection of this.#listener) this.#serve(connection);
    } catch {
      this.close(); // no descriptor left, for one; the next tunnel is another relay's
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    let upstream: Deno.TcpConn | null = null;
    try {
      const head = await this.#headFor(connection);
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
    const { username, password } = this.#upstream;
    const theirs = encodeBasicAuth({
      login: decodeURIComponent(username),
      password: decodeURIComponent(password),
    });
    if (!head.startsWith("CONNECT ") || !head.includes(own)) throw new Error("not for us");
    return head.replace(own, theirs);
  }
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
