import { command, option, type OptionName } from "./command_spec.ts";

export const tutorial = command({
  name: "tutorial",
  summary: "the examples: list, show, run",
  usage: "tutorial [N] [--run [ARGS...]]",
  options: [
    option("-r, --run", "run the example with the arguments that follow"),
  ],
  positionals: 1,
  passOn: true,
  completes: "nothing",
});

export type TutorialOption = OptionName<typeof tutorial>;
