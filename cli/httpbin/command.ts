/**
 * `roundtrip httpbin`: go-httpbin's routes, offline.
 * @module
 */
import { runApp } from "../../server/mod.ts";
import { shortHelp } from "../help.ts";
import { explainListening, listenOptions } from "../listen.ts";
import { writeOut } from "../output.ts";
import { parseArgs } from "../parse_args.ts";
import { httpbin } from "../tables/httpbin.ts";
import { httpbinApplication } from "./application.ts";

/**
 * Runs the subcommand.
 *
 * @param args What follows its name.
 * @returns Exit code.
 */
export async function run(args: readonly string[]): Promise<number> {
  const parsed = parseArgs(httpbin, args);
  if (parsed.has("help")) {
    await writeOut(shortHelp(httpbin));
    return 0;
  }
  const options = listenOptions(parsed);
  const app = httpbinApplication({ redirectTo: parsed.all("redirect-to") });
  await explainListening(() => runApp(app, options), options);
  return 0;
}
