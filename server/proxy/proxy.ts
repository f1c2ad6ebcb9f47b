import { isToken } from "../../http/headers/header_params.ts";
import { OptionTable } from "../../http/options.ts";
import { HTTPBadGateway, HTTPGatewayTimeout } from "../exceptions/replies.ts";
import { mutableResponse } from "../request/mutable_response.ts";
import type { ServerRequest } from "../request/request.ts";
import type { WebSocketResponse } from "../websocket/websocket_response.ts";
import { removeHopByHop } from "../../http/http1/hop_by_hop.ts";
import { relaySocket } from "./socket_relay.ts";

/** Options of {@linkcode proxy}. */
export interface ProxyOptions {
  /** Sends the request, but no WebSocket: `fetch` of another application. @default {fetch} */
  readonly fetch?: (request: Request) => Response | Promise<Response>;
  /** Headers that override those of the client. */
  readonly headers?: HeadersInit;
  /** Timeout for the reply's head or an open WebSocket, in ms; 0 for no limit. @default {60000} */
  readonly timeout?: number;
}

const PROXY_OPTIONS = new OptionTable<ProxyOptions>({
  fetch: "a function",
  headers: "a map or a list of pairs",
  timeout: "a number",
});

/**
 * Forwards a request to a URL of another server, such as `http://localhost:9000${request.relUrl}`:
 * bodies are streamed both ways, redirects go to the client, WebSockets are connected. The server
 * gets the client's headers without hop-by-hop ones, `Forwarded` and `X-Forwarded-*`.
 * @throws {HTTPBadGateway} If the upstream server cannot be reached.
 * @throws {HTTPGatewayTimeout} If it does not answer in time.
 * @throws {TypeError} If the URL is not http or https, or an option is unknown.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const options = { fetch: () => new Response("hi") }; // the network by default
 * const app = new web.Application();
 * app.addRoutes([web.get("/hi", (request) => web.proxy(request, "http://behind/hi", options))]);
 * console.assert(await (await app.request("/hi")).text() === "hi");
 * ```
 */
export async function proxy<Params>(
  request: ServerRequest<Params>,
  url: string | URL,
  options: ProxyOptions = {},
): Promise<Response | WebSocketResponse> {
  PROXY_OPTIONS.check("web.proxy()", options);
  const { timeout = 60_000 } = options;
  const target = URL.parse(url);
  if (target === null || !/^https?:$/.test(target.protocol)) {
    throw new TypeError(`Cannot proxy to "${url}": expected a URL of http or https`);
  }
  const isSocket = request.headers.get("upgrade")?.trim().toLowerCase() === "websocket";
  const headers = forwardHeaders(request, options.headers);
  if (isSocket) return await relaySocket(request, target, headers, timeout);
  const send = options.fetch ?? fetch;
  // fetch() would decode compressed replies, which only costs time.
  if (send === fetch) headers.set("accept-encoding", "identity");
  const late = new AbortController();
  const timer = timeout === 0 ? undefined : setTimeout(() => late.abort(), timeout);
  const body = await bodyOf(request);
  try {
    const forwarded = new Request(target, {
      method: request.method,
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.any([request.signal, late.signal]),
      ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
    });
    const response = mutableResponse(await send(forwarded), send !== fetch);
    removeHopByHop(response.headers);
    return response;
  } catch (cause) {
    if (late.signal.aborted) {
      throw new HTTPGatewayTimeout({ text: "504: the upstream server did not answer", cause });
    }
    if (!request.signal.aborted) {
      request.app.logger.error(`Cannot proxy to ${target.origin}`, cause);
    }
    throw new HTTPBadGateway({ text: "502: the upstream server cannot be reached", cause });
  } finally {
    clearTimeout(timer);
  }
}

/** The body, even if a middleware has read it. */
async function bodyOf<Params>(request: ServerRequest<Params>): Promise<BodyInit | null> {
  const { method, headers, raw, contentLength } = request;
  if (method === "GET" || method === "HEAD" || raw.body === null || contentLength === 0) {
    return null;
  }
  // RFC 9112 section 6.3: no body without these headers; HTTP/2 has them only with a stream.
  const hasBody = contentLength !== null || headers.has("transfer-encoding") ||
    /^(?:POST|PUT|PATCH)$/.test(method);
  if (!hasBody) return null;
  return request.canReadBody ? raw.body : await request.read();
}

function forwardHeaders<Params>(
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
