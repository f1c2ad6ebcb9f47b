/**
 * Writes `cli/tutorial/chapters.json` from the names of the examples: `deno task tutorial`.
 * @module
 */

const EXAMPLES = new URL("../examples/", import.meta.url);
const CHAPTERS = new URL("../cli/tutorial/chapters.json", import.meta.url);

/**
 * Lists the examples, without the extensions of their files.
 *
 * @returns Text of `cli/tutorial/chapters.json`.
 */
export function chaptersText(): string {
  const names = [...Deno.readDirSync(EXAMPLES)].map(({ name }) => name)
    .filter((name) => /^\d+_.*\.ts$/.test(name)).sort();
  return `${JSON.stringify(names.map((name) => name.slice(0, -3)), null, 2)}\n`;
}

if (import.meta.main) await Deno.writeTextFile(CHAPTERS, chaptersText());
