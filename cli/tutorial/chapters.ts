import { EXAMPLES } from "./examples.ts";

/** Folder of the examples: on disk, in the executable, or at a registry. */
const FOLDER = new URL("../../examples/", import.meta.url);

export interface Chapter {
  readonly number: number;
  /** Name of its file, without the extension. */
  readonly name: string;
  readonly title: string;
  text(): Promise<string>;
  load(): Promise<unknown>;
}

export const CHAPTERS: readonly Chapter[] = [
  ...Object.entries(EXAMPLES).map(([name, load]): Chapter => {
    const [number = "", ...words] = name.split("_");
    const text = () => textOf(`${name}.ts`);
    return { number: Number(number), name, title: words.join(" "), text, load };
  }),
  {
    number: Object.keys(EXAMPLES).length + 1,
    name: "playground",
    title: "playground: a page that uses all of it",
    text: () => textOf("playground/main.ts"),
    async load() {
      const { runPlayground } = await import("./playground.ts");
      await runPlayground(await import("../../examples/playground/main.ts"), textOf);
    },
  },
];

async function textOf(file: string): Promise<string> {
  const url = new URL(file, FOLDER);
  if (url.protocol === "file:") {
    // `deno compile` embeds files unchanged only if they do not look like modules.
    return await Deno.readTextFile(Deno.build.standalone ? new URL(`${url}.txt`) : url);
  }
  const response = await fetch(url);
  if (response.ok) return await response.text();
  await response.body?.cancel();
  throw new Error(`Cannot read the example: ${url} answers ${response.status}`);
}
