import NAMES from "./chapters.json" with { type: "json" };
import type { Playground } from "./playground.ts";

const IS_SOURCE = import.meta.url.endsWith("/cli/tutorial/chapters.ts");
/** Folder of the examples: on disk, in the executable, or at a registry. */
const EXAMPLES = new URL("../../examples/", import.meta.url);
/** Folder of their modules, which a bundle of the command has beside this one. */
const MODULES = IS_SOURCE ? EXAMPLES : new URL("./examples/", import.meta.url);

export interface Chapter {
  readonly number: number;
  /** Name of its file, without the extension. */
  readonly name: string;
  readonly title: string;
  text(): Promise<string>;
  load(): Promise<unknown>;
}

/** The examples in order. */
export const CHAPTERS: readonly Chapter[] = [
  ...NAMES.map((name): Chapter => {
    const [number = "", ...words] = name.split("_");
    const text = () => textOf(`${name}.ts`);
    return { number: Number(number), name, title: words.join(" "), text, load: () => load(name) };
  }),
  {
    number: NAMES.length + 1,
    name: "playground",
    title: "playground: a page that uses all of it",
    text: () => textOf("playground/main.ts"),
    async load() {
      const { runPlayground } = await import("./playground.ts");
      await runPlayground(await load<Playground>("playground/main"), textOf);
    },
  },
];

function load<Module>(name: string): Promise<Module> {
  return import(new URL(`${name}.${IS_SOURCE ? "ts" : "js"}`, MODULES).href);
}

async function textOf(file: string): Promise<string> {
  const url = new URL(file, EXAMPLES);
  if (url.protocol === "file:") {
    // `deno compile` embeds files unchanged only if they do not look like modules.
    return await Deno.readTextFile(Deno.build.standalone ? new URL(`${url}.txt`) : url);
  }
  const response = await fetch(url);
  if (response.ok) return await response.text();
  await response.body?.cancel();
  throw new Error(`Cannot read the example: ${url} answers ${response.status}`);
}
