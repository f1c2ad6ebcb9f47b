// Running a subcommand by its arguments.
import type { CommandSpec } from "./specs/command_spec.ts";
import { addEnvironment } from "./args/environment_options.ts";
import { parseArgs, type ParsedArgs } from "./args/parse_args.ts";

/** A subcommand that is loaded on demand. */
export interface Loadable {
  spec(): Promise<CommandSpec>;
  /** Default options, put before those of the command line. */
  defaults?(): Promise<readonly string[]>;
  load(): Promise<{ run(parsed: ParsedArgs, args: readonly string[]): Promise<number> }>;
}

/** Parses the arguments, answers `--help`, and runs the subcommand; its library is loaded last. */
export async function dispatch(subcommand: Loadable, args: readonly string[]): Promise<number> {
  const spec = await subcommand.spec();
  const defaults = await subcommand.defaults?.() ?? [];
  const parsed = parseArgs(spec, [...defaults, ...args]);
  if (parsed.has("version") || parsed.has("help")) {
    const { writeOut } = await import("./io/output.ts");
    const { versionText } = await import("./io/version.ts");
    const { shortHelp } = await import("./help/help.ts");
    await writeOut(parsed.has("version") ? versionText() : shortHelp(spec));
    return 0;
  }
  addEnvironment(spec, parsed);
  return await (await subcommand.load()).run(parsed, args);
}
