import { command, option, type OptionName } from "./command_spec.ts";

export const routes = command({
  name: "routes",
  summary: "list the routes of an application",
  usage: "routes [--openapi] MODULE[:NAME] [ARGS...]",
  description: [
    "Imports a module as serve does, without starting its application, and lists the routes: " +
    "methods, path, name, the parts of a request that are validated, and the declared replies.",
    "With --openapi it prints the OpenAPI 3.1 document instead, with the title and servers given " +
    "to web.openapiRoutes(), if there are any.",
  ],
  options: [
    option("--openapi", "print the OpenAPI document"),
  ],
  examples: [
    ["roundtrip routes ./app.ts", "the routes of the default export"],
    ["roundtrip routes --openapi ./app.ts > openapi.json", "its OpenAPI document"],
  ],
  exitCodes: [[2, "wrong command line, module or name"]],
  positionals: 1,
  passOn: true,
  completes: "files",
  usageCode: 2,
});

export type RoutesOption = OptionName<typeof routes>;
