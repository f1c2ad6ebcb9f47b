/**
 * What connections are made of: Deno's sockets, or those of `node:net`.
 * @module
 */
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import type { HopAddress, HopTls } from "../hop/transport.ts";

/** Where a connection goes: an address, or a name that the platform looks up; or a Unix socket. */
export type Place =
  | { readonly hostname: string; readonly port: number }
  | { readonly path: string };

/** What is known of a connection. */
export interface Opened {
  /** The connection. */
  readonly stream: ByteStream;
  /** Our end; `null` for a Unix socket. */
  readonly localAddress: HopAddress | null;
  /** The peer's end, or the proxy's; `null` for a Unix socket. */
  readonly remoteAddress: HopAddress | null;
  /** What TLS has agreed on, where that was asked for. */
  readonly tls: HopTls | null;
}

/** A connection that may become a secure one. */
export interface Link extends Opened {
  /** Talks TLS on it; the secure connection takes its place. */
  secure(name: string, signal: AbortSignal): Promise<Link>;
  /** Closes it; another call changes nothing. */
  close(): void;
}

/** Who TLS is talked with. */
export interface TlsPeer {
  /** Name of the peer, for its certificate. */
  readonly name: string;
  /** Whether it is a proxy: it is shown no certificate of ours, and `fingerprint` is not for it. */
  readonly isProxy: boolean;
}

/** A kind of sockets. */
export interface Sockets {
  /** Connects. */
  connect(place: Place, signal: AbortSignal): Promise<Link>;
  /** Connects and talks TLS. */
  connectSecure(
    place: Place,
    peer: TlsPeer,
    signal: AbortSignal,
    onConnected: () => void,
  ): Promise<Link>;
}
