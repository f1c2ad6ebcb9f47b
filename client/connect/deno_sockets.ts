import { type ByteStream, byteStream } from "../../http/bytes/byte_stream.ts";
import { endedBy, type HopAbort } from "../hop/hop_abort.ts";
import type { HopAddress } from "../hop/transport.ts";
import type { ResolvedConnector } from "./connector.ts";
import type { Link, Place, Sockets } from "./sockets.ts";

const ALPN = { alpnProtocols: ["http/1.1"] };
/** Grace period for a connection attempt after its abort, in ms. */
const GRACE = 250;

export function denoSockets({ caCerts, identity }: ResolvedConnector): Sockets {
  return {
    async connect(place, peer, abort) {
      if (identity !== null && "port" in place && peer?.isProxy === false) {
        // `startTls` sends no client certificate, so Nagle's algorithm stays enabled here.
        const options = { ...place, caCerts: [...caCerts], ...identity, ...ALPN };
        const connection = await Deno.connectTls(options);
        peer.onConnected?.();
        return await shaken(connection, caCerts, abort);
      }
      const link = await plain(place, caCerts, abort);
      if (peer === null) return link;
      peer.onConnected?.();
      return await link.secure(peer.name, abort);
    },
  };
}

/** Connects; an abort is delayed: Deno 2.9.6 leaks a connection that is made at that moment. */
async function plain(place: Place, caCerts: readonly string[], abort: HopAbort): Promise<DenoLink> {
  if ("path" in place) {
    return new DenoLink(await Deno.connect({ transport: "unix", ...place }), caCerts);
  }
  if (abort.reason !== null) throw abort.reason;
  const late = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onAbort = (reason: Error): void => {
    timer = setTimeout(() => late.abort(reason), GRACE);
  };
  const connect = () => Deno.connect({ ...place, signal: late.signal });
  try {
    const connection = await endedBy(abort, onAbort, connect);
    // Nagle's algorithm would delay the second of two small writes by 40 ms, and cannot be
    // disabled once TLS has started.
    connection.setNoDelay(true);
    return new DenoLink(connection, caCerts);
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

  async secure(hostname: string, abort: HopAbort): Promise<DenoLink> {
    const options = { hostname, caCerts: [...this.#caCerts], ...ALPN };
    const connection = await Deno.startTls(this.#connection as Deno.TcpConn, options);
    return await shaken(connection, this.#caCerts, abort);
  }

  close(): void {
    this.stream.close();
  }
}

/** Waits for the handshake, which verifies the certificate and cannot be aborted. */
async function shaken(
  connection: Deno.TlsConn,
  caCerts: readonly string[],
  abort: HopAbort,
): Promise<DenoLink> {
  const link = new DenoLink(connection, caCerts);
  try {
    await endedBy(abort, () => link.close(), () => connection.handshake());
    return link;
  } catch (error) {
    link.close();
    throw error;
  }
}

function addressOf(address: Deno.Addr): HopAddress | null {
  return "hostname" in address ? { hostname: address.hostname, port: address.port } : null;
}
