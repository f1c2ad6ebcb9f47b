import { parseLinkHeader } from "../../http/headers/link_header.ts";
import { parseUrl } from "../../http/since_node_20.ts";

/** A link of a response. */
export interface ResponseLink {
  /** Absolute target URL. */
  readonly url: URL;
  /** Parameters by lower-case name. */
  readonly params: ReadonlyMap<string, string>;
}

/** Lists the links of a response by relation type, or by target without one. */
export function responseLinks(headers: Headers, base: URL): ReadonlyMap<string, ResponseLink> {
  const links = new Map<string, ResponseLink>();
  for (const { target, params } of parseLinkHeader(headers.get("link"))) {
    const url = parseUrl(target, base);
    if (url === null) continue;
    // One link may have several relations (RFC 8288 section 3.3).
    const names = params.get("rel")?.split(/\s+/) ?? [target];
    for (const name of names) if (!links.has(name)) links.set(name, { url, params });
  }
  return links;
}
