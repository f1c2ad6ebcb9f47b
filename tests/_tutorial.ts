/**
 * Writes `cli/tutorial/chapters.ts` from the examples: `deno task tutorial`.
 * @module
 */

const EXAMPLES = new URL("../examples/", import.meta.url);
const TARGET = new URL("../cli/tutorial/chapters.ts", import.meta.url);

/** A text as an expression, a line a line. */
function linesOf(text: string): string {
  const lines = text.split("\n").map((line) => `      ${JSON.stringify(line)},`);
  lines.pop(); // what follows the last line feed
  return `lines([\n${lines.join("\n")}\n    ])`;
}

/** The last chapter, with its page: run from elsewhere than a folder, it has no files of its own. */
async function playground(number: number): Promise<string> {
  const folder = new URL("playground/", EXAMPLES);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(new URL("public/", folder))) names.push(name);
  const pages = await Promise.all(
    names.sort().map(async (name) => {
      const text = await Deno.readTextFile(new URL(`public/${name}`, folder));
      return `    ${JSON.stringify(name)}: ${linesOf(text)},`;
    }),
  );
  return `  {
    number: ${number},
    name: "playground",
    title: "playground: a page that uses all of it",
    load: async () => {
      const { makeApp } = await import("../../examples/playground/main.ts");
      const { runPlayground } = await import("./playground.ts");
      await runPlayground(makeApp, PAGES);
    },
    text: ${linesOf(await Deno.readTextFile(new URL("main.ts", folder)))},
  },
];

// deno-fmt-ignore -- as it was written
const PAGES: Readonly<Record<string, string>> = {
${pages.join("\n")}
};
`;
}

/** The module that holds the examples, as text. */
export async function tutorialModule(): Promise<string> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(EXAMPLES)) {
    if (/^\d+_.*\.ts$/.test(name)) names.push(name);
  }
  const chapters: string[] = await Promise.all(
    names.sort().map(async (name) => {
      const text = await Deno.readTextFile(new URL(name, EXAMPLES));
      const stem = name.replace(/\.ts$/, "");
      const title = stem.replace(/^\d+_/, "").replaceAll("_", " ");
      return `  {
    number: ${Number(stem.split("_", 1)[0])},
    name: ${JSON.stringify(stem)},
    title: ${JSON.stringify(title)},
    load: () => import("../../examples/${name}"),
    text: ${linesOf(text)},
  },`;
    }),
  );
  chapters.push(await playground(names.length + 1));
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
${chapters.join("\n")}`;
}

if (import.meta.main) await Deno.writeTextFile(TARGET, await tutorialModule());
