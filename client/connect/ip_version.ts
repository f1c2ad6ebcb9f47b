import { parseUrl } from "../../http/since_node_20.ts";

/** `isIP()` of `node:net`, which not every runtime has: 4, 6, or 0 for a name. */
export function ipVersion(host: string): 0 | 4 | 6 {
  if (/^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(host)) return 4;
  const isSix = /^[\da-f:.]+(?:%[^%]+)?$/i.test(host) && host.includes(":");
  return isSix && parseUrl(`http://[${host.replace(/%.*/, "")}]/`) !== null ? 6 : 0;
}
