import { parseUrl } from "../../http/since_node_20.ts";

/** A link of a response. */
export interface ResponseLink {
  /** Absolute target URL. */
  readonly url: URL;
  /** Parameters by lower-case name. */
  readonly params: ReadonlyMap<string, string>;
}

// `;`, a name, and an optional `=` with a quoted string or a text up to `;` or `,`.
const PARAMETER = /\s*;\s*([^\s=;,"]*)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/y;

/** The links of `Link` headers (RFC 8288) by relation type, or by target without one. */
export function responseLinks(headers: Headers, base: URL): ReadonlyMap<string, ResponseLink> {
  const links = new Map<string, ResponseLink>();
  const header = headers.get("link") ?? "";
  for (let at = 0;;) {
    const open = header.indexOf("<", at);
    const close = open < 0 ? -1 : header.indexOf(">", open);
    if (close < 0) return links;
    const params = new Map<string, string>();
    at = close + 1;
    for (;;) {
      PARAMETER.lastIndex = at;
      const match = PARAMETER.exec(header);
      if (match === null) break;
      at = PARAMETER.lastIndex;
      const name = (match[1] ?? "").toLowerCase();
      if (name === "" || params.has(name)) continue; // the first of a name counts
      params.set(name, match[2]?.replace(/\\(.)/g, "$1") ?? match[3] ?? "");
    }
    const target = header.slice(open + 1, close).trim();
    const url = parseUrl(target, base);
    // One link may have several relations (RFC 8288 section 3.3).
    for (const name of params.get("rel")?.split(/\s+/) ?? [target]) {
      if (url !== null && !links.has(name)) links.set(name, { url, params });
    }
    const comma = header.indexOf(",", at);
    if (comma < 0) return links;
    at = comma + 1;
  }
}
