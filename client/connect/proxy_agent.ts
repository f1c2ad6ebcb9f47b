/**
 * Connections of `node:http` through a proxy.
 * @module
 */
import { OptionTable } from "../../http/options.ts";
import type { ConnectionOptions } from "node:tls";
import { checkProxy } from "./connector.ts";

/** How to talk TLS, as `node:tls` has it. */
export interface ProxyAgentOptions {
  /** Certificates to trust in place of the system's, each a PEM text. */
  readonly ca?: string[] | undefined;
  /** The client's own certificate chain as a PEM text. */
  readonly cert?: string | undefined;
  /** The key of `cert` as a PEM text. */
  readonly key?: string | undefined;
  /** Whether a certificate has to be valid. @default {true} */
  readonly rejectUnauthorized?: boolean | undefined;
}

/** Names and types of {@linkcode ProxyAgentOptions}. */
export const PROXY_AGENT_OPTIONS = new OptionTable<ProxyAgentOptions>({
  ca: "a list",
  cert: "a string",
  key: "a string",
  rejectUnauthorized: "true or false",
});

/**
 * Makes an `Agent` for `node:http` and what is built on it, whose connections go through a proxy: by
 * CONNECT (RFC 9110 section 9.3.6), by SOCKS 5 (RFC 1928), or to a Unix socket. TLS is with the
 * server at the other end, and with the proxy too if its URL says `https:`.
 *
 * @param proxy Its URL: `http:`, `https:`, `socks5:` or `socks5h:` (both look names up),
 * `unix:/path`; user and password in it are sent.
 * @param secure Whether the servers talk TLS: an agent is for one of both.
 * @param options Certificates.
 * @returns An agent; `destroy()` ends its connections.
 * @throws {TypeError} If the proxy is no URL of a known scheme.
 *
 * @example
 * ```ts no-assert
 * import { proxyAgent } from "@roundtrip/http";
 *
 * const agent = await proxyAgent("socks5h://localhost:1080", true);
 * console.assert(typeof agent === "object"); // { agent } goes to https.request()
 * ```
 */
export async function proxyAgent(
  proxy: string | URL,
  secure: boolean,
  options: ProxyAgentOptions = {},
): Promise<object> {
  PROXY_AGENT_OPTIONS.check("proxyAgent()", options);
  // Loaded here: a client without proxies does not pay for Node's modules.
  const [{ Agent: HttpAgent }, { Agent: HttpsAgent }, { isIP }, { connect }, { openTunnel }] =
    await Promise.all([
      import("node:http"),
      import("node:https"),
      import("node:net"),
      import("node:tls"),
      import("./proxy_tunnel.ts"),
    ]);
  const through = new URL(checkProxy(proxy));
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  return Object.assign(agent, {
    // Nothing is returned: Node waits for the callback then.
    createConnection(to: ConnectionOptions, callback: Callback): void {
      const host = `${to.host}`;
      const name = host.includes(":") ? `[${host}]` : host;
      const url = new URL(`${secure ? "https" : "http"}://${name}:${to.port}/`);
      openTunnel(through, { host, port: Number(to.port), url }, options).then((socket) => {
        if (!secure) return callback(null, socket);
        const { host: _, port: __, ...more } = to;
        const servername = isIP(host) === 0 ? { servername: host } : {};
        callback(null, connect({ ...more, ...servername, socket }));
      }).catch(callback);
    },
  });
}

type Callback = (error: Error | null, stream?: unknown) => void;
