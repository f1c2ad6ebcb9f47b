// Opening connections: direct, to a Unix socket, or through a proxy; with or without TLS.
import { messageOf, nameErrors } from "../../http/as_error.ts";
import type { HopAbort } from "../hop/hop_abort.ts";
import type { HopObserver } from "../hop/transport.ts";
import { AddressLookup, connectFirst } from "./address_lookup.ts";
import type { ResolvedConnector } from "./connector.ts";
import { endpointOf, percentDecoded } from "./addresses.ts";
import { denoSockets } from "./deno_sockets.ts";
import { ProxyError, proxyHandshake } from "./proxy_handshake.ts";
import type { Link, Opened, Place, Sockets, TlsPeer } from "./sockets.ts";
import { ON_DENO } from "../hop/runtime.ts";

export interface Route {
  /** Host, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly proxy: URL | null;
  /** Whether the proxy forwards plain requests, without CONNECT. */
  readonly forwards: boolean;
}

type Run = { readonly abort: HopAbort; readonly observer: HopObserver | null };

export class ProxyUnreachableError extends ProxyError {}

/** The peer's certificate does not match `connector.fingerprint`. */
export class FingerprintError extends Error {}

nameErrors({ FingerprintError });

export class ConnectionOpener {
  readonly #connector: ResolvedConnector;
  readonly #lookup: AddressLookup;
  readonly #deno: Sockets | null;
  #node: Promise<Sockets> | null = null;

  constructor(connector: ResolvedConnector) {
    this.#connector = connector;
    this.#lookup = new AddressLookup(connector);
    this.#deno = ON_DENO ? denoSockets(connector) : null;
  }

  /** @throws {ProxyError} If the proxy refuses; else the platform's error, or the abort reason. */
  open(route: Route, abort: HopAbort, observer: HopObserver | null): Promise<Opened> {
    let link: Link | null = null; // the connection so far
    let isOver = false;
    const reached = (next: Link): Link => {
      if (isOver) next.close();
      return link = next;
    };
    return new Promise((resolve, reject) => {
      if (abort.reason !== null) throw abort.reason;
      // DNS lookups and Unix sockets cannot be aborted, so nothing waits for them.
      const end = (error: unknown): void => {
        isOver = true;
        abort.delete(target);
        link?.close(); // ends a pending read of the proxy handshake
        reject(abort.reason ?? error);
      };
      const target = { abort: end };
      abort.add(target);
      this.#opened(route, { abort, observer }, reached).then((opened) => {
        abort.delete(target);
        resolve(opened);
      }, end);
    });
  }

  async #opened(route: Route, run: Run, reached: (link: Link) => Link): Promise<Opened> {
    const { host, port, proxy, secure, forwards } = route;
    const { fingerprint, serverName } = this.#connector;
    const name = serverName ?? host;
    const own = needsNode(route, this.#connector) ? null : this.#deno;
    const sockets = own ?? await this.#nodeSockets();
    let link: Link;
    if (proxy === null) {
      const place = { hostname: host, port };
      const peer = secure ? { name, isProxy: false } : null;
      link = reached(await this.#reach(sockets, place, peer, run));
    } else {
      link = reached(await this.#toProxy(sockets, proxy, run));
      if (!forwards && proxy.protocol !== "unix:") await asked(proxy, route, link);
      if (secure) {
        run.observer?.securing?.();
        link = reached(await link.secure(name, run.abort));
        run.observer?.secured?.();
      }
    }
    if (secure && fingerprint !== null) checkFingerprint(fingerprint, link);
    return link;
  }

  async #reach(sockets: Sockets, place: Place, peer: TlsPeer | null, run: Run): Promise<Link> {
    const { abort, observer } = run;
    // With a client certificate, Deno connects by the name that it verifies.
    const byName = sockets === this.#deno && peer?.isProxy === false &&
      this.#connector.identity !== null;
    const found = "path" in place || byName
      ? null
      : await this.#lookup.find(place.hostname, place.port, observer);
    const places = found?.map((hostname) => ({ ...place, hostname })) ?? [place];
    const own = peer && { ...peer, onConnected: () => observer?.securing?.() };
    const connect = (each: Place, attempt: HopAbort) => sockets.connect(each, own, attempt);
    const link = await connectFirst(places, connect, abort);
    if (peer !== null) observer?.secured?.();
    return link;
  }

  async #toProxy(sockets: Sockets, proxy: URL, run: Run): Promise<Link> {
    const isUnix = proxy.protocol === "unix:";
    const endpoint = endpointOf(proxy);
    const place = isUnix ? { path: percentDecoded(proxy.pathname) } : endpoint;
    const peer = proxy.protocol === "https:" ? { name: endpoint.hostname, isProxy: true } : null;
    try {
      return await this.#reach(sockets, place, peer, run);
    } catch (cause) {
      if (run.abort.reason !== null || (cause instanceof Error && cause.name === "NotCapable")) {
        throw cause;
      }
      const what = isUnix ? `the socket ${proxy.pathname}` : `the proxy ${proxy.host}`;
      const message = `${what} cannot be reached (${messageOf(cause)})`;
      throw new ProxyUnreachableError(message, null, { cause });
    }
  }

  #nodeSockets(): Promise<Sockets> {
    return this.#node ??= import("./node_sockets.ts").then(({ NodeSockets }) =>
      new NodeSockets(this.#connector)
    );
  }
}

function needsNode({ secure, proxy }: Route, own: ResolvedConnector): boolean {
  const via = proxy?.protocol;
  if (own.localAddress !== null && via !== "unix:") return true;
  if (!secure && via !== "https:") return false;
  if (!own.verify || own.tlsInfo) return true;
  if (!secure) return false;
  if (own.fingerprint !== null || via === "https:" || via === "unix:") return true;
  const looksUp = own.family !== 0 || (own.resolve ?? own.dnsCache) !== null;
  return own.identity !== null && (proxy !== null || own.serverName !== null || looksUp);
}

function checkFingerprint(expected: string, { tls }: Link): void {
  const { fingerprint = "none" } = tls?.certificate ?? {};
  if (fingerprint === expected) return;
  throw new FingerprintError(
    `the certificate has the fingerprint ${fingerprint}, not connector.fingerprint ${expected}`,
  );
}

async function asked(proxy: URL, route: Route, { stream }: Link): Promise<void> {
  try {
    await proxyHandshake(proxy, route, stream);
  } catch (cause) {
    if (cause instanceof ProxyError) throw cause;
    const message = `the proxy ${proxy.host} broke off (${messageOf(cause)})`;
    throw new ProxyError(message, null, { cause });
  }
}
