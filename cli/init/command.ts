import { dirname, join } from "node:path";
import type { ParsedArgs } from "../args/parse_args.ts";
import { CommandError, unwritable } from "../errors/errors.ts";
import { writeOut } from "../io/output.ts";
import { shellWord } from "../io/shell_word.ts";
import { visibleLine } from "../io/visible_text.ts";
import type { InitOption } from "../specs/init.ts";
import { fill } from "../io/fill.ts";
import { VERSION } from "../io/version.ts";
import APP from "./project/app.ts.txt" with { type: "text" };
import TEST from "./project/app_test.ts.txt" with { type: "text" };
import CONFIGURATION from "./project/deno.json.txt" with { type: "text" };
import CONTAINER from "./project/Dockerfile.txt" with { type: "text" };
import IGNORED from "./project/dockerignore.txt" with { type: "text" };
import MAIN from "./project/main.ts.txt" with { type: "text" };
import WORKFLOW from "./project/test.yml.txt" with { type: "text" };

export async function run(parsed: ParsedArgs<InitOption>): Promise<number> {
  const [folder = "."] = parsed.positionals;
  const there = Object.keys(PROJECT).filter((path) => exists(join(folder, path)));
  if (there.length > 0) {
    throw new CommandError(`${there.join(", ")} already exist in ${folder}; nothing is changed`);
  }
  for (const [path, text] of Object.entries(PROJECT)) {
    const target = join(folder, path);
    try {
      await Deno.mkdir(dirname(target), { recursive: true });
      await Deno.writeTextFile(target, text, { createNew: true });
    } catch (cause) {
      throw unwritable(target, cause);
    }
    await writeOut(`${visibleLine(target)}\n`);
  }
  const enter = folder === "." ? "" : `cd ${shellWord(visibleLine(folder))}\n`;
  await writeOut(
    `\n${enter}deno task ok   # format, lint, types, tests\ndeno task dev  # run it\n`,
  );
  return 0;
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false; // or a folder that cannot be read, where writing fails
  }
}

/** Deno's oldest version for this package, and its own. */
const VERSIONS = { deno: "2.9.6", version: VERSION };

/** The files of a new project by their paths. */
export const PROJECT: Readonly<Record<string, string>> = {
  "app.ts": APP,
  "main.ts": MAIN,
  "app_test.ts": TEST,
  "deno.json": fill(CONFIGURATION, VERSIONS),
  "Dockerfile": fill(CONTAINER, VERSIONS),
  ".dockerignore": IGNORED,
  ".github/workflows/test.yml": fill(WORKFLOW, VERSIONS),
};
