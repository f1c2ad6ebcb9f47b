/**
 * Connections of Deno's sockets: straight, to a Unix socket, through a proxy; with TLS or without.
 * @module
 */
import { type ByteStream, byteStream } from "../../http/bytes/byte_stream.ts";
import type { HopAddress } from "../hop/transport.ts";
import { percentDecoded } from "./percent_decoded.ts";
import { ProxyError, proxyHandshake, type ProxyLine, proxyPort } from "./proxy_handshake.ts";

/** Where a connection goes, and how. */
export interface Route {
  /** Host to talk to, an IPv6 address without brackets. */
  readonly host: string;
  /** Port to talk to. */
  readonly port: number;
  /** Whether to talk TLS with the host. */
  readonly secure: boolean;
  /** The proxy; `null` for none. */
  readonly proxy: URL | null;
  /** Whether the proxy is given requests as they are, and asked for no connection. */
  readonly forwards: boolean;
  /** Certificates to trust beside the system's. */
  readonly caCerts: readonly string[];
  /** The client's own certificate. */
  readonly identity: { readonly cert: string; readonly key: string } | null;
}

/** A connection that is open, and what is known of it. */
export interface Opened {
  /** The connection. */
  readonly stream: ByteStream;
  /** Our end; `null` for a Unix socket. */
  readonly localAddress: HopAddress | null;
  /** The peer's end, or the proxy's; `null` for a Unix socket. */
  readonly remoteAddress: HopAddress | null;
}

/** The proxy could not be reached. */
export class ProxyUnreachableError extends ProxyError {}

/**
 * Opens a connection.
 *
 * @param route Where to.
 * @param signal Ends the attempt.
 * @returns The connection, TLS agreed on.
 * @throws {ProxyError} If a proxy gives none.
 * @throws {Error} What the platform says, or the signal's reason.
 */
export async function openConnection(route: Route, signal: AbortSignal): Promise<Opened> {
  if (signal.aborted) throw signal.reason;
  // What can be ended while it is under way: the handshakes do not know of signals.
  const pending: { close(): void }[] = [];
  const onAbort = (): void => {
    for (const each of pending) close(each);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const connection = await connected(route, signal, pending);
    if (signal.aborted) throw signal.reason;
    return {
      stream: byteStream(connection),
      localAddress: addressOf(connection.localAddr),
      remoteAddress: addressOf(connection.remoteAddr),
    };
  } catch (error) {
    onAbort();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

type Closable = { close(): void };

async function connected(
  route: Route,
  signal: AbortSignal,
  pending: Closable[],
): Promise<Deno.Conn> {
  const { host, port, secure, proxy, forwards } = route;
  // Through `startTls` a client shows no certificate, so here Nagle's algorithm stays on.
  if (route.identity !== null && secure && proxy === null) {
    const { cert, key } = route.identity;
    const caCerts = [...route.caCerts];
    const secured = await Deno.connectTls({ hostname: host, port, caCerts, cert, key, ...ALPN });
    return await shaken(secured, pending);
  }
  let connection: Deno.Conn;
  if (proxy === null) connection = await tcp(host, port, signal);
  else {
    try {
      connection = proxy.protocol === "unix:"
        ? await Deno.connect({ transport: "unix", path: percentDecoded(proxy.pathname) })
        : await tcp(bareHost(proxy), proxyPort(proxy), signal);
    } catch (cause) {
      if (signal.aborted || (cause instanceof Error && cause.name === "NotCapable")) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      const name = proxy.protocol === "unix:" ? proxy.pathname : proxy.host;
      const message = `the proxy ${name} cannot be reached: ${why}`;
      throw new ProxyUnreachableError(message, null, { cause });
    }
    pending.push(connection);
    if (proxy.protocol === "https:") {
      connection = await secured(connection, bareHost(proxy), route, pending);
    }
    if (!forwards && proxy.protocol !== "unix:") {
      await asked(proxy, host, port, connection);
    }
  }
  pending.push(connection);
  return secure ? await secured(connection, host, route, pending) : connection;
}

async function tcp(hostname: string, port: number, signal: AbortSignal): Promise<Deno.TcpConn> {
  const options = { hostname, port, signal };
  const connection = await Deno.connect(options);
  // Nagle's algorithm would keep the second of two small writes for 40 ms, and behind TLS it can
  // not be switched off any more.
  connection.setNoDelay(true);
  return connection;
}

const ALPN = { alpnProtocols: ["http/1.1"] };

async function secured(
  connection: Deno.Conn,
  hostname: string,
  { caCerts }: Route,
  pending: Closable[],
): Promise<Deno.TlsConn> {
  const options = { hostname, caCerts: [...caCerts], ...ALPN };
  return await shaken(await Deno.startTls(connection as Deno.TcpConn, options), pending);
}

/** Waits for the handshake: a certificate that is not to be trusted shows up there. */
async function shaken(connection: Deno.TlsConn, pending: Closable[]): Promise<Deno.TlsConn> {
  pending.push(connection);
  await connection.handshake();
  return connection;
}

async function asked(
  proxy: URL,
  host: string,
  port: number,
  connection: Deno.Conn,
): Promise<void> {
  try {
    await proxyHandshake(proxy, host, port, lineOf(connection));
  } catch (cause) {
    if (cause instanceof ProxyError) throw cause;
    throw new ProxyError(`the proxy ${proxy.host} broke off`, null, { cause });
  }
}

const MAX_HEAD = 64 * 1024; // bytes

/** Reads what a proxy says. What follows is the host's: nothing of it may be read here. */
function lineOf(connection: Deno.Conn): ProxyLine {
  const stream = byteStream(connection);
  const bytes = async (count: number): Promise<Uint8Array> => {
    const whole = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const read = await stream.read(whole.subarray(at));
      if (read === null) throw new Error("it closed the connection");
      at += read;
    }
    return whole;
  };
  return {
    bytes,
    write: (data) => stream.write(data),
    async head() {
      // Byte by byte: `startTls` needs a connection on which nothing was read ahead.
      let head = "";
      while (!head.endsWith("\r\n\r\n")) {
        if (head.length > MAX_HEAD) throw new Error("its head does not end");
        head += String.fromCharCode(...await bytes(1));
      }
      return head.slice(0, -4);
    },
  };
}

function addressOf(address: Deno.Addr): HopAddress | null {
  return "hostname" in address ? { hostname: address.hostname, port: address.port } : null;
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

function close(connection: Closable): void {
  try {
    connection.close();
  } catch {
    // TLS has taken it over, or it was closed before.
  }
}
