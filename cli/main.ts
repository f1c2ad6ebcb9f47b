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
import { VERSION } from "./version.ts";

/** What a subcommand's module gives; it is loaded when it is called. */
interface Subcommand {
  run(args: readonly string[]): Promise<number>;
}

// Literal specifiers: `deno compile` embeds what it can see.
const SUBCOMMANDS: Readonly<Record<string, () => Promise<Subcommand>>> = {
  serve: () => import("./serve/command.ts"),
  files: () => import("./files/command.ts"),
  ws: () => import("./ws/command.ts"),
  httpbin: () => import("./httpbin/command.ts"),
  tutorial: () => import("./tutorial/command.ts"),
  help: () => import("./help_command.ts"),
};

/**
 * Runs the command.
 *
 * @param args Arguments, without the program's name.
 * @returns Exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  const [first = "", ...rest] = args;
  if ((first === "--version" || first === "-V") && rest.length === 0) {
    console.log(
      `roundtrip ${VERSION} (deno ${Deno.version.deno}, v8 ${Deno.version.v8})`,
    );
    return 0;
  }
  const load = Object.hasOwn(SUBCOMMANDS, first) ? SUBCOMMANDS[first] : undefined;
  try {
    if (load !== undefined) return await (await load()).run(rest);
    if (args.length === 0 || first === "--generate" || first.startsWith("--generate=")) {
      return await (await import("./help_command.ts")).run(args);
    }
    return await (await import("./request/command.ts")).run(args);
  } catch (error) {
    return await (await import("./report_error.ts")).reportError(error, load ? first : "request");
  }
}

// The exit is explicit: a terminal that is still being read would keep the process alive.
if (import.meta.main) Deno.exit(await main(Deno.args));
