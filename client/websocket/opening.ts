/**
 * The seam between `session.wsConnect()` and what makes a request a WebSocket.
 * @module
 */
import type { SocketPort } from "../../http/websocket/port.ts";
import type { ClientMiddleware } from "../hop/middleware.ts";
import type { ClientResponse } from "../response/response.ts";

/** A WebSocket that is being opened. */
export interface Opening {
  /** Innermost middlewares of its request. */
  readonly middlewares: readonly ClientMiddleware[];
  /**
   * Makes the socket of the request's reply.
   *
   * @returns What moves the frames, and whether messages may be compressed.
   * @throws {WSServerHandshakeError} If the reply is no upgrade.
   */
  finish(
    response: ClientResponse,
  ): Promise<{ readonly port: SocketPort; readonly compress: boolean }>;
  /** Gives up what `finish()` has not taken. */
  close(): void;
}
