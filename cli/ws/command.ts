import type { ParsedArgs } from "../args/parse_args.ts";
import type { OptionSpec } from "../specs/command_spec.ts";
import { ws, type WsOption } from "../specs/ws.ts";
import { UsageError } from "../errors/errors.ts";

export async function run(parsed: ParsedArgs<WsOption>): Promise<number> {
  const [url, ...items] = parsed.positionals;
  if (parsed.has("text") && parsed.has("binary")) {
    throw new UsageError("-t and -b exclude each other");
  }
  const given = (side: OptionSpec["only"]): WsOption | undefined =>
    ws.options.find((each: OptionSpec) => each.only === side && parsed.has(each.long as WsOption))
      ?.long;
  const port = parsed.number("server", { max: 65535 }) ?? parsed.number("port", { max: 65535 });
  if (port !== undefined) {
    if (url !== undefined) throw new UsageError(`-s takes no URL: ${url}`);
    // --wait includes -E, and --verify includes -k.
    const other = given("client");
    if (other !== undefined) throw new UsageError(`--${other} cannot be used with -s`);
    return await (await import("./server.ts")).broadcast(parsed, port);
  }
  if (url === undefined) throw new UsageError("the URL is missing: roundtrip ws :8080/path");
  const other = given("server");
  if (other !== undefined) throw new UsageError(`--${other} goes with -s PORT`);
  return await (await import("./client.ts")).converse(parsed, url, items);
}
