/**
 * A WebSocket route in one line.
 * @module
 */
import type { Handler } from "../request/middleware.ts";
import type { ServerRequest } from "../request/request.ts";
import { WebSocketResponse, type WebSocketResponseOptions } from "./websocket_response.ts";

/**
 * Talks to one client.
 *
 * @typeParam T What `receiveJson()` gives: the output of the schema.
 * @typeParam Params Match info of the route.
 */
export type WebSocketHandler<T = unknown, Params = Record<string, string>> = (
  socket: WebSocketResponse<T>,
  request: ServerRequest<Params>,
) => void | Promise<void>;

/**
 * Makes a handler of a function that talks to one client: the handshake is done before it is
 * called, and the socket is closed when it returns.
 *
 * @typeParam T What `receiveJson()` gives: the output of the schema.
 * @typeParam Params Match info of the route.
 * @param handler Talks to the client.
 * @param options Subprotocols, origins, limits.
 * @returns The handler of a route.
 * @throws {NotSupportedError} If an option asks for what the platform cannot do.
 *
 * @example
 * ```ts
 * import { web, WSMsgType } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/echo", web.webSocket(async (socket) => {
 *   for await (const message of socket) {
 *     if (message.type === WSMsgType.TEXT) await socket.sendStr(message.data);
 *   }
 * }))]);
 * const response = await app.fetch(new Request("http://localhost/echo"));
 * console.assert(response.status === 400); // that was no handshake
 * ```
 */
export function webSocket<T = unknown, Params = Record<string, string>>(
  handler: WebSocketHandler<T, Params>,
  options: WebSocketResponseOptions<T> = {},
): Handler<Params> {
  // What is wrong with the options is told where the route is made, not at the first request.
  new WebSocketResponse(options);
  return async (request) => {
    const socket = new WebSocketResponse(options);
    await socket.prepare(request);
    await handler(socket, request);
    return socket;
  };
}
