import type { Handler } from "../request/middleware.ts";
import type { ServerRequest } from "../request/request.ts";
import { WebSocketResponse, type WebSocketResponseOptions } from "./websocket_response.ts";

/** Serves one client. */
export type WebSocketHandler<T = unknown, Params = Record<string, string>> = (
  socket: WebSocketResponse<T>,
  request: ServerRequest<Params>,
) => void | Promise<void>;

/**
 * Creates a handler from a function that serves one client: the handshake is done before the call,
 * and the socket is closed when it returns.
 * @typeParam T Result of `receiveJson()`: the output of the schema.
 * @throws {NotSupportedError} If the platform does not support an option.
 * @example
 * ```ts
 * import { web, WSMsgType } from "@roundtrip/http";
 *
 * const echo = web.webSocket(async (socket) => {
 *   for await (const message of socket) {
 *     if (message.type === WSMsgType.TEXT) await socket.sendStr(message.data);
 *   }
 * });
 * ```
 */
export function webSocket<T = unknown, Params = Record<string, string>>(
  handler: WebSocketHandler<T, Params>,
  options: WebSocketResponseOptions<T> = {},
): Handler<Params> {
  new WebSocketResponse(options); // checks them now, not at the first request
  return async (request) => {
    const socket = new WebSocketResponse(options);
    await socket.prepare(request);
    await handler(socket, request);
    return socket;
  };
}
