import { isToken } from "../../http/headers/header_params.ts";
import { removeHopByHop } from "../../http/http1/hop_by_hop.ts";
import type { ServerRequest } from "../request/request.ts";

/** The client's headers without hop-by-hop ones, with `Forwarded` and `X-Forwarded-*`. */
export function forwardHeaders<Params>(
  request: ServerRequest<Params>,
  over: HeadersInit | undefined,
): Headers {
  const headers = new Headers(request.headers);
  removeHopByHop(headers);
  // fetch() sets its own; a body is sent as a stream.
  headers.delete("host");
  headers.delete("content-length");
  const { host, scheme } = request;
  const remote = request.remote ?? "unknown";
  // RFC 7239 section 6: an IPv6 address is in brackets.
  const node = remote.includes(":") ? `[${remote}]` : remote;
  headers.append("forwarded", `for=${quoted(node)};host=${quoted(host)};proto=${scheme}`);
  headers.append("x-forwarded-for", remote);
  headers.set("x-forwarded-host", host);
  headers.set("x-forwarded-proto", scheme);
  for (const [name, value] of new Headers(over)) headers.set(name, value);
  return headers;
}

function quoted(value: string): string {
  return isToken(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
}
