import { isToken } from "../headers/header_params.ts";

/** Hop-by-hop headers (RFC 9110 section 7.6.1), even if `Connection` does not name them. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Removes the hop-by-hop headers, including those that `Connection` names. */
export function removeHopByHop(headers: Headers): void {
  const named = (headers.get("connection") ?? "").split(",").map((each) => each.trim());
  for (const name of [...HOP_BY_HOP, ...named.filter(isToken)]) headers.delete(name);
}
