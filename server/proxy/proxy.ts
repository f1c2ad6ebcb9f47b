/**
 * A request that another server answers.
 * @module
 */
import { OptionTable } from "../../http/options.ts";
import { HTTPBadGateway, HTTPGatewayTimeout } from "../exceptions/server_errors.ts";
import { mutableResponse } from "../request/mutable_response.ts";
import type { ServerRequest } from "../request/request.ts";
import type { WebSocketResponse } from "../websocket/websocket_response.ts";
import { removeHopByHop } from "../../http/http1/hop_by_hop.ts";
import { forwardHeaders } from "./forward_headers.ts";
import { relaySocket } from "./socket_relay.ts";

/** What {@linkcode proxy} takes. */
export interface ProxyOptions {
  /**
   * Sends the request, such as `fetch` of another application; WebSockets go by the platform.
   *
   * @default the platform's `fetch`
   */
  readonly fetch?: (request: Request) => Response | Promise<Response>;
  /** Headers that replace those of the client. */
  readonly headers?: HeadersInit;
  /** Time until the reply begins, or a WebSocket is open, in ms; 0 for no limit. @default {60000} */
  readonly timeout?: number;
}

/** Names and types of the options. */
export const PROXY_OPTIONS = new OptionTable<ProxyOptions>({
  fetch: "a function",
  headers: "a map or a list of pairs",
  timeout: "a number",
});

/**
 * Lets another server answer a request: bodies are streamed both ways, redirects go to the client,
 * WebSockets are connected. The other server gets the client's headers without those of its
 * connection, and learns of the client by `Forwarded` and `X-Forwarded-For`, `-Host` and `-Proto`.
 *
 * @param request The request.
 * @param url Where it goes, with path and query: `http://localhost:9000${request.relUrl}`.
 * @param options Headers, timeout, what sends it.
 * @returns The reply, or the WebSocket of the client.
 * @throws {HTTPBadGateway} If the other server cannot be reached.
 * @throws {HTTPGatewayTimeout} If it does not answer in time.
 * @throws {TypeError} If the URL is not one of http or https, or an option is unknown.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const behind = new web.Application();
 * behind.addRoutes([web.get("/api/hi", (request) =>
 *   web.textResponse(`for ${request.headers.get("x-forwarded-host")}`))]);
 * const app = new web.Application();
 * app.addRoutes([web.route("*", "/api/{path:.*}", (request) =>
 *   web.proxy(request, `http://localhost:9000${request.relUrl}`, {
 *     fetch: behind.fetch, // left out, it goes over the network
 *   }))]);
 * console.assert(await (await app.request("/api/hi")).text() === "for localhost");
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
  // fetch() decodes what is compressed, so asking for it would only cost time.
  if (send === fetch) headers.set("accept-encoding", "identity");
  const late = new AbortController();
  const timer = timeout === 0 ? undefined : setTimeout(() => late.abort(), timeout);
  const body = await bodyOf(request);
  try {
    const reply = await send(
      new Request(target, {
        method: request.method,
        headers,
        body,
        redirect: "manual",
        signal: AbortSignal.any([request.signal, late.signal]),
        ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
      }),
    );
    const response = mutableResponse(reply, send !== fetch);
    removeHopByHop(response.headers);
    return response;
  } catch (cause) {
    if (late.signal.aborted) {
      throw new HTTPGatewayTimeout({ text: "504: the server behind did not answer", cause });
    }
    if (!request.signal.aborted) {
      request.app.logger.error(`Cannot proxy to ${target.origin}`, cause);
    }
    throw new HTTPBadGateway({ text: "502: the server behind cannot be reached", cause });
  } finally {
    clearTimeout(timer);
  }
}

/** The body, also one that a middleware has read. */
async function bodyOf<Params>(request: ServerRequest<Params>): Promise<BodyInit | null> {
  const { method, headers, raw, contentLength } = request;
  if (method === "GET" || method === "HEAD" || raw.body === null || contentLength === 0) {
    return null;
  }
  // RFC 9112 section 6.3: without these there is none, and a stream of HTTP/2 has neither.
  const hasBody = contentLength !== null || headers.has("transfer-encoding") ||
    /^(?:POST|PUT|PATCH)$/.test(method);
  if (!hasBody) return null;
  return request.canReadBody ? raw.body : await request.read();
}
