// `Link` headers (RFC 8288).

export interface LinkHeader {
  /** Target URI as it stands in the header. */
  readonly target: string;
  /** Parameters by lower-case name, such as `rel` and `title`; the first of a name counts. */
  readonly params: ReadonlyMap<string, string>;
}

// `;`, a name, and an optional `=` with a quoted string or a text up to `;` or `,`.
const PARAMETER = /\s*;\s*([^\s=;,"]*)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/y;

/** The links of a `Link` header, several lines joined by commas; malformed ones are left out. */
export function parseLinkHeader(header: string | null): LinkHeader[] {
  const links: LinkHeader[] = [];
  if (header === null) return links;
  let at = 0;
  for (;;) {
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
      if (name === "" || params.has(name)) continue;
      params.set(name, match[2]?.replace(/\\(.)/g, "$1") ?? match[3] ?? "");
    }
    links.push({ target: header.slice(open + 1, close).trim(), params });
    const comma = header.indexOf(",", at);
    if (comma < 0) return links;
    at = comma + 1;
  }
}
