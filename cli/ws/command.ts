/**
 * `roundtrip ws`: lines in, messages out.
 * @module
 */
import type { ParsedArgs } from "../parse_args.ts";
import { UsageError } from "../usage_error.ts";

/**
 * Runs the subcommand.
 *
 * @param parsed Its options and arguments.
 * @returns Exit code.
 */
export async function run(parsed: ParsedArgs): Promise<number> {
  const [url, ...items] = parsed.positionals;
  const port = parsed.number("server", { max: 65535 }) ?? parsed.number("port", { max: 65535 });
  if (port !== undefined) {
    if (url !== undefined) throw new UsageError(`-s serves, so there is no URL: ${url}`);
    return await (await import("./server.ts")).broadcast(parsed, port);
  }
  if (parsed.has("text") && parsed.has("binary")) {
    throw new UsageError("-t and -b: a message is text or binary; give one of them");
  }
  if (url === undefined) throw new UsageError("the URL is missing: roundtrip ws :8080/path");
  if (parsed.has("restrict-uri")) throw new UsageError("--restrict-uri goes with -s PORT");
  if (parsed.has("hostname")) throw new UsageError("--hostname goes with -s PORT");
  return await (await import("./client.ts")).converse(parsed, url, items);
}
