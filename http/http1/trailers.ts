import { hasControl } from "../headers/header_text.ts";
import type { FieldList } from "./header_fields.ts";

/** Headers that only make sense before the body (RFC 9110 section 6.5.1). */
const REFUSED = new Set([
  ...["transfer-encoding", "content-length", "host", "connection", "trailer", "te", "upgrade"],
  ...["cache-control", "expect", "max-forwards", "pragma", "range", "keep-alive"],
  ...["authorization", "proxy-authorization", "set-cookie", "www-authenticate"],
  ...["content-encoding", "content-type", "content-range", "location", "date", "vary"],
]);

export function checkTrailers<List extends FieldList>(trailers: List): List {
  for (const [name, value] of trailers) {
    if (REFUSED.has(name)) {
      throw new TypeError(`Cannot send "${name}" behind the body: it has to come before`);
    }
    if (hasControl(value)) throw new TypeError(`Trailer "${name}" holds a control character`);
  }
  return trailers;
}
