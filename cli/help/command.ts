import { longHelp, overview } from "./help.ts";
import { writeOut } from "../io/output.ts";
import { meant } from "../args/suggest.ts";
import { COMMANDS, GLOBAL_OPTIONS } from "../specs/mod.ts";
import { badArgument, UsageError } from "../errors/errors.ts";
import { VERSION } from "../io/version.ts";

export async function run(args: readonly string[]): Promise<number> {
  const [first, second] = args;
  if (first === "--generate" || first?.startsWith("--generate=")) {
    await writeOut(await generate(first === "--generate" ? second : first.slice(11)));
    return 0;
  }
  if (first === undefined || first === "--help") {
    await writeOut(overview());
    return 0;
  }
  const spec = COMMANDS.find((each) => each.name === first);
  if (spec === undefined) {
    const names = COMMANDS.map((each) => each.name);
    const advice = meant(first, names, `subcommands are ${names.join(", ")}`);
    throw new UsageError(`no subcommand "${first}"; ${advice}`);
  }
  await writeOut(longHelp(spec));
  return 0;
}

const KINDS = GLOBAL_OPTIONS.find(({ long }) => long === "generate")?.choices ?? [];

async function generate(kind: string | undefined): Promise<string> {
  if (kind === "man") return (await import("./man_page.ts")).manPage(VERSION);
  if (kind === "man-markdown") return (await import("./man_markdown.ts")).manMarkdown(VERSION);
  const shells = await import("./completions.ts");
  if (kind === "complete-bash") return shells.completeBash();
  if (kind === "complete-zsh") return shells.completeZsh();
  if (kind === "complete-fish") return shells.completeFish();
  if (kind === "complete-elvish") return shells.completeElvish();
  const what = kind === undefined ? "expected" : `"${kind}" is not`;
  throw badArgument("generate", `${what} one of ${KINDS.join(", ")}`);
}
