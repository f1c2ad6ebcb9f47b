/**
 * Connections for requests: straight, through a proxy, to a socket of this machine.
 * @module
 */
import { connect as connectTcp, isIP, type LookupFunction, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, TLSSocket } from "node:tls";
import { proxyAgent, type ProxyAgentOptions } from "../../client/mod.ts";
import { OLD_RUNTIME, tooOldTo } from "../errors/old_runtime.ts";

/** Where a connection goes, and how. */
export interface Route {
  /** Host to talk to, or proxy that is given the whole request. */
  readonly peer: URL;
  /** Proxy that the connection goes through unseen, `null` for none. */
  readonly tunnel: URL | null;
  /** Path of a unix socket in place of all this. */
  readonly socketPath: string | null;
  /** Certificates. */
  readonly tls: ProxyAgentOptions;
  /** Address in place of the one that the name stands for. */
  readonly address: string | undefined;
  /** Only addresses of this family; 0 for both. */
  readonly family: 0 | 4 | 6;
  /** Address of this machine to connect from. */
  readonly localAddress: string | null;
}

/** Told about the way. */
export interface RouteObserver {
  /** The name has been looked up. */
  lookup(): void;
  /** The connection is there, TLS is not yet. */
  connected(): void;
  /** TLS was agreed on. */
  secured(): void;
}

/**
 * What this version of the runtime cannot do, which is not tried then.
 *
 * @throws {CommandError} If it is asked for that.
 */
export function checkRoute({ peer, tunnel, socketPath, tls, localAddress }: Route): void {
  if (!OLD_RUNTIME) return;
  const what = localAddress !== null
    ? "connect from the address of --interface"
    : peer.protocol !== "https:"
    ? null
    : tunnel !== null
    ? "talk https through a proxy"
    : socketPath !== null
    ? "talk https to a unix socket"
    : tls.cert !== undefined
    ? "show the certificate of --cert"
    : null;
  if (what !== null) throw tooOldTo(what);
}

/**
 * Opens a connection.
 *
 * @returns The connection, TLS agreed on where the peer's URL wants it.
 * @throws {Error} The system's error, or the signal's reason.
 */
export async function openConnection(
  route: Route,
  observer: RouteObserver,
  signal: AbortSignal,
): Promise<Duplex> {
  const secure = route.peer.protocol === "https:";
  const socket = route.tunnel === null
    ? straight(route, secure)
    : await through(route, route.tunnel, secure);
  socket.on("error", () => {}); // whoever reads is told; nobody may be reading yet
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = (): void => reject(signal.reason);
  const onClose = (): void => reject(new Error("it was closed at once"));
  signal.addEventListener("abort", onAbort, { once: true });
  socket.once("lookup", () => observer.lookup());
  socket.once("connect", () => {
    observer.connected();
    if (!secure) resolve();
  });
  socket.once("secureConnect", () => {
    observer.secured();
    resolve();
  });
  socket.once("error", reject);
  socket.once("close", onClose);
  if (!secure && route.tunnel !== null) resolve();
  try {
    if (signal.aborted) throw signal.reason;
    await promise;
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    socket.off("close", onClose).off("error", reject);
  }
}

function straight(route: Route, secure: boolean): Duplex {
  const host = bareHost(route.peer);
  const name = isIP(host) === 0 ? { servername: host } : {};
  if (route.socketPath !== null) {
    const local = connectTcp({ path: route.socketPath });
    return secure ? connectTls({ ...route.tls, ...name, socket: local }) : local;
  }
  const to = {
    host,
    port: portOf(route.peer),
    ...(route.family === 0 ? {} : { family: route.family }),
    ...(route.localAddress === null ? {} : { localAddress: route.localAddress }),
    ...(route.address === undefined ? {} : { lookup: fixedLookup(route.address) }),
  };
  return secure ? connectTls({ ...route.tls, ...name, ...to }) : connectTcp(to);
}

/** An agent of `node:http` as far as it is needed here. */
interface Opener {
  createConnection(
    to: object,
    callback: (error: Error | null, socket?: Duplex) => void,
  ): void;
}

async function through(route: Route, proxy: URL, secure: boolean): Promise<Duplex> {
  const agent = await proxyAgent(proxy, secure, route.tls) as Opener;
  return await new Promise((resolve, reject) => {
    const to = { ...route.tls, host: bareHost(route.peer), port: portOf(route.peer) };
    agent.createConnection(to, (error, socket) => {
      if (socket === undefined) reject(error);
      else resolve(socket);
    });
  });
}

/** An address in place of the one that the name stands for. */
function fixedLookup(address: string): LookupFunction {
  const family = isIP(address);
  return (_name, options, callback) => {
    if (options.all) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

/** The host of a URL as a system takes it. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

/** The port of a URL. */
export function portOf(url: URL): number {
  return url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
}

/** The other end of a connection; what is not known is `null`. */
export interface Peer {
  /** Its address and port. */
  readonly remote: string | null;
  /** Address and port of this end. */
  readonly local: string | null;
  /** Version of TLS and cipher. */
  readonly tls: string | null;
  /** Whose certificate it showed, by whom, until when. */
  readonly certificate: string | null;
}

/** Tells who is at the other end. */
export function peerOf(socket: Duplex): Peer {
  const end = (address: string | undefined, port: number | undefined): string | null =>
    address === undefined ? null : `${address.includes(":") ? `[${address}]` : address}:${port}`;
  const ends = socket instanceof Socket
    ? {
      remote: end(socket.remoteAddress, socket.remotePort),
      local: end(socket.localAddress, socket.localPort),
    }
    : { remote: null, local: null };
  if (!(socket instanceof TLSSocket)) return { ...ends, tls: null, certificate: null };
  const { subject, issuer, valid_to: until } = socket.getPeerCertificate();
  const named = subject?.CN ?? subject?.O ?? null;
  return {
    ...ends,
    tls: `${socket.getProtocol()}, ${socket.getCipher().name}`,
    certificate: named === null
      ? null
      : `${named}, by ${issuer?.CN ?? issuer?.O ?? "itself"}, until ${until}`,
  };
}
