// Options of `roundtrip tutorial`.
import { command, option, type OptionName } from "./command_spec.ts";

export const tutorial = command({
  name: "tutorial",
  summary: "the examples: list, show, run",
  usage: "tutorial [N] [--run [ARGS...]]",
  description: [
    "Lists the built-in examples, prints example N, or runs it with ARGS.",
    "The last one, playground, opens a page on http://localhost:8080: a log-in, uploads with " +
    "progress, a chat, and the requests as the server sees them.",
  ],
  options: [
    option("-r, --run", "run the example with the arguments that follow"),
  ],
  examples: [
    ["roundtrip tutorial", "list the examples"],
    ["roundtrip tutorial 1 > request.ts", "save an example"],
    ["roundtrip tutorial 1 --run 0", "run it with the argument 0"],
    ["roundtrip tutorial playground --run", "run the playground"],
  ],
  positionals: 1,
  passOn: true,
  completes: "nothing",
});

export type TutorialOption = OptionName<typeof tutorial>;
