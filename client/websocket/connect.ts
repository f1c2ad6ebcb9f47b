import { NotSupportedError } from "../../http/not_supported_error.ts";
import { WebSocketChannel } from "../../http/websocket/channel.ts";
import { headersOf } from "../hop/header_list.ts";
import type { RequestOptions, SessionDefaults } from "../request/options.ts";
import type { ClientResponse } from "../response/response.ts";
import { Handshake } from "./handshake.ts";
import {
  resolveWebSocket,
  WEB_SOCKET_CONNECT_OPTIONS,
  type WebSocketConnectOptions,
} from "./options.ts";
import { ClientWebSocketResponse } from "./websocket.ts";

/** Opens a WebSocket; the handshake is a request of the session. */
export async function connectWebSocket<T>(
  defaults: SessionDefaults,
  url: string | URL,
  options: WebSocketConnectOptions<T>,
  get: (url: string, options: RequestOptions) => Promise<ClientResponse>,
): Promise<ClientWebSocketResponse<T>> {
  WEB_SOCKET_CONNECT_OPTIONS.check("session.wsConnect()", options);
  if (defaults.transport.webSockets !== true) throw noWebSockets(defaults);
  const { params, cookies, signal, origin, maxRedirects, schema = null } = options;
  const resolved = resolveWebSocket(options);
  const headers = headersOf(options.headers);
  if (origin !== undefined) headers.set("origin", origin);
  const channel = new WebSocketChannel({ ...resolved, closedReceives: 0 });
  const handshake = new Handshake(defaults, resolved, channel);
  try {
    const response = await get(`${url}`.replace(/^ws(?=s?:)/i, "http"), {
      headers,
      params,
      cookies,
      signal,
      maxRedirects,
      middlewares: [...defaults.middlewares, handshake.middleware],
      raiseForStatus: false,
      autoDecompress: true, // the error shows the body of a refusal
    });
    const { port, compress } = await handshake.finish(response);
    channel.attach(port);
    const init = { response, compress, receiveTimeout: resolved.receiveTimeout, schema };
    return new ClientWebSocketResponse(init, channel, port);
  } finally {
    handshake.close();
  }
}

function noWebSockets({ ownWay }: SessionDefaults): NotSupportedError {
  const remedies = {
    app: "requests reach the application without a connection; " +
      "serve it by web.AppRunner and connect to its URL",
    transport: "the transport's webSockets says that it opens none",
  };
  return new NotSupportedError(
    `A WebSocket in a session with ${ownWay ?? "fetch alone"}`,
    ownWay === null ? "this runtime has no sockets; use its own WebSocket" : remedies[ownWay],
  );
}
