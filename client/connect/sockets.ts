// The interface of sockets, implemented with Deno's and with those of `node:net`.
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import type { HopAbort } from "../hop/hop_abort.ts";
import type { HopConnection } from "../hop/transport.ts";

/** Target of a socket: an address, a name that the platform resolves, or a Unix socket. */
export type Place =
  | { readonly hostname: string; readonly port: number }
  | { readonly path: string };

export interface Opened extends Omit<HopConnection, "isReused"> {
  readonly stream: ByteStream;
}

/** A connection that can be upgraded to TLS. */
export interface Link extends Opened {
  /** Starts TLS and returns the secure connection. */
  secure(name: string, abort: HopAbort): Promise<Link>;
  close(): void;
}

export interface TlsPeer {
  /** Name to verify the certificate against. */
  readonly name: string;
  /** Whether it is a proxy: it gets no client certificate, and `fingerprint` does not apply. */
  readonly isProxy: boolean;
  /** Called between connecting and the handshake. */
  readonly onConnected?: () => void;
}

export interface Sockets {
  connect(place: Place, peer: TlsPeer | null, abort: HopAbort): Promise<Link>;
}
