import { command, option, type OptionName } from "./command_spec.ts";

export const routes = command({
  name: "routes",
  summary: "list the routes of an application",
  usage: "routes [--openapi] MODULE[:NAME] [ARGS...]",
  options: [
    option("--openapi", "print the OpenAPI document"),
  ],
  positionals: 1,
  passOn: true,
  completes: "files",
  usageCode: 2,
});

export type RoutesOption = OptionName<typeof routes>;
