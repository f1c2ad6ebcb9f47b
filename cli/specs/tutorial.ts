/**
 * Options of `roundtrip tutorial`.
 * @module
 */
import { type CommandSpec, COMMON_OPTIONS, type OptionName } from "./command_spec.ts";

/** The subcommand. */
export const tutorial = {
  name: "tutorial",
  summary: "the examples: list, show, run",
  usage: "tutorial [N] [--run [ARGS...]]",
  description: [
    "Lists the examples that are part of this program, prints example N, or runs it with ARGS.",
    "The last one, playground, opens a page on http://localhost:8080: a log-in, uploads with " +
    "progress, a chat, and what the server sees of them.",
  ],
  options: [
    { long: "run", short: "r", help: "run the example; what follows are its arguments" },
    ...COMMON_OPTIONS,
  ],
  examples: [
    ["roundtrip tutorial", "list the examples"],
    ["roundtrip tutorial 1 > request.ts", "keep one"],
    ["roundtrip tutorial 1 --run 0", "run it, with the argument 0"],
    ["roundtrip tutorial playground --run", "run the last one, a page"],
  ],
  positionals: 1,
  passOn: true,
  completes: "nothing",
} as const satisfies CommandSpec;

/** Long names of its options. */
export type TutorialOption = OptionName<typeof tutorial>;
