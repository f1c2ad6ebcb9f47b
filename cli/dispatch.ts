import type { CommandSpec } from "./specs/command_spec.ts";
import { addEnvironment } from "./args/environment_options.ts";
import { parseArgs, type ParsedArgs } from "./args/parse_args.ts";

/** The modules of a subcommand, loaded on demand: its specification, and the one that runs it. */
export type Loadable = readonly [
  spec: () => Promise<Readonly<Record<string, CommandSpec>>>,
  command: () => Promise<{ run(parsed: ParsedArgs, args: readonly string[]): Promise<number> }>,
];

/** Parses the arguments, answers `--help`, and runs the subcommand; its library is loaded last. */
export async function dispatch(
  name: string,
  [specification, command]: Loadable,
  args: readonly string[],
): Promise<number> {
  const spec = (await specification())[name] as CommandSpec;
  const defaults = name === "request"
    ? await (await import("./request/config_file.ts")).defaultOptions()
    : [];
  const parsed = parseArgs(spec, [...defaults, ...args]);
  if (parsed.has("version") || parsed.has("help")) {
    const { writeOut } = await import("./io/output.ts");
    const { versionText } = await import("./io/version.ts");
    const { shortHelp } = await import("./help/help.ts");
    await writeOut(parsed.has("version") ? versionText() : shortHelp(spec));
    return 0;
  }
  addEnvironment(spec, parsed);
  return await (await command()).run(parsed, args);
}
