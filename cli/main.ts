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

const REQUEST: Loadable = [
  () => import("./specs/request.ts"),
  () => import("./request/command.ts"),
];

// Literal specifiers, which `deno compile` can find and embed.
const SUBCOMMANDS: Readonly<Record<string, Loadable>> = {
  serve: [() => import("./specs/serve.ts"), () => import("./serve/command.ts")],
  routes: [() => import("./specs/routes.ts"), () => import("./routes/command.ts")],
  files: [() => import("./specs/files.ts"), () => import("./files/command.ts")],
  ws: [() => import("./specs/ws.ts"), () => import("./ws/command.ts")],
  run: [() => import("./specs/run.ts"), () => import("./run/command.ts")],
  httpbin: [() => import("./specs/httpbin.ts"), () => import("./httpbin/command.ts")],
  init: [() => import("./specs/init.ts"), () => import("./init/command.ts")],
  tutorial: [() => import("./specs/tutorial.ts"), () => import("./tutorial/command.ts")],
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
    return await dispatch(name, own ?? REQUEST, own === undefined ? args : rest);
  } catch (error) {
    return await (await import("./report_error.ts")).reportError(error, name, first);
  }
}

// The exit is explicit: a terminal that is still being read would keep the process alive.
if (import.meta.main) Deno.exit(await main(Deno.args));
