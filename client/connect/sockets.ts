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
  /**
   * Talks TLS on it; the secure connection takes its place.
   *
   * @param name Name of the peer, for its certificate.
   * @param signal Ends the attempt.
   * @returns The secure connection, with the certificate checked.
   */
  secure(name: string, signal: AbortSignal): Promise<Link>;
  /** Closes it; another call changes nothing. */
  close(): void;
}

/** A kind of sockets. */
export interface Sockets {
  /**
   * Connects.
   *
   * @param place Where to.
   * @param signal Ends the attempt.
   */
  connect(place: Place, signal: AbortSignal): Promise<Link>;
  /**
   * Connects and talks TLS.
   *
   * @param place Where to.
   * @param name Name of the peer, for its certificate.
   * @param signal Ends the attempt.
   * @param onConnected Called when TLS begins.
   */
  connectSecure(
    place: Place,
    name: string,
    signal: AbortSignal,
    onConnected: () => void,
  ): Promise<Link>;
}
