/**
 * Which transport a session takes.
 * @module
 */
import { type ConnectorOptions, resolveConnector } from "../connect/connector.ts";
import type { HopRequest, Transport } from "../hop/transport.ts";
import { fetchTransport } from "./fetch_transport.ts";
import { socketTransport } from "./socket_transport.ts";

/**
 * Makes the transport of a connector.
 *
 * @param options How to connect.
 * @returns The transport that the options name; else sockets, where they can do what is asked.
 * @throws {TypeError} If the options are not valid, or name a transport that there is not.
 */
export function networkTransport(options: ConnectorOptions = {}): Transport {
  const { transport } = options;
  if (transport === "sockets") return socketTransport(options);
  if (transport === "fetch") return fetchTransport(options);
  if (transport !== undefined) {
    throw new TypeError(`Cannot use connector.transport "${transport}": expected sockets or fetch`);
  }
  const { proxy, cert, localAddress } = resolveConnector(options);
  const wantsFetch = options.http2 === true || localAddress !== null ||
    (cert !== null && proxy !== null);
  return wantsFetch || !("Deno" in globalThis) ? fetchTransport(options) : usual(options, proxy);
}

/** Sockets, but for the hops that need TLS where Deno's sockets have none. */
function usual(options: ConnectorOptions, connectorProxy: string | null): Transport {
  const sockets = socketTransport(options);
  const { usualHeaders = [] } = sockets;
  let platform: Transport | null = null;
  const isForFetch = (request: HopRequest): boolean => {
    const proxy = request.proxy ?? connectorProxy;
    return proxy !== null && request.url.startsWith("https:") &&
      (options.cert !== undefined || /^(?:https|unix):/.test(proxy));
  };
  return {
    usualHeaders,
    send(request) {
      if (!isForFetch(request)) return sockets.send(request);
      platform ??= fetchTransport(options);
      return platform.send(request);
    },
    close() {
      sockets.close();
      platform?.close();
    },
  };
}
