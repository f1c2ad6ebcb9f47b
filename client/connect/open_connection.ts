/**
 * New connections: straight, to a Unix socket, through a proxy; with TLS or without.
 * @module
 */
import type { HopObserver } from "../hop/transport.ts";
import { AddressLookup, connectFirst } from "./address_lookup.ts";
import type { ResolvedConnector } from "./connector.ts";
import { DenoSockets } from "./deno_sockets.ts";
import { percentDecoded } from "./percent_decoded.ts";
import { ProxyError, proxyHandshake, proxyPort } from "./proxy_handshake.ts";
import type { Link, Opened, Place, Sockets, TlsPeer } from "./sockets.ts";
import { deferred } from "../../http/since_node_20.ts";
import { ON_DENO } from "../hop/runtime.ts";

/** Where a connection goes. */
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
}

/** The proxy could not be reached. */
export class ProxyUnreachableError extends ProxyError {}

/** The peer's certificate is another one than `connector.fingerprint` names. */
export class FingerprintError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "FingerprintError";
}

/** Opens the connections of a transport. */
export class ConnectionOpener {
  readonly #connector: ResolvedConnector;
  readonly #lookup: AddressLookup;
  readonly #deno: Sockets | null;
  #node: Promise<Sockets> | null = null;

  /** Creates one. */
  constructor(connector: ResolvedConnector) {
    this.#connector = connector;
    this.#lookup = new AddressLookup(connector);
    this.#deno = ON_DENO ? new DenoSockets(connector) : null;
  }

  /**
   * Opens a connection.
   *
   * @throws {ProxyError} If a proxy gives none.
   * @throws {Error} What the platform says, or the signal's reason.
   */
  async open(route: Route, signal: AbortSignal, observer: HopObserver | null): Promise<Opened> {
    if (signal.aborted) throw signal.reason;
    const { promise: given, reject: giveUp } = deferred<never>();
    let link: Link | null = null; // as far as it has come
    let isOver = false;
    const onAbort = (): void => {
      isOver = true;
      link?.close(); // what a proxy says may be waited for
      giveUp(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    const reached = (next: Link): Link => {
      if (isOver) next.close();
      return link = next;
    };
    try {
      // Names are looked up, and Unix sockets connected to, whatever the signal says.
      return await Promise.race([this.#opened(route, signal, observer, reached), given]);
    } catch (error) {
      isOver = true;
      (link as Link | null)?.close();
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async #opened(
    route: Route,
    signal: AbortSignal,
    observer: HopObserver | null,
    reached: (link: Link) => Link,
  ): Promise<Opened> {
    const { host, port, proxy, secure, forwards } = route;
    const { fingerprint, serverName } = this.#connector;
    const name = serverName ?? host;
    const own = needsNode(route, this.#connector) ? null : this.#deno;
    const sockets = own ?? await this.#nodeSockets();
    let link: Link;
    if (proxy === null) {
      const place = { hostname: host, port };
      const peer = secure ? { name, isProxy: false } : null;
      link = reached(await this.#reach(sockets, place, peer, signal, observer));
    } else {
      link = reached(await this.#toProxy(sockets, proxy, signal, observer));
      if (!forwards && proxy.protocol !== "unix:") await asked(proxy, host, port, link);
      if (secure) {
        observer?.securing?.();
        link = reached(await link.secure(name, signal));
        observer?.secured?.();
      }
    }
    if (secure && fingerprint !== null) checkFingerprint(fingerprint, link);
    return link;
  }

  /** Connects, and talks TLS where the peer has a name for that. */
  async #reach(
    sockets: Sockets,
    place: Place,
    peer: TlsPeer | null,
    signal: AbortSignal,
    observer: HopObserver | null,
  ): Promise<Link> {
    // Where Deno shows a client's certificate, it connects by the name that it checks.
    const byName = sockets === this.#deno && peer?.isProxy === false &&
      this.#connector.cert !== null;
    const places = "path" in place || byName ? [place] : await this.#placesOf(place, observer);
    const link = await connectFirst(places, (each, attempt) => {
      if (peer === null) return sockets.connect(each, attempt);
      return sockets.connectSecure(each, peer, attempt, () => observer?.securing?.());
    }, signal);
    if (peer !== null) observer?.secured?.();
    return link;
  }

  async #placesOf(
    { hostname, port }: { readonly hostname: string; readonly port: number },
    observer: HopObserver | null,
  ): Promise<readonly Place[]> {
    const found = await this.#lookup.find(hostname, port, observer);
    return (found ?? [hostname]).map((address) => ({ hostname: address, port }));
  }

  async #toProxy(
    sockets: Sockets,
    proxy: URL,
    signal: AbortSignal,
    observer: HopObserver | null,
  ): Promise<Link> {
    const isUnix = proxy.protocol === "unix:";
    const host = bareHost(proxy);
    const place = isUnix
      ? { path: percentDecoded(proxy.pathname) }
      : { hostname: host, port: proxyPort(proxy) };
    const peer = proxy.protocol === "https:" ? { name: host, isProxy: true } : null;
    try {
      return await this.#reach(sockets, place, peer, signal, observer);
    } catch (cause) {
      if (signal.aborted || (cause instanceof Error && cause.name === "NotCapable")) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      const what = isUnix ? `the socket ${proxy.pathname}` : `the proxy ${proxy.host}`;
      const message = `${what} cannot be reached (${why})`;
      throw new ProxyUnreachableError(message, null, { cause });
    }
  }

  #nodeSockets(): Promise<Sockets> {
    return this.#node ??= import("./node_sockets.ts").then(({ NodeSockets }) =>
      new NodeSockets(this.#connector)
    );
  }
}

/** Whether Deno's own sockets cannot do what is asked for. */
function needsNode({ secure, proxy }: Route, connector: ResolvedConnector): boolean {
  const {
    cert,
    dnsCache,
    family,
    fingerprint,
    localAddress,
    resolve,
    serverName,
    tlsInfo,
    verify,
  } = connector;
  const via = proxy?.protocol;
  if (localAddress !== null && via !== "unix:") return true;
  if (!secure && via !== "https:") return false;
  if (!verify || tlsInfo) return true;
  if (!secure) return false;
  if (fingerprint !== null || via === "https:" || via === "unix:") return true;
  const looksUp = family !== 0 || (resolve ?? dnsCache) !== null;
  return cert !== null && (proxy !== null || serverName !== null || looksUp);
}

function checkFingerprint(expected: string, { tls }: Link): void {
  const { fingerprint = "none" } = tls?.certificate ?? {};
  if (fingerprint === expected) return;
  throw new FingerprintError(
    `the certificate has the fingerprint ${fingerprint}, not connector.fingerprint ${expected}`,
  );
}

async function asked(proxy: URL, host: string, port: number, link: Link): Promise<void> {
  try {
    await proxyHandshake(proxy, host, port, link.stream);
  } catch (cause) {
    if (cause instanceof ProxyError) throw cause;
    throw new ProxyError(`the proxy ${proxy.host} broke off`, null, { cause });
  }
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}
