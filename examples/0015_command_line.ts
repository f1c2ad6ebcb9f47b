// deno run --allow-net=localhost examples/0015_command_line.ts
// One module, three ways to run it. It exports an application, so a command can serve it, and a
// function that makes one, for commands that pass arguments on:
//   deno serve --host localhost --port 8080 examples/0015_command_line.ts
// Run by itself, as in the first line, it serves, asks itself and ends.
import { ClientSession, web } from "@roundtrip/http";

/** Makes the application; the arguments are what follows the module's name on the command line. */
export function initFunc(argv: readonly string[]): web.Application {
  const [greeting = "hello"] = argv;
  const app = new web.Application();
  app.addRoutes([
    web.get("/{name}", (request) => web.textResponse(`${greeting}, ${request.matchInfo.name}`)),
  ]);
  return app;
}

export default initFunc([]);

if (import.meta.main) {
  await using runner = new web.AppRunner(initFunc(["good day"]));
  const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
  await using session = new ClientSession({ baseUrl });
  await using response = await session.get("/ann");
  console.log(await response.text());
}

// Prints:
// good day, ann
