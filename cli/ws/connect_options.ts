import { encodeBasicAuth, type WebSocketConnectOptions } from "../../client/mod.ts";
import type { WebSocketResponseOptions } from "../../server/mod.ts";
import type { ParsedArgs } from "../args/parse_args.ts";
import type { WsOption } from "../specs/ws.ts";
import { isInteractive } from "./console.ts";
import { headerBytes, parseItem } from "../connecting/items.ts";
import { type Auth, basicOf } from "../connecting/credentials.ts";
import { VERSION } from "../io/version.ts";
import { badArgument, UsageError } from "../errors/errors.ts";

// Limit for the server's close frame when the user quits.
const CLOSE_WAIT = 2000; // ms

export function connectOptions(
  parsed: ParsedArgs<WsOption>,
  items: readonly string[],
  url: URL,
  auth: Auth | null,
): WebSocketConnectOptions {
  const headers: [string, string][] = [];
  const params: [string, string][] = [];
  for (const word of items) {
    const item = parseItem(word);
    if (item.kind === "query") params.push([item.name, item.value]);
    else if (item.kind === "header" && item.value !== null) {
      headers.push([item.name, headerBytes(item.value)]);
    } else {
      throw new UsageError(`item '${word}': a handshake takes only NAME:VALUE and NAME==VALUE`);
    }
  }
  if (auth !== null) {
    const value = auth.type === "bearer"
      ? `Bearer ${auth.value}`
      : encodeBasicAuth(basicOf(auth.value));
    headers.push(["Authorization", value]);
  }
  const agent = parsed.value("user-agent");
  if (agent !== undefined) headers.push(["User-Agent", sendable("User-Agent", agent)]);
  else if (!headers.some(([name]) => /^user-agent$/i.test(name))) {
    headers.push(["User-Agent", `roundtrip/${VERSION}`]);
  }
  const origin = parsed.value("origin");
  if (url.protocol === "http:") url.protocol = "ws:";
  if (url.protocol === "https:") url.protocol = "wss:";
  return {
    ...commonOptions(parsed),
    headers,
    params,
    timeout: { close: CLOSE_WAIT },
    autoping: !isInteractive(parsed) && !parsed.has("print-pings") && !ownPings(parsed),
    origin: origin === undefined ? undefined : sendable("Origin", origin),
  };
}

export function commonOptions(
  parsed: ParsedArgs<WsOption>,
): Pick<WebSocketResponseOptions, "protocols" | "heartbeat" | "maxMsgSize"> {
  return {
    protocols: protocolsOf(parsed),
    heartbeat: ownPings(parsed) ? undefined : parsed.ms("ping-interval"),
    maxMsgSize: parsed.number("max-size"),
  };
}

/** Whether the command sends its own pings: a heartbeat has no limit or times of its own. */
export function ownPings(parsed: ParsedArgs<WsOption>): boolean {
  return parsed.has("ping-timeout") || parsed.has("print-ping-rtts");
}

function protocolsOf(parsed: ParsedArgs<WsOption>): readonly string[] {
  const names = parsed.all("protocol");
  for (const [at, name] of names.entries()) {
    // RFC 6455 section 4.1: tokens without duplicates.
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || names.indexOf(name) !== at) {
      throw badArgument("protocol", `"${name}" is not a valid name, or is given twice`);
    }
  }
  return names;
}

function sendable(name: string, value: string): string {
  const item = parseItem(`${name}:${value}`);
  return item.kind === "header" ? headerBytes(item.value ?? "") : value;
}
