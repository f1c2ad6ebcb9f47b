/**
 * How a session connects.
 * @module
 */
import { OptionTable } from "../../http/options.ts";

/** Options of a session's connections, aiohttp's `TCPConnector`. */
export interface ConnectorOptions {
  /**
   * Most requests that have a connection at a time, bodies that are being read included; the others
   * wait in order. 0 for no limit. HTTP/2 may share one connection among them.
   * @default {100}
   */
  readonly limit?: number | undefined;
  /** The same for one scheme, host and port. 0 for no limit. @default {0} */
  readonly limitPerHost?: number | undefined;
  /** How long an unused connection is kept, in ms. @default {15000} */
  readonly keepAlive?: number | undefined;
  /** Whether each connection serves one request only. @default {false} */
  readonly forceClose?: boolean | undefined;
  /**
   * Whether HTTP/2 may be agreed on over TLS; `true` chooses `fetch`, because sockets talk HTTP/1.1.
   * @default {true} with `fetch`
   */
  readonly http2?: boolean | undefined;
  /**
   * What carries the bytes: the platform's `fetch`, or sockets with an HTTP/1.1 of our own, which
   * sends what `fetch` refuses, shows what it hides, and costs less. Left out, it is `fetch` with
   * `http2: true`, with `localAddress`, with `cert` and `proxy`, and where Deno's sockets are missing;
   * else sockets, but for `https:` through an `https:` proxy or on a Unix socket, or through a proxy
   * with `cert`. @default {"sockets"}
   */
  readonly transport?: "sockets" | "fetch" | undefined;
  /**
   * Certificates to trust beside the system's, each a PEM text; a WebSocket trusts these alone.
   * @default {[]}
   */
  readonly caCerts?: readonly string[] | undefined;
  /** The client's own certificate chain as a PEM text, with `key`. */
  readonly cert?: string | undefined;
  /** The key of `cert` as a PEM text. */
  readonly key?: string | undefined;
  /**
   * Proxy of all requests: `http://user:password@host:port`, `https:`, `socks5:` or `socks5h:`
   * (both let the proxy resolve names), or `unix:/path/to/socket` to talk to a server on a Unix
   * socket, whatever host the URL names. It counts whatever `NO_PROXY` says. For `https:` URLs
   * through an `http:` proxy with a password a session over `fetch` listens on the loopback
   * interface, because `fetch` would show the password to the server; not together with
   * `localAddress`.
   */
  readonly proxy?: string | URL | undefined;
  /** IP address of this machine to connect from. */
  readonly localAddress?: string | undefined;
}

/** Names and types of {@linkcode ConnectorOptions}. */
export const CONNECTOR_OPTIONS = new OptionTable<ConnectorOptions>({
  limit: "a number",
  limitPerHost: "a number",
  keepAlive: "a number",
  forceClose: "true or false",
  http2: "true or false",
  caCerts: "a list",
  cert: "a string",
  key: "a string",
  proxy: "a string or an object",
  localAddress: "a string",
  transport: "a string",
}, {
  ca: 'Write "caCerts"',
  ssl: 'Give the authorities that you trust as "caCerts"',
  rejectunauthorized:
    'Certificates are always checked: give the authorities that you trust as "caCerts"',
  verify: 'Certificates are always checked: give the authorities that you trust as "caCerts"',
  keepalivetimeout: 'Write "keepAlive", in ms',
});

/** A connector's options, complete. */
export interface ResolvedConnector {
  readonly limit: number;
  readonly limitPerHost: number;
  readonly keepAlive: number;
  readonly forceClose: boolean;
  readonly http2: boolean;
  readonly caCerts: readonly string[];
  readonly cert: string | null;
  readonly key: string | null;
  readonly proxy: string | null;
  readonly localAddress: string | null;
}

const PROXY_SCHEMES = new Set(["http:", "https:", "socks5:", "socks5h:", "unix:"]);

/**
 * Completes a connector's options.
 *
 * @param options What the caller gave.
 * @returns All of them.
 * @throws {RangeError} If a limit is no whole number from 0 on.
 * @throws {TypeError} If the proxy is no URL of a known scheme, one of `cert` and `key` misses, or
 * one of `caCerts` is no PEM text.
 */
export function resolveConnector(options: ConnectorOptions = {}): ResolvedConnector {
  CONNECTOR_OPTIONS.check("Cannot use the connector", options);
  const { limit = 100, limitPerHost = 0, keepAlive = 15_000 } = options;
  for (const [name, value] of Object.entries({ limit, limitPerHost, keepAlive })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`Cannot use connector.${name} ${value}: expected a whole number >= 0`);
    }
  }
  const { cert = null, key = null } = options;
  if ((cert === null) !== (key === null)) {
    throw new TypeError(
      "Cannot use a client certificate: connector.cert and connector.key go together",
    );
  }
  const caCerts = options.caCerts ?? [];
  for (const [at, pem] of caCerts.entries()) {
    if (/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/.test(pem)) continue; // the platform skips anything else
    throw new TypeError(
      `Cannot use connector.caCerts[${at}]: expected the text of a PEM file with a certificate`,
    );
  }
  return {
    limit,
    limitPerHost,
    keepAlive,
    forceClose: options.forceClose ?? false,
    http2: options.http2 ?? true,
    caCerts,
    cert,
    key,
    proxy: options.proxy === undefined ? null : checkProxy(options.proxy),
    localAddress: options.localAddress ?? null,
  };
}

/**
 * Checks the URL of a proxy.
 *
 * @param proxy The URL.
 * @returns The URL as text.
 * @throws {TypeError} If it is no URL of a known scheme.
 */
export function checkProxy(proxy: string | URL): string {
  const url = URL.parse(`${proxy}`);
  if (url === null || !PROXY_SCHEMES.has(url.protocol)) {
    // The text may hold a password, so it is not shown.
    throw new TypeError(
      "Cannot use the proxy: expected a URL with http, https, socks5, socks5h or unix" +
        (url === null ? "" : `, not ${url.protocol.slice(0, -1)}`),
    );
  }
  return url.href;
}
