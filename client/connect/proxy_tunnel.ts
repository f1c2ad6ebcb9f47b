/**
 * Connections that a proxy makes: CONNECT (RFC 9110 section 9.3.6) and SOCKS 5 (RFC 1928, 1929).
 * @module
 */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { ClientProxyConnectionError } from "../errors/connector_errors.ts";
import { percentDecoded } from "./percent_decoded.ts";
import { proxyAuthorization } from "./proxy_authorization.ts";

/** Where a connection goes. */
export interface Destination {
  /** Host name or address, an IPv6 one without brackets. */
  readonly host: string;
  /** Port. */
  readonly port: number;
  /** URL that the connection is for, for errors. */
  readonly url: URL;
}

/** Why there is no connection, before the URL is known. */
class ProxyError extends Error {
  override readonly name = "ProxyError";
}

/**
 * Connects through a proxy.
 *
 * @param proxy Its URL: `http:`, `https:`, `socks5:` (names are looked up here), `socks5h:`, or
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
    if (proxy.protocol.startsWith("socks")) await socks(proxy, to, socket, reader);
    else await httpConnect(proxy, to, socket, reader);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  reader.release();
  return socket;
}

function proxyPort(proxy: URL): number {
  if (proxy.port !== "") return Number(proxy.port);
  return proxy.protocol.startsWith("socks") ? 1080 : proxy.protocol === "https:" ? 443 : 80;
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
    throw new ProxyError(`the proxy ${name} cannot be reached (${why})`, { cause });
  }
  socket.off("error", reject);
  return socket;
}

async function httpConnect(
  proxy: URL,
  { host, port }: Destination,
  socket: Socket,
  reader: Reader,
): Promise<void> {
  const name = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const auth = proxyAuthorization(proxy);
  socket.write(
    `CONNECT ${name} HTTP/1.1\r\nHost: ${name}\r\n` +
      `${auth === null ? "" : `Proxy-Authorization: ${auth}\r\n`}\r\n`,
  );
  const head = await reader.head();
  const [, status = "", reason = ""] = /^HTTP\/1\.\d (\d{3})(?: ([^\r\n]*))?/.exec(head) ?? [];
  if (status.startsWith("2")) return;
  const advice = status === "407" ? "; it wants credentials, http://user:password@host" : "";
  throw new ProxyError(
    `the proxy ${proxy.host} answered ${status === "" ? "no HTTP" : `${status} ${reason}`.trim()}` +
      ` to CONNECT ${name}${advice}`,
  );
}

// RFC 1928 section 6.
const SOCKS_ERRORS = [
  "",
  "it failed",
  "its rules forbid it",
  "the network is unreachable",
  "the host is unreachable",
  "the connection was refused",
  "the time to live ran out",
  "it does not know the command",
  "it does not know this kind of address",
];

async function socks(
  proxy: URL,
  { host, port }: Destination,
  socket: Socket,
  reader: Reader,
): Promise<void> {
  const user = new TextEncoder().encode(percentDecoded(proxy.username));
  const password = new TextEncoder().encode(percentDecoded(proxy.password));
  checkLength(proxy, "user", user);
  checkLength(proxy, "password", password);
  const named = user.length > 0 || password.length > 0;
  socket.write(Uint8Array.from(named ? [5, 2, 0, 2] : [5, 1, 0]));
  const [version, method] = await reader.bytes(2);
  if (version !== 5) throw new ProxyError(`the proxy ${proxy.host} does not talk SOCKS 5`);
  if (method === 2 && named) {
    socket.write(Uint8Array.from([1, user.length, ...user, password.length, ...password]));
    const [, status] = await reader.bytes(2);
    if (status !== 0) throw new ProxyError(`the proxy ${proxy.host} refused the credentials`);
  } else if (method !== 0) {
    throw new ProxyError(
      `the proxy ${proxy.host} wants credentials; socks5://user:password@host gives them`,
    );
  }
  const address = await socksAddress(proxy, host);
  socket.write(Uint8Array.from([5, 1, 0, ...address, port >> 8, port & 255]));
  const [, status = 1, , kind] = await reader.bytes(4);
  if (status !== 0) {
    const why = SOCKS_ERRORS[status] ?? `error ${status}`;
    throw new ProxyError(`the proxy ${proxy.host} cannot connect to ${host}:${port}: ${why}`);
  }
  const [length = 0] = kind === 3 ? await reader.bytes(1) : [kind === 4 ? 16 : 4];
  await reader.bytes(length + 2);
}

/** RFC 1928 section 5 and RFC 1929 section 2: a length is one byte. */
function checkLength(proxy: URL, what: string, bytes: Uint8Array): void {
  if (bytes.length <= 255) return;
  throw new ProxyError(
    `the proxy ${proxy.host} cannot be asked: the ${what} is ${bytes.length} bytes, SOCKS takes 255`,
  );
}

async function socksAddress(proxy: URL, host: string): Promise<number[]> {
  let address = host;
  if (isIP(host) === 0) {
    if (proxy.protocol === "socks5h:") {
      const name = new TextEncoder().encode(host);
      checkLength(proxy, "name of the host", name);
      return [3, name.length, ...name];
    }
    try {
      const { lookup } = await import("node:dns/promises");
      ({ address } = await lookup(host));
    } catch (cause) {
      throw new ProxyError(`there is no host ${host} here; socks5h:// lets the proxy look it up`, {
        cause,
      });
    }
  }
  if (isIP(address) === 4) return [1, ...address.split(".").map(Number)];
  // The URL parser writes an address of IPv6 in groups of one form.
  const [left = "", right] = address.split("::");
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((each) => parseInt(each, 16));
  const [before, after] = [groups(left), groups(right ?? "")];
  const middle = right === undefined ? [] : new Array(8 - before.length - after.length).fill(0);
  return [4, ...[...before, ...middle, ...after].flatMap((each) => [each >> 8, each & 255])];
}

const MAX_HEAD = 65_536; // bytes

/** Reads what the proxy says, and not a byte of what comes after it. */
class Reader {
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
