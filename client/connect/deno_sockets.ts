import { type ByteStream, byteStream } from "../../http/bytes/byte_stream.ts";
import { endedBy } from "../hop/hop_abort.ts";
import type { HopAddress } from "../hop/transport.ts";
import type { ResolvedConnector } from "./connector.ts";
import type { Link, Place, Sockets, TlsPeer } from "./sockets.ts";

const ALPN = { alpnProtocols: ["http/1.1"] };

/** Connections of `Deno.connect`. */
export class DenoSockets implements Sockets {
  readonly #connector: ResolvedConnector;

  constructor(connector: ResolvedConnector) {
    this.#connector = connector;
  }

  async connect(place: Place, peer: TlsPeer | null, signal: AbortSignal): Promise<Link> {
    const { caCerts, identity } = this.#connector;
    if (peer !== null && identity !== null && "port" in place && !peer.isProxy) {
      // `startTls` sends no client certificate, so Nagle's algorithm stays enabled here.
      const options = { ...place, caCerts: [...caCerts], ...identity, ...ALPN };
      const connection = await Deno.connectTls(options);
      peer.onConnected?.();
      return await shaken(connection, caCerts, signal);
    }
    const connection = "path" in place
      ? await Deno.connect({ transport: "unix", ...place })
      : await connectTcp(place, signal);
    const link = new DenoLink(connection, caCerts);
    if (peer === null) return link;
    peer.onConnected?.();
    return await link.secure(peer.name, signal);
  }
}

/** Grace period for a connection attempt after its abort, in ms. */
const GRACE = 250;

/**
 * Connects. Deno 2.9.6 leaks a connection that is established while its signal aborts, so the abort
 * is delayed a little and the caller closes the connection.
 */
async function connectTcp(
  place: { readonly hostname: string; readonly port: number },
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const late = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onAbort = (): void => {
    timer = setTimeout(() => late.abort(signal.reason), GRACE);
  };
  const options = { ...place, signal: late.signal };
  try {
    const connection = await endedBy(signal, onAbort, () => Deno.connect(options));
    // Nagle's algorithm would delay the second of two small writes by 40 ms, and cannot be disabled
    // once TLS has started.
    connection.setNoDelay(true);
    return connection;
  } finally {
    clearTimeout(timer);
  }
}

class DenoLink implements Link {
  readonly stream: ByteStream;
  readonly tls = null; // Deno does not expose it
  readonly #connection: Deno.Conn;
  readonly #caCerts: readonly string[];

  constructor(connection: Deno.Conn, caCerts: readonly string[]) {
    this.#connection = connection;
    this.#caCerts = caCerts;
    this.stream = byteStream(connection);
  }

  get localAddress(): HopAddress | null {
    return addressOf(this.#connection.localAddr);
  }

  get remoteAddress(): HopAddress | null {
    return addressOf(this.#connection.remoteAddr);
  }

  async secure(hostname: string, signal: AbortSignal): Promise<DenoLink> {
    const options = { hostname, caCerts: [...this.#caCerts], ...ALPN };
    const connection = await Deno.startTls(this.#connection as Deno.TcpConn, options);
    return await shaken(connection, this.#caCerts, signal);
  }

  close(): void {
    this.stream.close();
  }
}

/** Waits for the handshake, which verifies the certificate and does not support signals. */
async function shaken(
  connection: Deno.TlsConn,
  caCerts: readonly string[],
  signal: AbortSignal,
): Promise<DenoLink> {
  const link = new DenoLink(connection, caCerts);
  try {
    await endedBy(signal, () => link.close(), () => connection.handshake());
    return link;
  } catch (error) {
    link.close();
    throw error;
  }
}

function addressOf(address: Deno.Addr): HopAddress | null {
  return "hostname" in address ? { hostname: address.hostname, port: address.port } : null;
}
