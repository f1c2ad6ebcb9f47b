/**
 * Writes `cli/tutorial/examples.ts` from the names of the examples: `deno task tutorial`.
 * @module
 */

const EXAMPLES = new URL("../examples/", import.meta.url);
const LIST = new URL("../cli/tutorial/examples.ts", import.meta.url);

/**
 * Makes the list of examples, with the imports that put them into the command's module graph.
 *
 * @returns Text of `cli/tutorial/examples.ts`.
 */
export function examplesModule(): string {
  const names = [...Deno.readDirSync(EXAMPLES)].map(({ name }) => name)
    .filter((name) => /^\d+_.*\.ts$/.test(name)).sort();
  const imports = names.map((name) =>
    `  "${name.slice(0, -3)}": () => import("../../examples/${name}"),\n`
  );
  return `// Written by \`deno task tutorial\` from the folder examples/; a test compares them.
/** Names of the examples in order, and their modules: those of the command's graph need no permission. */
// deno-fmt-ignore: a line for each, however long its name
export const EXAMPLES: Readonly<Record<string, () => Promise<unknown>>> = {
${imports.join("")}};
`;
}

if (import.meta.main) await Deno.writeTextFile(LIST, examplesModule());
