/**
 * `roundtrip ws`: lines in, messages out.
 * @module
 */
import { shortHelp } from "../help.ts";
import { writeOut } from "../output.ts";
import { parseArgs } from "../parse_args.ts";
import { ws } from "../tables/ws.ts";
import { UsageError } from "../usage_error.ts";

/**
 * Runs the subcommand.
 *
 * @param args What follows its name.
 * @returns Exit code.
 */
export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseArgs(ws, args);
  if (parsed.has("help")) {
    await writeOut(shortHelp(ws));
    return 0;
  }
  const [url, ...items] = parsed.positionals;
  const port = parsed.number("server", { max: 65535 }) ?? parsed.number("port", { max: 65535 });
  if (port !== undefined) {
    if (url !== undefined) throw new UsageError(`-s serves, so there is no URL: ${url}`);
    return await (await import("./server.ts")).broadcast(parsed, port);
  }
  if (url === undefined) throw new UsageError("the URL is missing: roundtrip ws :8080/path");
  if (parsed.has("hostname")) throw new UsageError("--hostname goes with -s PORT");
  return await (await import("./client.ts")).converse(parsed, url, items);
}
