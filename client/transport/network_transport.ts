import type { ConnectorOptions } from "../connect/connector.ts";
import type { Transport } from "../hop/transport.ts";
import { fetchTransport } from "./fetch_transport.ts";
import { socketTransport } from "./socket_transport.ts";
import { HAS_SOCKETS } from "../hop/runtime.ts";

/** Creates the transport of a connector; by default sockets, if they support the options. */
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
  const wantsFetch = !HAS_SOCKETS || transport === "fetch" || options.http2 === true;
  return wantsFetch ? fetchTransport(options) : socketTransport(options);
}
