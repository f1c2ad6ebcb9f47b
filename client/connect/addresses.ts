// Hosts, ports and IP addresses of URLs.
import { parseUrl } from "../../http/since_node_20.ts";

/** Host of a URL, IPv6 without brackets, and its port or that of its scheme. */
export function endpointOf(url: URL): { readonly hostname: string; readonly port: number } {
  const { hostname, port, protocol } = url;
  const usual = protocol.startsWith("socks") ? 1080 : protocol === "https:" ? 443 : 80;
  return {
    hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? usual : Number(port),
  };
}

/** Decodes percent-encoding; text with an invalid escape is returned unchanged. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // "%zz" may be a password
  }
}

/** `isIP()` of `node:net`, which not every runtime has: 4, 6, or 0 for a name. */
export function ipVersion(host: string): 0 | 4 | 6 {
  if (/^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(host)) return 4;
  const isSix = /^[\da-f:.]+(?:%[^%]+)?$/i.test(host) && host.includes(":");
  return isSix && parseUrl(`http://[${host.replace(/%.*/, "")}]/`) !== null ? 6 : 0;
}

/** The 4 or 16 bytes of an address: digits and dots, or IPv6 as in URLs, without brackets. */
export function addressBytes(address: string): number[] {
  if (!address.includes(":")) return address.split(".").map(Number);
  // URLs have at most one "::" and no dotted part.
  const [head = "", tail = ""] = address.split("::");
  const groups = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((each) => parseInt(each, 16));
  const [first, last] = [groups(head), groups(tail)];
  const zeros = new Array<number>(Math.max(0, 8 - first.length - last.length)).fill(0);
  return [...first, ...zeros, ...last].flatMap((each) => [each >> 8, each & 255]);
}
