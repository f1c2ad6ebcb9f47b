/**
 * Options of `roundtrip tutorial`.
 * @module
 */
import { type CommandSpec, COMMON_OPTIONS } from "../command_table.ts";

/** The subcommand. */
export const tutorial: CommandSpec = {
  name: "tutorial",
  summary: "the examples: list, show, run",
  usage: "tutorial [N] [--run [ARGS...]]",
  description: [
    "Lists the examples that are part of this program, prints example N, or runs it with ARGS.",
  ],
  options: [
    { long: "run", short: "r", help: "run the example; what follows are its arguments" },
    ...COMMON_OPTIONS,
  ],
  examples: [
    ["roundtrip tutorial", "list the examples"],
    ["roundtrip tutorial 1 > request.ts", "keep one"],
    ["roundtrip tutorial 1 --run 0", "run it, with the argument 0"],
  ],
  positionals: 1,
  passOn: true,
  completes: "nothing",
};
