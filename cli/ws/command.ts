/**
 * `roundtrip ws`: lines in, messages out.
 * @module
 */
import type { ParsedArgs } from "../args/parse_args.ts";
import type { WsOption } from "../specs/ws.ts";
import { UsageError } from "../errors/usage_error.ts";

// What a room has no use for; --wait is -E too, and --verify is -k.
const CLIENT_ONLY: readonly WsOption[] = [
  "wait",
  "no-close",
  "one-message",
  "ping-timeout",
  "print-pings",
  "print-ping-rtts",
  "user-agent",
  "verify",
  "cert",
  "cert-key",
  "cert-key-pass",
  "bearer",
  "proxy",
  "unix-socket",
  "ignore-netrc",
  "reconnect",
];

/** Runs the subcommand. */
export async function run(parsed: ParsedArgs<WsOption>): Promise<number> {
  const [url, ...items] = parsed.positionals;
  if (parsed.has("text") && parsed.has("binary")) {
    throw new UsageError("-t and -b: a message is text or binary; give one of them");
  }
  const port = parsed.number("server", { max: 65535 }) ?? parsed.number("port", { max: 65535 });
  if (port !== undefined) {
    if (url !== undefined) throw new UsageError(`-s takes no URL: ${url}`);
    for (const each of CLIENT_ONLY) {
      if (parsed.has(each)) throw new UsageError(`--${each} is for a connection, and -s serves`);
    }
    return await (await import("./server.ts")).broadcast(parsed, port);
  }
  if (url === undefined) throw new UsageError("the URL is missing: roundtrip ws :8080/path");
  if (parsed.has("restrict-uri")) throw new UsageError("--restrict-uri goes with -s PORT");
  if (parsed.has("hostname")) throw new UsageError("--hostname goes with -s PORT");
  return await (await import("./client.ts")).converse(parsed, url, items);
}
