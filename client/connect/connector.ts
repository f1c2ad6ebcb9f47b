import { NotSupportedError } from "../../http/not_supported_error.ts";
import { OptionTable } from "../../http/options.ts";
import { parseUrl } from "../../http/since_node_20.ts";
import { ON_DENO } from "../hop/runtime.ts";
import { ipVersion } from "./addresses.ts";

/** Options of a session's connections, aiohttp's `TCPConnector`. */
export interface ConnectorOptions {
  /** Limit of concurrent requests and open responses, 0 for no limit. @default {100} */
  readonly limit?: number | undefined;
  /** Limit per scheme, host and port. 0 for no limit. @default {0} */
  readonly limitPerHost?: number | undefined;
  /** Lifetime of an idle connection, in ms. @default {15000} */
  readonly keepAlive?: number | undefined;
  /** Whether each connection serves one request only. @default {false} */
  readonly forceClose?: boolean | undefined;
  /** Whether to allow HTTP/2 over TLS; `true` selects `fetch`. @default {true} with `fetch` */
  readonly http2?: boolean | undefined;
  /**
   * Transport: sockets, faster and with fewer limits, or `fetch`, the default with `http2: true`
   * and without sockets. @default {"sockets"}
   */
  readonly transport?: "sockets" | "fetch" | undefined;
  /** Certificates to trust in addition to the system's, in PEM format. @default {[]} */
  readonly caCerts?: readonly string[] | undefined;
  /** The client's certificate chain in PEM format, with `key`. */
  readonly cert?: string | undefined;
  /** The key of `cert` in PEM format. */
  readonly key?: string | undefined;
  /**
   * Proxy of all requests: `http://user:password@host:port`, `https:`, `socks5:` or `socks5h:`
   * (both let the proxy resolve names), or `unix:/path/to/socket` for a server on a Unix socket,
   * ignoring the URL's host. `NO_PROXY` does not apply.
   */
  readonly proxy?: string | URL | undefined;
  /** Local IP address to connect from. */
  readonly localAddress?: string | undefined;
  /** IP version to use, 4 or 6; 0 for both. Sockets only. @default {0} */
  readonly family?: 0 | 4 | 6 | undefined;
  /**
   * Resolves a host to IP addresses, aiohttp's `resolver`; `null` leaves it to the system. Several
   * addresses are tried a quarter of a second apart (RFC 8305). Sockets only.
   */
  readonly resolve?: ResolveHost | undefined;
  /**
   * Lifetime of DNS cache entries in ms; 0 disables the cache. By default, a program with
   * permission for some hosts only (`--allow-net=host`) leaves names to the platform, without a
   * cache. Sockets only. @default {10000}
   */
  readonly dnsCache?: number | undefined;
  /**
   * Whether to verify certificates; without, anyone on the network path can change the traffic, and
   * the session warns on the console. Sockets only. @default {true}
   */
  readonly verify?: boolean | undefined;
  /**
   * SHA-256 of the only accepted server certificate in hexadecimal digits, aiohttp's `Fingerprint`;
   * authority, name and validity are not checked. Sockets only.
   */
  readonly fingerprint?: string | undefined;
  /** Host name to verify certificates against, instead of the URL's. Sockets only. */
  readonly serverName?: string | undefined;
  /** Whether to set `response.connection.tls`, by the slower `node:tls`; sockets only. @default {false} */
  readonly tlsInfo?: boolean | undefined;
}

/**
 * Resolves a host to IP addresses.
 * @param host Name or address, as in the URL.
 * @returns Addresses in the order to try; `null` to use the system's resolver.
 */
export type ResolveHost = (
  host: string,
  port: number,
) => readonly string[] | null | Promise<readonly string[] | null>;

const CONNECTOR_OPTIONS = new OptionTable<ConnectorOptions>({
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
  family: "a number",
  resolve: "a function",
  dnsCache: "a number",
  verify: "true or false",
  fingerprint: "a string",
  serverName: "a string",
  tlsInfo: "true or false",
}, {
  ca: 'Write "caCerts"',
  ssl: 'Give the authorities that you trust as "caCerts"',
  rejectunauthorized: 'Give the authorities that you trust as "caCerts"; "verify" is this switch',
  keepalivetimeout: 'Write "keepAlive", in ms',
  resolver: 'Write "resolve", a function',
  ttldnscache: 'Write "dnsCache", in ms',
  usednscache: 'Write "dnsCache", 0 for none',
  serverhostname: 'Write "serverName"',
});

const SOCKETS_ONLY = [
  ...["family", "resolve", "dnsCache", "verify", "fingerprint", "serverName", "tlsInfo"] as const,
];

export type ResolvedConnector = ReturnType<typeof resolveConnector>;

const PROXY_SCHEMES = new Set(["http:", "https:", "socks5:", "socks5h:", "unix:"]);

export function resolveConnector(options: ConnectorOptions = {}) {
  CONNECTOR_OPTIONS.check("Cannot use the connector", options);
  const { limit = 100, limitPerHost = 0, keepAlive = 15_000, dnsCache = 0, family = 0 } = options;
  for (const [name, value] of Object.entries({ limit, limitPerHost, keepAlive, dnsCache })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`Cannot use connector.${name} ${value}: expected a whole number >= 0`);
    }
  }
  if (family !== 0 && family !== 4 && family !== 6) {
    throw new RangeError(`Cannot use connector.family ${family}: expected 0, 4 or 6`);
  }
  const { cert, key, localAddress = null } = options;
  if (localAddress !== null && ipVersion(localAddress) === 0) {
    throw new TypeError(
      `Cannot use connector.localAddress "${localAddress}": expected an IP address`,
    );
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError(
      "Cannot use a client certificate: connector.cert and connector.key go together",
    );
  }
  const caCerts = options.caCerts ?? [];
  for (const [at, pem] of caCerts.entries()) {
    if (/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/.test(pem)) continue; // else it is ignored
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
    identity: cert === undefined || key === undefined ? null : { cert, key },
    proxy: options.proxy === undefined ? null : checkProxy(options.proxy),
    localAddress,
    family,
    resolve: options.resolve ?? null,
    dnsCache: options.dnsCache ?? null,
    verify: options.verify ?? true,
    fingerprint: options.fingerprint === undefined ? null : digest(options.fingerprint),
    serverName: options.serverName ?? null,
    tlsInfo: options.tlsInfo ?? false,
  };
}

function digest(given: string): string {
  const digits = given.replaceAll(":", "").toLowerCase();
  if (/^[\da-f]{64}$/.test(digits)) return digits;
  throw new TypeError(
    `Cannot use connector.fingerprint "${given}": expected SHA-256 in 64 hexadecimal digits`,
  );
}

export function refuseForFetch(options: ConnectorOptions = {}): void {
  if (options.http2 && !ON_DENO) throw new NotSupportedError("connector.http2", "run it on Deno");
  for (const name of SOCKETS_ONLY) {
    if (options[name] === undefined) continue;
    throw new NotSupportedError(
      `connector.${name}`,
      'fetch has no such thing; connector.transport "sockets" has, without http2',
    );
  }
}

/** @throws {TypeError} If it is not a URL of a known scheme. */
export function checkProxy(proxy: string | URL): string {
  const url = parseUrl(`${proxy}`);
  if (url === null || !PROXY_SCHEMES.has(url.protocol)) {
    // The text may contain a password, so it is not shown.
    throw new TypeError(
      "Cannot use the proxy: expected a URL with http, https, socks5, socks5h or unix" +
        (url === null ? "" : `, not ${url.protocol.slice(0, -1)}`),
    );
  }
  return url.href;
}
