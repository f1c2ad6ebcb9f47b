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
import { missingPermission } from "../errors/system_error.ts";
import { CommandError } from "../errors/usage_error.ts";
import { PingTimeoutError } from "./pings.ts";

/** Exit code for a connection that was lost or closed with an error. */
export const LOST = 3;

/** Whether reconnecting may help after an error. */
export function isLoss(error: unknown): error is Error {
  return error instanceof ClientConnectionError || error instanceof PingTimeoutError ||
    error instanceof WebSocketTimeoutError || isCut(error);
}

/** Whether the connection ended without a close frame (1006), an error without its own class. */
function isCut(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith("WebSocket connection lost");
}

/** Adds the likely cause and the next command to an error. */
export function explained(error: unknown, parsed: ParsedArgs<WsOption>): unknown {
  if (missingPermission(error) !== null) return error; // its message is complete
  const fail = (message: string, exitCode = 1): CommandError =>
    new CommandError(message, { exitCode, cause: error });
  if (isCut(error)) return fail(error.message, LOST);
  if (error instanceof TooManyRedirectsError) {
    return fail("too many redirects; roundtrip --follow shows them", 4);
  }
  if (error instanceof WSServerHandshakeError) {
    const advice = "is this the path of a WebSocket? roundtrip shows the response";
    return fail(`${error.message}; ${advice}`, 4);
  }
  if (error instanceof ServerTimeoutError) return fail(error.message, 2);
  if (error instanceof PingTimeoutError) {
    return fail(`${error.message}; --ping-timeout changes the limit`, 2);
  }
  if (error instanceof WebSocketTimeoutError) {
    const waited = `no pong within ${error.limit / 1000} s`;
    return fail(`${waited}, half of --ping-interval; --ping-timeout changes it`, 2);
  }
  if (error instanceof WebSocketLimitError) {
    return fail(`${error.message}; --max-size BYTES allows more`);
  }
  if (error instanceof WebSocketProtocolError) return fail(error.message);
  if (error instanceof ClientConnectorError && error.failure !== "refused") {
    return explainedConnection(error, parsed);
  }
  if (error instanceof ClientConnectionError) {
    return fail(`${error.message}; is the server running, and is the port right?`);
  }
  if (error instanceof ClientError) return fail(error.message);
  return error;
}
