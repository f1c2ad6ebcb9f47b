/** Element of one proxy: `for`, `by`, `host`, `proto` and extensions, by lower-case name. */
export type Forwarded = Readonly<Record<string, string>>;

// RFC 7239 section 4: ";" joins pairs, "," joins proxies. The grammar has no port after a bare
// token; it is common, so it is accepted, as in aiohttp.
const PAIR =
  /[ \t]*([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~\w-]+(?::\d{1,5})?))[ \t]*([;,]|$)/y;

/** Parses the header, a record a proxy, the client's first; a malformed pair ends its element. */
export function parseForwarded(header: string | null): readonly Forwarded[] {
  if (header === null) return [];
  const proxies: Forwarded[] = [];
  let current: Record<string, string> = Object.create(null);
  proxies.push(current);
  for (let at = 0; at < header.length;) {
    PAIR.lastIndex = at;
    const match = PAIR.exec(header);
    let end = match?.[4];
    if (match === null) {
      // A malformed pair may hold quotes and commas of its own; continue at the next comma.
      const comma = header.indexOf(",", at);
      if (comma < 0) break;
      at = comma + 1;
      end = ",";
    } else {
      const [, name = "", quoted, token = ""] = match;
      current[name.toLowerCase()] = quoted === undefined ? token : quoted.replace(/\\(.)/g, "$1");
      at = PAIR.lastIndex;
    }
    if (end === "," && at < header.length) {
      current = Object.create(null);
      proxies.push(current);
    }
  }
  return proxies;
}
