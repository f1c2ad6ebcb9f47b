import type { ConnectorOptions } from "../connect/connector.ts";
import { asksUpgrade, type Transport } from "../hop/transport.ts";
import { fetchTransport } from "./fetch_transport.ts";
import { socketTransport } from "./socket_transport.ts";
import { HAS_SOCKETS } from "../hop/runtime.ts";

/**
 * Creates the transport of a connector.
 * @returns The transport of the option; by default sockets, if they support the options.
 * @throws {TypeError} If an option or the name of the transport is invalid.
 */
export function networkTransport(options: ConnectorOptions = {}): Transport {
  const { transport } = options;
  if (options.verify === false) {
    console.warn(
      "connector.verify: false, certificates are not checked: anyone on the way can read and change " +
        "what this session sends. Give the authorities that you trust as connector.caCerts",
    );
  }
  if (transport === "sockets") return socketTransport(options);
  if (transport !== undefined && transport !== "fetch") {
    throw new TypeError(`Cannot use connector.transport "${transport}": expected sockets or fetch`);
  }
  if (!HAS_SOCKETS) return fetchTransport(options);
  const wantsFetch = transport === "fetch" || options.http2 === true;
  return wantsFetch ? fetchWithSockets(options) : socketTransport(options);
}

/** `fetch`, with sockets for WebSocket handshakes, which do not use HTTP/2. */
function fetchWithSockets(options: ConnectorOptions): Transport {
  const platform = fetchTransport(options);
  let sockets: Transport | null = null;
  return {
    ...platform,
    webSockets: "upgrade",
    send(request) {
      if (!asksUpgrade(request.headers)) return platform.send(request);
      sockets ??= socketTransport({ ...options, transport: "sockets", http2: false });
      return sockets.send(request);
    },
    close() {
      platform.close();
      sockets?.close();
    },
  };
}
