import type { ParsedArgs } from "../args/parse_args.ts";
import type { WsOption } from "../specs/ws.ts";
import { UsageError } from "../errors/usage_error.ts";

// Options that only apply when connecting. --wait includes -E, and --verify includes -k.
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

export async function run(parsed: ParsedArgs<WsOption>): Promise<number> {
  const [url, ...items] = parsed.positionals;
  if (parsed.has("text") && parsed.has("binary")) {
    throw new UsageError("-t and -b exclude each other");
  }
  const port = parsed.number("server", { max: 65535 }) ?? parsed.number("port", { max: 65535 });
  if (port !== undefined) {
    if (url !== undefined) throw new UsageError(`-s takes no URL: ${url}`);
    for (const each of CLIENT_ONLY) {
      if (parsed.has(each)) throw new UsageError(`--${each} cannot be used with -s`);
    }
    return await (await import("./server.ts")).broadcast(parsed, port);
  }
  if (url === undefined) throw new UsageError("the URL is missing: roundtrip ws :8080/path");
  if (parsed.has("restrict-uri")) throw new UsageError("--restrict-uri goes with -s PORT");
  if (parsed.has("hostname")) throw new UsageError("--hostname goes with -s PORT");
  return await (await import("./client.ts")).converse(parsed, url, items);
}
