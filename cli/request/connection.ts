/**
 * How a request connects, by its options and by the environment.
 * @module
 */
import { isIP } from "node:net";
import type { Transport } from "../../client/mod.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { certificatesOf } from "../connecting/certificates.ts";
import { UsageError } from "../errors/usage_error.ts";
import { socketTransport, type Times } from "./socket_transport.ts";

/**
 * Makes the transport.
 *
 * @param parsed Options.
 * @param times Where the times of the last hop are kept.
 * @throws {UsageError} If an option's value is none, or a file that it names cannot be read.
 */
export async function transportOf(parsed: ParsedArgs, times: Times): Promise<Transport> {
  const socketPath = parsed.value("unix-socket") ?? null;
  if (socketPath !== null && parsed.has("proxy")) {
    throw new UsageError("--unix-socket is a connection to this machine: --proxy cannot have it");
  }
  const connectTimeout = parsed.number("connect-timeout", { max: 2_000_000, fraction: true });
  return socketTransport({
    ...await certificatesOf(parsed),
    socketPath,
    proxyFor: proxies(parsed.all("proxy")),
    addresses: addressesOf(parsed.all("resolve")),
    family: parsed.has("ipv4") ? 4 : parsed.has("ipv6") ? 6 : 0,
    localAddress: localAddressOf(parsed.value("interface")),
    connectTimeout: connectTimeout ? connectTimeout * 1000 : null,
  }, times);
}

const SCHEMES = /^(?:https?|socks5h?):$/;

/** `http:URL` and `https:URL` are for URLs of that scheme, `all:URL` and `URL` alone for all. */
function proxies(values: readonly string[]): (url: URL) => URL | null | undefined {
  const byScheme = new Map<string, URL | null>();
  for (const value of values) {
    const [, scheme = "all", rest = value] = /^(https?|all):(?!\/\/)(.*)$/.exec(value) ?? [];
    const proxy = rest === "" ? null : proxyOf(rest);
    for (const each of scheme === "all" ? ["http:", "https:"] : [`${scheme}:`]) {
      byScheme.set(each, proxy);
    }
  }
  return (url) => byScheme.get(url.protocol);
}

function proxyOf(text: string): URL {
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (url !== null && url.hostname !== "" && SCHEMES.test(url.protocol)) return url;
  // The text may hold a password, so it is not shown.
  const scheme = url === null ? "" : `, not ${url.protocol.slice(0, -1)}`;
  throw new UsageError(
    `argument --proxy: expected http://HOST:PORT, https:, socks5: or socks5h:${scheme}`,
  );
}

/**
 * Reads the values of `--resolve`.
 *
 * @param values `HOST:ADDRESS` or `HOST:PORT:ADDRESS` each.
 * @returns Addresses by `HOST:PORT`, with `*` for every port.
 * @throws {UsageError} If one of them is none.
 */
export function addressesOf(values: readonly string[]): Map<string, string> {
  const addresses = new Map<string, string>();
  for (const value of values) {
    const [, host = "", port, rest = ""] = /^([^:]+):(?:(\d+):)?(.+)$/.exec(value) ?? [];
    const address = rest.replace(/^\[(.*)\]$/, "$1");
    if (host === "" || isIP(address) === 0) {
      throw new UsageError(
        `argument --resolve: "${value}" is not HOST:ADDRESS or HOST:PORT:ADDRESS`,
      );
    }
    addresses.set(`${host.toLowerCase()}:${port ?? "*"}`, address);
  }
  return addresses;
}

function localAddressOf(value: string | undefined): string | null {
  if (value === undefined || isIP(value) !== 0) return value ?? null;
  const own = Deno.networkInterfaces().find((each) => each.name === value);
  if (own !== undefined) return own.address;
  throw new UsageError(
    `argument --interface: "${value}" is neither an address nor an interface of this machine`,
  );
}
