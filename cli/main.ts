/**
 * The `roundtrip` command: runs applications, serves folders, sends requests, talks WebSocket.
 *
 * Run it with `deno run -A jsr:@roundtrip/http/cli`, or compile it into one executable with
 * `deno task compile`.
 *
 * @example
 * ```ts no-assert ignore
 * import { main } from "@roundtrip/http/cli";
 *
 * Deno.exit(await main(["serve", "-P", "0", "./app.ts"]));
 * ```
 *
 * @module
 */
import type { Loadable } from "./dispatch.ts";
import { versionText } from "./io/version.ts";

const REQUEST: Loadable = {
  spec: async () => (await import("./specs/request.ts")).request,
  defaults: async () => await (await import("./request/config_file.ts")).defaultOptions(),
  load: () => import("./request/command.ts"),
};

// Literal specifiers, which `deno compile` can find and embed.
const SUBCOMMANDS: Readonly<Record<string, Loadable>> = {
  serve: {
    spec: async () => (await import("./specs/serve.ts")).serve,
    load: () => import("./serve/command.ts"),
  },
  routes: {
    spec: async () => (await import("./specs/routes.ts")).routes,
    load: () => import("./routes/command.ts"),
  },
  files: {
    spec: async () => (await import("./specs/files.ts")).files,
    load: () => import("./files/command.ts"),
  },
  ws: {
    spec: async () => (await import("./specs/ws.ts")).ws,
    load: () => import("./ws/command.ts"),
  },
  run: {
    spec: async () => (await import("./specs/run.ts")).run,
    load: () => import("./run/command.ts"),
  },
  httpbin: {
    spec: async () => (await import("./specs/httpbin.ts")).httpbin,
    load: () => import("./httpbin/command.ts"),
  },
  init: {
    spec: async () => (await import("./specs/init.ts")).init,
    load: () => import("./init/command.ts"),
  },
  tutorial: {
    spec: async () => (await import("./specs/tutorial.ts")).tutorial,
    load: () => import("./tutorial/command.ts"),
  },
};

/**
 * Runs the command with its arguments; returns the exit code.
 *
 * @example
 * ```ts
 * import { main } from "@roundtrip/http/cli";
 *
 * console.assert(await main(["--version"]) === 0); // the result is the exit code
 * ```
 */
export async function main(args: readonly string[]): Promise<number> {
  const [first = "", ...rest] = args;
  const own = Object.hasOwn(SUBCOMMANDS, first) ? SUBCOMMANDS[first] : undefined;
  const name = own !== undefined || first === "help" ? first : "request";
  try {
    if ((first === "--version" || first === "-V") && rest.length === 0) {
      await (await import("./io/output.ts")).writeOut(versionText());
      return 0;
    }
    if (first === "help" || args.length === 0 || /^--generate(?:=|$)/.test(first)) {
      return await (await import("./help/command.ts")).run(first === "help" ? rest : args);
    }
    const { dispatch } = await import("./dispatch.ts");
    return await dispatch(own ?? REQUEST, own === undefined ? args : rest);
  } catch (error) {
    return await (await import("./report_error.ts")).reportError(error, name, first);
  }
}

// The exit is explicit: a terminal that is still being read would keep the process alive.
if (import.meta.main) Deno.exit(await main(Deno.args));
