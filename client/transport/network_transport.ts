/**
 * Which transport a session takes.
 * @module
 */
import type { ConnectorOptions } from "../connect/connector.ts";
import type { Transport } from "../hop/transport.ts";
import { fetchTransport } from "./fetch_transport.ts";
import { socketTransport } from "./socket_transport.ts";

/**
 * Makes the transport of a connector.
 *
 * @param options How to connect.
 * @returns The transport.
 * @throws {TypeError} If the options are not valid, or name a transport that there is not.
 */
export function networkTransport(options: ConnectorOptions = {}): Transport {
  const { transport = "fetch" } = options;
  if (transport === "sockets") return socketTransport(options);
  if (transport === "fetch") return fetchTransport(options);
  throw new TypeError(`Cannot use connector.transport "${transport}": expected sockets or fetch`);
}
