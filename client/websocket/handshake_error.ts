import { ClientResponseError } from "../errors/client_errors.ts";

/**
 * The server refused the WebSocket handshake; has status, headers and body of its response.
 *
 * @example
 * ```ts
 * import { ClientSession, web, WSServerHandshakeError } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/ws", () => Promise.reject(new web.HTTPForbidden()))]);
 * await using runner = new web.AppRunner(app);
 * const baseUrl = await runner.listen({ hostname: "127.0.0.1", port: 0 });
 *
 * await using session = new ClientSession({ baseUrl });
 * const error = await session.wsConnect("/ws").catch((error) => error);
 * console.assert(error instanceof WSServerHandshakeError && error.status === 403);
 * ```
 */
export class WSServerHandshakeError extends ClientResponseError {
  /** Name of the class. */
  override readonly name = "WSServerHandshakeError";
}
