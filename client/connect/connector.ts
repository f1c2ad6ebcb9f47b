/**
 * How a session connects.
 * @module
 */
import { NotSupportedError } from "../../http/not_supported_error.ts";
import { OptionTable } from "../../http/options.ts";
import { parseUrl } from "../../http/since_node_20.ts";
import { ipVersion } from "./ip_version.ts";

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
   * `http2: true` and where Deno's sockets are missing. @default {"sockets"}
   */
  readonly transport?: "sockets" | "fetch" | undefined;
  /** Certificates to trust beside the system's, each a PEM text. @default {[]} */
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
  /** Connect to addresses of IPv4 or IPv6 alone, 4 or 6; 0 for both. Sockets only. @default {0} */
  readonly family?: 0 | 4 | 6 | undefined;
  /**
   * Gives the IP addresses of a host, aiohttp's `resolver`; `null` leaves the host to the system.
   * Several are tried by turns, a quarter of a second apart (RFC 8305). Sockets only.
   */
  readonly resolve?: ResolveHost | undefined;
  /**
   * How long the addresses of a host are kept, in ms; 0 looks each connection's host up. Where it is
   * left out, a program that may connect to some hosts alone (`--allow-net=host`) leaves names to the
   * platform, which keeps nothing. Sockets only. @default {10000}
   */
  readonly dnsCache?: number | undefined;
  /**
   * Whether certificates have to be valid. With `false` anyone on the way can read and change what is
   * sent; a session says so by `console.warn()`. Sockets only. @default {true}
   */
  readonly verify?: boolean | undefined;
  /**
   * SHA-256 of the one certificate that the servers may show, 64 hexadecimal digits with or without
   * colons, aiohttp's `Fingerprint`; authority, name and time count no more. Sockets only.
   */
  readonly fingerprint?: string | undefined;
  /** Name that the servers' certificates have to be for, in place of the URL's. Sockets only. */
  readonly serverName?: string | undefined;
  /**
   * Whether `response.connection.tls` has version, cipher and certificate. Deno's own TLS does not
   * tell, so that of `node:tls` is taken, at half its speed. Sockets only. @default {false}
   */
  readonly tlsInfo?: boolean | undefined;
}

/**
 * Gives the IP addresses of a host.
 *
 * @param host The name, or an address, as the URL has it.
 * @param port The port that will be connected to.
 * @returns Addresses in the order in which they are tried; `null` for what the system knows.
 */
export type ResolveHost = (
  host: string,
  port: number,
) => readonly string[] | null | Promise<readonly string[] | null>;

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

/** Options that only the transport over sockets has. */
const SOCKETS_ONLY = [
  ...["family", "resolve", "dnsCache", "verify", "fingerprint", "serverName", "tlsInfo"] as const,
];

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
  readonly family: 0 | 4 | 6;
  readonly resolve: ResolveHost | null;
  /** `null` where it was left out. */
  readonly dnsCache: number | null;
  readonly verify: boolean;
  /** 64 digits in lower case. */
  readonly fingerprint: string | null;
  readonly serverName: string | null;
  readonly tlsInfo: boolean;
}

const PROXY_SCHEMES = new Set(["http:", "https:", "socks5:", "socks5h:", "unix:"]);

/**
 * Completes a connector's options.
 *
 * @throws {RangeError} If a limit is no whole number from 0 on, or `family` no version of IP.
 * @throws {TypeError} If the proxy is no URL of a known scheme, the fingerprint is none, one of `cert` and `key` misses, or
 * one of `caCerts` is no PEM text.
 */
export function resolveConnector(options: ConnectorOptions = {}): ResolvedConnector {
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
  const { cert = null, key = null, localAddress = null } = options;
  if (localAddress !== null && ipVersion(localAddress) === 0) {
    throw new TypeError(
      `Cannot use connector.localAddress "${localAddress}": expected an IP address`,
    );
  }
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

/**
 * Refuses what `fetch` cannot do.
 *
 * @throws {NotSupportedError} If one of them is only for sockets.
 */
export function refuseForFetch(options: ConnectorOptions = {}): void {
  for (const name of SOCKETS_ONLY) {
    if (options[name] === undefined) continue;
    throw new NotSupportedError(
      `connector.${name}`,
      'fetch has no such thing; connector.transport "sockets" has, without http2',
    );
  }
}

/**
 * Checks the URL of a proxy.
 *
 * @throws {TypeError} If it is no URL of a known scheme.
 */
export function checkProxy(proxy: string | URL): string {
  const url = parseUrl(`${proxy}`);
  if (url === null || !PROXY_SCHEMES.has(url.protocol)) {
    // The text may hold a password, so it is not shown.
    throw new TypeError(
      "Cannot use the proxy: expected a URL with http, https, socks5, socks5h or unix" +
        (url === null ? "" : `, not ${url.protocol.slice(0, -1)}`),
    );
  }
  return url.href;
}
