/**
 * Connections of `node:http` through a proxy.
 * @module
 */
import { Agent as HttpAgent, type ClientRequestArgs } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { openTunnel } from "./proxy_tunnel.ts";

/**
 * Makes an agent whose connections go through a proxy; TLS is with the server at their other end.
 *
 * @param proxy The proxy's URL.
 * @param secure Whether the servers talk TLS.
 * @param tls How to talk to a proxy whose URL is `https:`.
 */
export function tunnelAgent(proxy: URL, secure: boolean, tls: ConnectionOptions): HttpAgent {
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  return Object.assign(agent, {
    // Nothing is returned: Node waits for the callback then.
    createConnection(options: ClientRequestArgs, callback: Callback): void {
      const host = `${options.host}`;
      openTunnel(proxy, { host, port: Number(options.port) }, tls).then((socket) => {
        if (!secure) return callback(null, socket);
        const { host: _, port: __, ...rest } = options as ConnectionOptions;
        const name = isIP(host) === 0 ? { servername: host } : {};
        callback(null, connectTls({ ...rest, ...name, socket }));
      }).catch(callback);
    },
  });
}

type Callback = (error: Error | null, stream?: Duplex) => void;
