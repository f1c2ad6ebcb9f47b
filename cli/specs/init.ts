import { command, type OptionName } from "./command_spec.ts";

export const init = command({
  name: "init",
  summary: "make a project: app, test, container, CI",
  usage: "init [NAME]",
  options: [],
  positionals: 1,
  completes: "folders",
});

export type InitOption = OptionName<typeof init>;
