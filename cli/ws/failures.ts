/**
 * Explanations of failed connections.
 * @module
 */
import {
  ClientConnectionError,
  ClientConnectorError,
  ClientError,
  ServerTimeoutError,
  TooManyRedirectsError,
  WSServerHandshakeError,
} from "../../client/mod.ts";
import {
  WebSocketLimitError,
  WebSocketProtocolError,
  WebSocketTimeoutError,
} from "../../shared.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { WsOption } from "../specs/ws.ts";
import { explained as explainedConnection } from "../connecting/explained.ts";
import { missingPermission } from "../errors/missing_permission.ts";
import { CommandError } from "../errors/usage_error.ts";
import { PingTimeoutError } from "./pings.ts";

/** Exit code for a connection that was lost or closed with an error. */
export const LOST = 3;

/** Whether reconnecting may help after an error. */
export function isLoss(error: unknown): error is Error {
  return error instanceof ClientConnectionError || error instanceof PingTimeoutError ||
    error instanceof WebSocketTimeoutError || isCut(error);
}

/**
 * Whether the connection ended without a close frame (code 1006), an error without a class of its
 * own.
 */
function isCut(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith("WebSocket connection lost");
}

/** Adds the likely cause and the next command to an error. */
export function explained(error: unknown, parsed: ParsedArgs<WsOption>): unknown {
  if (missingPermission(error) !== null) return error; // its message is complete
  if (isCut(error)) return new CommandError(error.message, { exitCode: LOST, cause: error });
  if (error instanceof TooManyRedirectsError) {
    return new CommandError("too many redirects; roundtrip --follow shows them", {
      exitCode: 4,
      cause: error,
    });
  }
  if (error instanceof WSServerHandshakeError) {
    return new CommandError(
      `${error.message}; is this the path of a WebSocket? roundtrip shows the response`,
      { exitCode: 4, cause: error },
    );
  }
  if (error instanceof ServerTimeoutError) {
    return new CommandError(error.message, { exitCode: 2, cause: error });
  }
  if (error instanceof PingTimeoutError) {
    return new CommandError(`${error.message}; --ping-timeout changes the limit`, {
      exitCode: 2,
      cause: error,
    });
  }
  if (error instanceof WebSocketTimeoutError) {
    const waited = `no pong within ${error.limit / 1000} s`;
    return new CommandError(`${waited}, half of --ping-interval; --ping-timeout changes it`, {
      exitCode: 2,
      cause: error,
    });
  }
  if (error instanceof WebSocketLimitError) {
    return new CommandError(`${error.message}; --max-size BYTES allows more`, { cause: error });
  }
  if (error instanceof WebSocketProtocolError) {
    return new CommandError(error.message, { cause: error });
  }
  if (error instanceof ClientConnectorError && error.failure !== "refused") {
    return explainedConnection(error, parsed);
  }
  if (error instanceof ClientConnectionError) {
    return new CommandError(`${error.message}; is the server running, and is the port right?`, {
      cause: error,
    });
  }
  if (error instanceof ClientError) return new CommandError(error.message, { cause: error });
  return error;
}
