/**
 * Writes `cli/tutorial/chapters.ts` and `texts.json` from the examples: `deno task tutorial`.
 * @module
 */

const EXAMPLES = new URL("../examples/", import.meta.url);
const FOLDER = new URL("../cli/tutorial/", import.meta.url);

async function namesIn(folder: URL): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) if (isFile) names.push(name);
  return names.sort();
}

async function textsOf(names: readonly string[], folder: URL): Promise<Record<string, string>> {
  const texts = await Promise.all(names.map((name) => Deno.readTextFile(new URL(name, folder))));
  return Object.fromEntries(names.map((name, i) => [name, texts[i] ?? ""]));
}

/**
 * What the command knows of the examples.
 *
 * @returns Texts of the files in `cli/tutorial/`, by name.
 */
export async function tutorialFiles(): Promise<Record<string, string>> {
  const examples = (await namesIn(EXAMPLES)).filter((name) => /^\d+_.*\.ts$/.test(name));
  const playground = new URL("playground/", EXAMPLES);
  const pages = new URL("public/", playground);
  const texts = {
    examples: {
      ...await textsOf(examples, EXAMPLES),
      ...await textsOf(["playground/main.ts"], EXAMPLES),
    },
    pages: await textsOf(await namesIn(pages), pages), // run elsewhere, it has no files of its own
  };
  const chapters = examples.map((name) =>
    `  chapter("${name}", () => import("../../examples/${name}")),\n`
  );
  return {
    "texts.json": `${JSON.stringify(texts, null, 2)}\n`,
    "chapters.ts":
      `// Written by \`deno task tutorial\` from the folder examples/; a test compares them.
/**
 * The examples.
 * @module
 */
import { type Chapter, chapter, playground } from "./chapter.ts";

/** All of them, in order. */
// deno-fmt-ignore: a line for each, however long its name
export const CHAPTERS: readonly Chapter[] = [
${chapters.join("")}  playground(${
        examples.length + 1
      }, () => import("../../examples/playground/main.ts")),
];
`,
  };
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(await tutorialFiles())) {
    await Deno.writeTextFile(new URL(name, FOLDER), text);
  }
}
