/**
 * The error of a WebSocket's opening handshake.
 * @module
 */
import { ClientResponseError } from "./errors.ts";

/** The server's reply to the handshake is no upgrade; it carries status, headers and body. */
export class WSServerHandshakeError extends ClientResponseError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "WSServerHandshakeError";
}
