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
import { NodeStream } from "../../http/bytes/node_stream.ts";
import { endedBy, type HopAbort } from "../hop/hop_abort.ts";
import type { HopAddress, HopTls } from "../hop/transport.ts";
import type { ResolvedConnector } from "./connector.ts";
import type { Link, Place, Sockets, TlsPeer } from "./sockets.ts";
import { deferred } from "../../http/since_node_20.ts";

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

  async connect(place: Place, peer: TlsPeer | null, abort: HopAbort): Promise<Link> {
    if (peer !== null) return await this.#secure(this.#to(place), peer, abort);
    const socket = connectTcp(this.#to(place) as NetConnectOpts);
    socket.setNoDelay(true);
    return this.#link(await ready(socket, "connect", abort));
  }

  async #secure(over: object, { name, isProxy, onConnected }: TlsPeer, abort: HopAbort) {
    // Addresses are not sent as a server name (RFC 6066 section 3), but are verified.
    const peer = isIP(name) === 0 ? { servername: name } : "socket" in over ? { host: name } : {};
    const socket = connectTls({
      ...(isProxy ? this.#forProxy : this.#forServer),
      ...over,
      ...peer,
    });
    socket.setNoDelay(true);
    if (onConnected !== undefined) socket.once("connect", onConnected);
    return this.#link(await ready(socket, "secureConnect", abort));
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
      secure: (name, abort) => {
        stream.release();
        return this.#secure({ socket }, { name, isProxy: false }, abort);
      },
      close: () => void socket.destroy(),
    };
  }
}

async function ready<Own extends Socket>(
  socket: Own,
  event: string,
  abort: HopAbort,
): Promise<Own> {
  const { promise, resolve, reject } = deferred<void>();
  const onClose = (): void => reject(new Error("it was closed at once"));
  socket.once(event, resolve).once("error", reject).once("close", onClose);
  socket.on("error", () => {}); // the error is passed to readers
  try {
    await endedBy(abort, reject, () => promise);
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
