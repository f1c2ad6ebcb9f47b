import {
  ClientConnectionError,
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
import { CommandError, missingPermission } from "../errors/errors.ts";
import { PingTimeoutError } from "./pings.ts";

/** Exit code for a connection that was lost or closed with an error. */
export const LOST = 3;

/** Whether reconnecting may help after an error. */
export function isLoss(error: unknown): error is Error {
  return error instanceof ClientConnectionError || error instanceof PingTimeoutError ||
    error instanceof WebSocketTimeoutError || isCut(error);
}

/** Whether the connection ended without a close frame (1006), an error without its own class. */
function isCut(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("WebSocket connection lost");
}

/** Adds the likely cause and the next command to an error. */
export function explained(error: unknown, parsed: ParsedArgs<WsOption>): unknown {
  if (!(error instanceof Error) || missingPermission(error) !== null) return error;
  const { message } = error;
  const fail = (text: string, exitCode = 1): CommandError =>
    new CommandError(text, { exitCode, cause: error });
  if (isCut(error)) return fail(message, LOST);
  if (error instanceof TooManyRedirectsError) {
    return fail("too many redirects; roundtrip --follow shows them", 4);
  }
  if (error instanceof WSServerHandshakeError) {
    return fail(`${message}; is this the path of a WebSocket? roundtrip shows the response`, 4);
  }
  if (error instanceof ServerTimeoutError) return fail(message, 2);
  if (error instanceof PingTimeoutError) {
    return fail(`${message}; --ping-timeout changes the limit`, 2);
  }
  if (error instanceof WebSocketTimeoutError) {
    const late = `no pong within ${error.limit / 1000} s, half of --ping-interval`;
    const isPing = message.startsWith("No PONG"); // else it does not read
    return fail(isPing ? `${late}; --ping-timeout changes the limit` : message, 2);
  }
  if (error instanceof WebSocketLimitError) return fail(`${message}; --max-size BYTES allows more`);
  if (error instanceof WebSocketProtocolError) return fail(message);
  return explainedConnection(error, parsed);
}
