/**
 * Headers of a request and a reply on their way through a proxy.
 * @module
 */
import { isToken } from "../../http/headers/header_params.ts";
import { removeHopByHop } from "../../http/http1/hop_by_hop.ts";
import type { ServerRequest } from "../request/request.ts";

/**
 * Makes the headers that a request is forwarded with: those of the client without what belongs to
 * its connection, and `Forwarded` and `X-Forwarded-*`, where what earlier proxies wrote stays in
 * front.
 */
export function forwardHeaders<Params>(
  request: ServerRequest<Params>,
  over: HeadersInit | undefined,
): Headers {
  const headers = new Headers(request.headers);
  removeHopByHop(headers);
  // The fetch sends its own; a body goes as a stream.
  headers.delete("host");
  headers.delete("content-length");
  const { host, scheme } = request;
  const remote = request.remote ?? "unknown";
  // RFC 7239 section 6: an IPv6 address stands in brackets.
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
