/**
 * Writes `cli/tutorial/chapters.ts` from the examples: `deno task tutorial`.
 * @module
 */

const EXAMPLES = new URL("../examples/", import.meta.url);
const TARGET = new URL("../cli/tutorial/chapters.ts", import.meta.url);

/** The module that holds the examples, as text. */
export async function tutorialModule(): Promise<string> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(EXAMPLES)) {
    if (/^\d+_.*\.ts$/.test(name)) names.push(name);
  }
  const chapters = await Promise.all(
    names.sort().map(async (name) => {
      const text = await Deno.readTextFile(new URL(name, EXAMPLES));
      const stem = name.replace(/\.ts$/, "");
      const title = stem.replace(/^\d+_/, "").replaceAll("_", " ");
      const lines = text.split("\n").map((line) => `      ${JSON.stringify(line)},`);
      lines.pop(); // what follows the last line feed
      return `  {
    number: ${Number(stem.split("_", 1)[0])},
    name: ${JSON.stringify(stem)},
    title: ${JSON.stringify(title)},
    load: () => import("../../examples/${name}"),
    text: lines([
${lines.join("\n")}
    ]),
  },`;
    }),
  );
  return `// Written by \`deno task tutorial\` from the folder examples/; a test compares the two.
/**
 * The examples.
 * @module
 */

/** An example. */
export interface Chapter {
  /** Its number. */
  readonly number: number;
  /** Name of its file, without the extension. */
  readonly name: string;
  /** What it is about. */
  readonly title: string;
  /** Its text. */
  readonly text: string;
  /** Runs it. */
  load(): Promise<unknown>;
}

function lines(text: readonly string[]): string {
  return \`\${text.join("\\n")}\\n\`;
}

// deno-fmt-ignore -- as it was written
/** All of them, in order. */
export const CHAPTERS: readonly Chapter[] = [
${chapters.join("\n")}
];
`;
}

if (import.meta.main) await Deno.writeTextFile(TARGET, await tutorialModule());
