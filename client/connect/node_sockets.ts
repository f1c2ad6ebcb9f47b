// Sockets of `node:net` and `node:tls`: those of Node and Bun, and on Deno for features that Deno's
// sockets lack: a local address, unverified or pinned certificates, TLS within TLS and on Unix
// sockets, a client certificate in a tunnel, TLS parameters.
import { connect as connectTcp, isIP, type NetConnectOpts, type Socket } from "node:net";
import {
  connect as connectTls,
  type ConnectionOptions,
  type PeerCertificate as NodeCertificate,
  rootCertificates,
  TLSSocket,
} from "node:tls";
import type { ByteStream } from "../../http/bytes/byte_stream.ts";
import { endedBy } from "../hop/hop_abort.ts";
import type { HopAddress, HopTls } from "../hop/transport.ts";
import type { ResolvedConnector } from "./connector.ts";
import type { Link, Place, Sockets, TlsPeer } from "./sockets.ts";
import { deferred } from "../../http/since_node_20.ts";

/** Connections of `node:net`. */
export class NodeSockets implements Sockets {
  readonly #connector: ResolvedConnector;
  readonly #forProxy: ConnectionOptions;
  readonly #forServer: ConnectionOptions;

  constructor(connector: ResolvedConnector) {
    const { caCerts, fingerprint, identity, verify } = connector;
    this.#connector = connector;
    this.#forProxy = {
      ALPNProtocols: ["http/1.1"],
      rejectUnauthorized: verify,
      ...(caCerts.length === 0 ? {} : { ca: [...rootCertificates, ...caCerts] }),
    };
    this.#forServer = {
      ...this.#forProxy,
      rejectUnauthorized: verify && fingerprint === null,
      ...identity,
    };
  }

  async connect(place: Place, signal: AbortSignal): Promise<Link> {
    const socket = connectTcp(this.#to(place) as NetConnectOpts);
    socket.setNoDelay(true);
    return this.#link(await ready(socket, "connect", signal));
  }

  async connectSecure(
    place: Place,
    peer: TlsPeer,
    signal: AbortSignal,
    onConnected: () => void,
  ): Promise<Link> {
    return await this.#secure(this.#to(place), peer, signal, onConnected);
  }

  async #secure(
    over: object,
    { name, isProxy }: TlsPeer,
    signal: AbortSignal,
    onConnected: () => void = () => {},
  ): Promise<Link> {
    // Addresses are not sent as a server name (RFC 6066 section 3), but are verified.
    const peer = isIP(name) === 0 ? { servername: name } : "socket" in over ? { host: name } : {};
    const socket = connectTls({
      ...(isProxy ? this.#forProxy : this.#forServer),
      ...over,
      ...peer,
    });
    socket.setNoDelay(true);
    socket.once("connect", onConnected);
    return this.#link(await ready(socket, "secureConnect", signal));
  }

  #to(place: Place): object {
    if ("path" in place) return place;
    const { localAddress } = this.#connector;
    const to = { host: place.hostname, port: place.port };
    return localAddress === null ? to : { ...to, localAddress };
  }

  #link(socket: Socket): Link {
    const { fingerprint, tlsInfo } = this.#connector;
    const stream = new NodeStream(socket);
    return {
      stream,
      localAddress: addressOf(socket.localAddress, socket.localPort),
      remoteAddress: addressOf(socket.remoteAddress, socket.remotePort),
      tls: (tlsInfo || fingerprint !== null) && socket instanceof TLSSocket ? tlsOf(socket) : null,
      secure: (name, signal) => {
        stream.release();
        return this.#secure({ socket }, { name, isProxy: false }, signal);
      },
      close: () => void socket.destroy(),
    };
  }
}

async function ready<Own extends Socket>(
  socket: Own,
  event: string,
  signal: AbortSignal,
): Promise<Own> {
  const { promise, resolve, reject } = deferred<void>();
  const onClose = (): void => reject(new Error("it was closed at once"));
  socket.once(event, resolve).once("error", reject).once("close", onClose);
  socket.on("error", () => {}); // the error is passed to readers
  try {
    await endedBy(signal, () => reject(signal.reason), () => promise);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    socket.off(event, resolve).off("error", reject).off("close", onClose);
  }
}

function addressOf(hostname: string | undefined, port: number | undefined): HopAddress | null {
  return hostname === undefined || port === undefined ? null : { hostname, port };
}

function tlsOf(socket: TLSSocket): HopTls {
  const { raw, subject, issuer, valid_from, valid_to, fingerprint256 } = socket
    .getPeerCertificate();
  return {
    version: socket.getProtocol() ?? "",
    cipher: socket.getCipher().name,
    certificate: raw === undefined ? null : {
      subject: nameOf(subject),
      issuer: nameOf(issuer),
      validFrom: new Date(valid_from),
      validTo: new Date(valid_to),
      fingerprint: fingerprint256.replaceAll(":", "").toLowerCase(),
      bytes: new Uint8Array(raw),
    },
  };
}

function nameOf({ CN, O }: NodeCertificate["subject"]): string {
  return [CN ?? O ?? ""].flat().join(", ");
}

class NodeStream implements ByteStream {
  readonly #socket: Socket;
  #left: Uint8Array | null = null; // rest of a chunk larger than the reader's buffer
  #end: Error | null | undefined; // `null` at the end, an error if the connection broke
  #wake: () => void = () => {};
  #broken: Error | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#keepReading();
    socket.on("readable", this.#onReadable).on("error", this.#onEnd);
    socket.on("end", this.#onEnd).on("close", this.#onEnd);
  }

  /**
   * Node drops received bytes when a write fails, but a server that responds early and closes has
   * already sent its response (RFC 9112 section 9.6).
   */
  #keepReading(): void {
    const socket = this.#socket;
    const write = socket._write.bind(socket);
    const writev = socket._writev?.bind(socket);
    const survived = (callback: () => void) => (error?: Error | null): void => {
      this.#broken ??= error ?? null;
      callback();
    };
    socket._write = (chunk, encoding, callback) => write(chunk, encoding, survived(callback));
    if (writev !== undefined) {
      socket._writev = (chunks, callback) => writev(chunks, survived(callback));
    }
  }

  /** Detaches the socket with its buffered bytes, for TLS. */
  release(): void {
    const socket = this.#socket;
    socket.off("readable", this.#onReadable).off("error", this.#onEnd);
    socket.off("end", this.#onEnd).off("close", this.#onEnd);
    if (this.#left !== null) socket.unshift(this.#left);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      const piece: Uint8Array | null = this.#left ?? this.#socket.read();
      if (piece !== null) {
        const own = piece.subarray(0, buffer.length);
        buffer.set(own);
        this.#left = own.length === piece.length ? null : piece.subarray(own.length);
        return own.length;
      }
      if (this.#end) throw this.#end;
      if (this.#end === null) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        const failure = this.#broken ?? error;
        return failure ? reject(failure) : resolve();
      });
    });
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => this.#socket.end(() => resolve()));
  }

  close(): void {
    this.#onEnd();
    this.#socket.destroy();
  }

  ref(): void {
    this.#socket.ref();
  }

  unref(): void {
    this.#socket.unref();
  }

  readonly #onReadable = (): void => this.#wake();

  readonly #onEnd = (why?: unknown): void => {
    if (this.#end === undefined) this.#end = why instanceof Error ? why : null;
    this.#wake();
  };
}
