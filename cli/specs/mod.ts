/**
 * All subcommands, for help, completions and the man page.
 * @module
 */
import { type CommandSpec, option } from "./command_spec.ts";
import { files, type FilesOption } from "./files.ts";
import { httpbin, type HttpbinOption } from "./httpbin.ts";
import { request, type RequestOption } from "./request.ts";
import { serve, type ServeOption } from "./serve.ts";
import { tutorial, type TutorialOption } from "./tutorial.ts";
import { ws, type WsOption } from "./ws.ts";

/** The subcommands in the order of the help; the first one is the default. */
export const COMMANDS: readonly CommandSpec[] = [request, serve, files, ws, httpbin, tutorial];

/** Long names of all options. */
export type AnyOption =
  | FilesOption
  | HttpbinOption
  | RequestOption
  | ServeOption
  | TutorialOption
  | WsOption;

/** Options without a subcommand. */
export const GLOBAL_OPTIONS: CommandSpec["options"] = [
  option("-V, --version", "version of this program and its runtime"),
  option("--generate WHAT", "print completions for a shell, or the man page", {
    choices: [
      "complete-bash",
      "complete-zsh",
      "complete-fish",
      "complete-elvish",
      "man",
      "man-markdown",
    ],
  }),
];
