/**
 * Connections of `node:http` through a proxy.
 * @module
 */
import type { Agent, ClientRequestArgs } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { openTunnel } from "./proxy_tunnel.ts";

/**
 * Makes an agent whose connections go through a proxy; TLS is with the server at their other end.
 *
 * @param proxy The proxy's URL.
 * @param tls How to talk to a proxy whose URL is `https:`.
 * @returns An agent for requests of both protocols.
 */
export function tunnelAgent(proxy: URL, tls: ConnectionOptions): Agent {
  return new TunnelAgent(proxy, tls);
}

type Callback = (error: Error | null, stream: Duplex) => void;

class TunnelAgent extends HttpsAgent {
  readonly #proxy: URL;
  readonly #tls: ConnectionOptions;

  constructor(proxy: URL, tls: ConnectionOptions) {
    super({ keepAlive: true });
    this.#proxy = proxy;
    this.#tls = tls;
    // Node refuses requests of another protocol than the agent's.
    Object.defineProperty(this, "protocol", { value: undefined });
  }

  /** Gives the connection later, by the callback, which Node waits for where nothing is returned. */
  override createConnection(options: ClientRequestArgs, callback?: Callback): Duplex {
    const host = `${options.host}`;
    const done = callback as (error: Error | null, stream?: Duplex) => void;
    openTunnel(this.#proxy, { host, port: Number(options.port) }, this.#tls).then((socket) => {
      if (options.protocol !== "https:") return done(null, socket);
      const { host: _, port: __, ...rest } = options as ConnectionOptions;
      const name = isIP(host) === 0 ? { servername: host } : {};
      done(null, connectTls({ ...rest, ...name, socket }));
    }).catch(done);
    return undefined as unknown as Duplex;
  }
}
