// All subcommands, for help, completions and the man page.
import { type CommandSpec, option, type OptionName } from "./command_spec.ts";
import { files } from "./files.ts";
import { httpbin } from "./httpbin.ts";
import { init } from "./init.ts";
import { request } from "./request.ts";
import { routes } from "./routes.ts";
import { run } from "./run.ts";
import { serve } from "./serve.ts";
import { tutorial } from "./tutorial.ts";
import { ws } from "./ws.ts";

const ALL = [request, run, serve, routes, files, ws, httpbin, init, tutorial] as const;

/** The subcommands in the order of the help; the first one is the default. */
export const COMMANDS: readonly CommandSpec[] = ALL;

export type AnyOption = OptionName<typeof ALL[number]>;

const SHELLS = ["bash", "zsh", "fish", "elvish"];

export const GLOBAL_OPTIONS: CommandSpec["options"] = [
  option("-V, --version", "version of this program and its runtime"),
  option("--generate WHAT", "print completions for a shell, or the man page", {
    choices: [...SHELLS.map((shell) => `complete-${shell}`), "man", "man-markdown"],
  }),
];
