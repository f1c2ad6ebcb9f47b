/**
 * Headers that belong to one connection.
 * @module
 */
import { isToken } from "../headers/header_params.ts";

/** Headers of one connection (RFC 9110 section 7.6.1), whatever `Connection` says. */
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

/**
 * Takes off the headers that belong to one connection, those that `Connection` names included.
 *
 * @param headers The headers; they are changed.
 */
export function removeHopByHop(headers: Headers): void {
  const named = (headers.get("connection") ?? "").split(",").map((each) => each.trim());
  for (const name of [...HOP_BY_HOP, ...named.filter(isToken)]) headers.delete(name);
}
