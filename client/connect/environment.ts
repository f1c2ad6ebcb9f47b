// Proxies and credentials from the environment.
import { encodeBasicAuth } from "../hop/basic_auth.ts";
import { checkProxy } from "./connector.ts";
import { addressBytes, endpointOf } from "./addresses.ts";
import { netrcAuth } from "./netrc.ts";
import { nodeFs } from "../../http/node_modules.ts";
import { parseUrl } from "../../http/since_node_20.ts";
import { NODE, ON_DENO } from "../hop/runtime.ts";

export interface Environment {
  /** The URL of the proxy for a URL, `null` for none. */
  proxyFor(url: URL): string | null;
  /** The `Authorization` header for a URL, `null` for none. */
  authFor(url: URL): string | null;
}

/** Reads the environment; variables and files without permission count as missing. */
export function environmentOf(
  get: (name: string) => string | undefined = readVariable,
  readFile: (path: string) => string | null = readTextFile,
): Environment {
  let netrc: string | null | undefined;
  return {
    proxyFor: (url) => proxyFromEnvironment(url, get),
    authFor(url) {
      if (netrc === undefined) netrc = readNetrc(get, readFile);
      if (netrc === null) return null;
      const auth = netrcAuth(netrc, url.hostname);
      return auth === null ? null : encodeBasicAuth(auth);
    },
  };
}

/**
 * The proxy for a URL, unless `no_proxy` lists its host: `*`, a host, a parent domain, each with an
 * optional port, or a network such as `10.0.0.0/8`.
 */
export function proxyFromEnvironment(
  url: URL,
  get: (name: string) => string | undefined,
): string | null {
  const either = (name: string): string => get(name) || get(name.toUpperCase()) || "";
  const name = `${url.protocol.slice(0, -1)}_proxy`;
  // Under CGI, upper-case HTTP_PROXY may come from a request's Proxy header (httpoxy).
  const proxy = name === "http_proxy" && get("REQUEST_METHOD") ? get(name) : either(name);
  if (!proxy || isExcluded(url, either("no_proxy"))) return null;
  return checkProxy(proxy.includes("://") ? proxy : `http://${proxy}`);
}

function isExcluded(url: URL, list: string): boolean {
  const { hostname: host, port } = endpointOf(url);
  return list.toLowerCase().split(/[\s,]+/).some((entry) => {
    if (entry === "*") return true;
    const network = /^\[?([\da-f.:]+)\]?\/(\d{1,3})$/.exec(entry);
    if (network !== null) return isWithin(host, network[1] ?? "", Number(network[2]));
    // An IPv6 address needs brackets before a port: "::1" and "fe80::1" have none.
    const isAddress = /^[^[\]]*:[^[\]]*:/.test(entry);
    const [, name = "", only = ""] = isAddress
      ? [null, entry]
      : /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(entry) ?? [];
    const bare = name.includes(":") ? canonical(name) : name.replace(/^\*?\./, "");
    if (bare === "" || (only !== "" && only !== `${port}`)) return false;
    return host === bare || host.endsWith(`.${bare}`);
  });
}

/** Whether an address is in a network (RFC 4632 section 3.1). */
function isWithin(address: string, network: string, prefix: number): boolean {
  const [a, b] = [addressBits(address), addressBits(network)];
  if (a === null || b === null || a.length !== b.length || prefix > b.length) return false;
  return a.startsWith(b.slice(0, prefix));
}

/** The 32 or 128 binary digits of an address; `null` if it is invalid. */
function addressBits(address: string): string | null {
  if (!address.includes(":") && !/^\d+(?:\.\d+){3}$/.test(address)) return null;
  const bytes = addressBytes(address.includes(":") ? canonical(address) : address);
  return bytes.map((each) => each.toString(2).padStart(8, "0")).join("");
}

/** Normalizes an IPv6 address as in URLs: `0:0::1` is `::1`. */
function canonical(address: string): string {
  return parseUrl(`http://[${address}]/`)?.hostname.slice(1, -1) ?? address;
}

function readNetrc(
  get: (name: string) => string | undefined,
  readFile: (path: string) => string | null,
): string | null {
  const named = get("NETRC");
  if (named) return readFile(named);
  const home = get("HOME") ?? get("USERPROFILE");
  if (!home) return null;
  return readFile(`${home}/.netrc`) ?? readFile(`${home}/_netrc`);
}

/** Reads a variable if permitted, without a prompt. */
export function readVariable(name: string): string | undefined {
  if (!ON_DENO) return NODE?.env?.[name];
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}

function readTextFile(path: string): string | null {
  try {
    const isAllowed = !ON_DENO ||
      Deno.permissions.querySync({ name: "read", path }).state === "granted";
    return isAllowed ? nodeFs().readFileSync(path, "utf8") : null;
  } catch {
    return null; // missing or unreadable: ignored, as in aiohttp
  }
}
