/**
 * Connections of `node:net` that a proxy makes.
 * @module
 */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { ClientProxyConnectionError } from "../errors/connector_errors.ts";
import { percentDecoded } from "./percent_decoded.ts";
import { ProxyError, proxyHandshake, type ProxyLine, proxyPort } from "./proxy_handshake.ts";

/** Where a connection goes. */
export interface Destination {
  /** Host name or address, an IPv6 one without brackets. */
  readonly host: string;
  /** Port. */
  readonly port: number;
  /** URL that the connection is for, for errors. */
  readonly url: URL;
}

/**
 * Connects through a proxy.
 *
 * @param proxy Its URL: `http:`, `https:`, `socks5:` or `socks5h:` (both look names up), or
 * `unix:` for a socket of this machine, whatever the destination.
 * @param to Where to.
 * @param tls How to talk to a proxy whose URL is `https:`.
 * @returns The connection, as if it were one to the host itself.
 * @throws {ClientProxyConnectionError} If there is none.
 */
export async function openTunnel(
  proxy: URL,
  to: Destination,
  tls: ConnectionOptions,
): Promise<Socket> {
  try {
    return await tunnel(proxy, to, tls);
  } catch (error) {
    const why = error instanceof ProxyError ? error.message : `the proxy ${proxy.host} broke off`;
    throw new ClientProxyConnectionError(to.url, "proxy", why, { cause: error });
  }
}

async function tunnel(proxy: URL, to: Destination, tls: ConnectionOptions): Promise<Socket> {
  const socket = await connectProxy(proxy, tls);
  if (proxy.protocol === "unix:") return socket;
  const reader = new Reader(socket);
  try {
    await proxyHandshake(proxy, to.host, to.port, reader);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  reader.release();
  return socket;
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

async function connectProxy(proxy: URL, tls: ConnectionOptions): Promise<Socket> {
  const host = bareHost(proxy);
  const port = proxyPort(proxy);
  const name = proxy.protocol === "unix:" ? proxy.pathname : proxy.host;
  const secure = proxy.protocol === "https:";
  const socket: Socket = secure
    ? connectTls({ ...tls, host, port, ...(isIP(host) === 0 ? { servername: host } : {}) })
    : proxy.protocol === "unix:"
    ? connectTcp(percentDecoded(proxy.pathname))
    : connectTcp(port, host);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once(secure ? "secureConnect" : "connect", () => resolve());
  socket.once("error", reject);
  try {
    await promise;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ProxyError(`the proxy ${name} cannot be reached (${why})`, null, { cause });
  }
  socket.off("error", reject);
  return socket;
}

const MAX_HEAD = 65_536; // bytes

/** Reads what the proxy says, and not a byte of what comes after it. */
class Reader implements ProxyLine {
  readonly #socket: Socket;
  #buffered: Uint8Array = new Uint8Array(0);
  #end: Error | null = null;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    // With "data" the socket would have to be paused in the end, and Node's client never resumes
    // it.
    socket.on("readable", this.#onReadable).on("error", this.#onEnd).on("close", this.#onEnd);
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  async bytes(count: number): Promise<Uint8Array> {
    while (this.#buffered.length < count) await this.#more();
    return this.#take(count);
  }

  async head(): Promise<string> {
    for (;;) {
      const text = String.fromCharCode(...this.#buffered);
      const end = text.indexOf("\r\n\r\n");
      if (end !== -1) {
        this.#take(end + 4);
        return text.slice(0, end);
      }
      if (text.length > MAX_HEAD) throw new Error("its head does not end");
      await this.#more();
    }
  }

  /** Gives the connection back, with what belongs to whoever reads on. */
  release(): void {
    const socket = this.#socket;
    socket.off("readable", this.#onReadable).off("error", this.#onEnd).off("close", this.#onEnd);
    if (this.#buffered.length > 0) socket.unshift(this.#buffered);
  }

  #take(count: number): Uint8Array {
    const taken = this.#buffered.subarray(0, count);
    this.#buffered = this.#buffered.subarray(count);
    return taken;
  }

  async #more(): Promise<void> {
    if (this.#end !== null) throw this.#end;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await promise;
  }

  readonly #onReadable = (): void => {
    const piece: Uint8Array | null = this.#socket.read();
    if (piece === null) return;
    const both = new Uint8Array(this.#buffered.length + piece.length);
    both.set(this.#buffered);
    both.set(piece, this.#buffered.length);
    this.#buffered = both;
    this.#wake();
  };

  readonly #onEnd = (error?: unknown): void => {
    this.#end ??= error instanceof Error ? error : new Error("it closed the connection");
    this.#wake();
  };
}
