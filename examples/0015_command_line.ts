// deno serve --host localhost --port 8080 examples/0015_command_line.ts
// A module for a command to serve: it exports the application, which the command above takes, and
// a function that makes one, for commands that pass arguments on.
// Ask it with: curl http://localhost:8080/ann
import { web } from "@roundtrip/http";

/** Makes the application; the arguments are what follows the module on the command line. */
export function initFunc(argv: readonly string[]): web.Application {
  const [greeting = "hello"] = argv;
  const app = new web.Application();
  app.addRoutes([
    web.get("/{name}", (request) => web.textResponse(`${greeting}, ${request.matchInfo.name}`)),
  ]);
  return app;
}

export default initFunc([]);
