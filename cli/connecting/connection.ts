import { resolve } from "node:path";
import { socketTransport, type Transport } from "../../client/mod.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import { certificatesOf } from "./certificates.ts";
import { OLD_RUNTIME, tooOldTo } from "../errors/old_runtime.ts";
import { badArgument, UsageError } from "../errors/errors.ts";

export async function transportOf(parsed: ParsedArgs, tlsInfo: boolean): Promise<Transport> {
  const socket = unixProxy(parsed);
  const { verify, ca, identity } = await certificatesOf(parsed);
  const byScheme = proxies(parsed.all("proxy"));
  const addresses = addressesOf(parsed.all("resolve"));
  const family = parsed.has("ipv4") ? 4 : parsed.has("ipv6") ? 6 : 0;
  if (OLD_RUNTIME && identity !== null && (family !== 0 || addresses.size > 0)) {
    throw tooOldTo("send the certificate of --cert with -4, -6 or --resolve");
  }
  const transport = socketTransport({
    limit: 0,
    verify,
    tlsInfo: tlsInfo && !OLD_RUNTIME,
    caCerts: ca,
    family,
    resolve: addresses.size === 0 ? undefined : (host, port) => {
      const address = addresses.get(`${host}:${port}`) ?? addresses.get(`${host}:*`);
      return address === undefined ? null : [address];
    },
    ...identity,
  });
  return {
    webSockets: true,
    send(hop) {
      const chosen = byScheme(new URL(hop.url));
      const proxy = socket ?? (chosen === undefined ? hop.proxy : chosen?.href ?? null);
      if (OLD_RUNTIME && proxy !== null) checkOld(hop.url, proxy, !verify || identity !== null);
      return transport.send({ ...hop, proxy });
    },
    close: () => transport.close(),
  };
}

/** Refuses options that this version of the runtime does not support. */
function checkOld(url: string, proxy: string, own: boolean): void {
  if (!url.startsWith("https:")) return;
  if (proxy.startsWith("unix:")) throw tooOldTo("use https over a unix socket");
  if (proxy.startsWith("https:")) throw tooOldTo("use https through an https proxy");
  if (own) throw tooOldTo("use https through a proxy with --cert or --verify no");
}

/** Addresses of `--resolve` by `host:port`, `host:*` for all ports. */
export function addressesOf(values: readonly string[]): Map<string, string> {
  return new Map(values.map((value) => {
    const [, host = "", port = "*", rest = ""] = /^([^:]+):(?:(\d+):)?(.+)$/.exec(value) ?? [];
    const address = rest.replace(/^\[(.*)\]$/, "$1");
    // Not imported, as a request without the option takes less time to start.
    const { isIP } = globalThis.process.getBuiltinModule("node:net");
    if (isIP(address) !== 0) return [`${host.toLowerCase()}:${port}`, address];
    throw badArgument("resolve", `"${value}" is not HOST:ADDRESS or HOST:PORT:ADDRESS`);
  }));
}

/** `--unix-socket` as the URL of a proxy. */
function unixProxy(parsed: ParsedArgs): string | undefined {
  const path = parsed.value("unix-socket");
  if (path === undefined) return undefined;
  if (parsed.has("proxy")) throw new UsageError("--unix-socket and --proxy exclude each other");
  return `unix:${encodeURI(resolve(path)).replace(/[?#]/g, encodeURIComponent)}`;
}

const SCHEMES = /^(?:https?|socks5h?):$/;

/** `http:URL` and `https:URL` apply to URLs of that scheme, `all:URL` and plain `URL` to all. */
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
  // The text is not shown, as it may contain a password.
  const scheme = url === null ? "" : `, not ${url.protocol.slice(0, -1)}`;
  throw badArgument("proxy", `expected http://HOST:PORT, https:, socks5: or socks5h:${scheme}`);
}

/** Prepares the environment for `trustEnv`: `all_proxy` is the default, `.netrc` can be hidden. */
export function prepareEnvironment(netrc: boolean): void {
  // Without the permission the session does not read it either.
  if (Deno.permissions.querySync({ name: "env" }).state !== "granted") return;
  const get = (name: string): string =>
    Deno.env.get(name) || Deno.env.get(name.toUpperCase()) || "";
  const all = get("all_proxy");
  for (const name of ["http_proxy", "https_proxy"]) {
    if (all !== "" && get(name) === "") Deno.env.set(name, all);
  }
  if (!netrc) Deno.env.set("NETRC", "/dev/null");
}
