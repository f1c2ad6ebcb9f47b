import type { SocketPort } from "../../http/websocket/port.ts";
import type { ClientMiddleware } from "../hop/middleware.ts";
import type { ClientResponse } from "../response/response.ts";

export interface Opening {
  /** Innermost middlewares of the request. */
  readonly middlewares: readonly ClientMiddleware[];
  /** Creates the socket. @throws {WSServerHandshakeError} If the response is not an upgrade. */
  finish(
    response: ClientResponse,
  ): Promise<{ readonly port: SocketPort; readonly compress: boolean }>;
  /** Closes the connection if `finish()` has not used it. */
  close(): void;
}
