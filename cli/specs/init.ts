// Options of `roundtrip init`.
import { command, type OptionName } from "./command_spec.ts";

export const init = command({
  name: "init",
  summary: "make a project: app, test, container, CI",
  usage: "init [NAME]",
  description: [
    "Makes an application with a test in the folder NAME, or in this folder: app.ts, main.ts, " +
    "app_test.ts, deno.json with the tasks dev, start, test and ok, a Dockerfile, and a workflow " +
    "for GitHub. Existing files are not overwritten.",
  ],
  options: [],
  examples: [["roundtrip init blog && cd blog && deno task ok", "make a project and test it"]],
  positionals: 1,
  completes: "folders",
});

export type InitOption = OptionName<typeof init>;
