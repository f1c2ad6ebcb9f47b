/**
 * Writes `cli/tutorial/chapters.ts` from the names of the examples: `deno task tutorial`.
 * @module
 */

const EXAMPLES = new URL("../examples/", import.meta.url);
const CHAPTERS = new URL("../cli/tutorial/chapters.ts", import.meta.url);

/**
 * Makes the list of examples, with the imports that put them into the command's module graph.
 *
 * @returns Text of `cli/tutorial/chapters.ts`.
 */
export function chaptersModule(): string {
  const examples = [...Deno.readDirSync(EXAMPLES)].map(({ name }) => name)
    .filter((name) => /^\d+_.*\.ts$/.test(name)).sort();
  const chapters = examples.map((name) =>
    `  chapter("${name}", () => import("../../examples/${name}")),\n`
  );
  return `// Written by \`deno task tutorial\` from the folder examples/; a test compares them.
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
`;
}

if (import.meta.main) await Deno.writeTextFile(CHAPTERS, chaptersModule());
