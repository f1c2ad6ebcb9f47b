import type { Playground } from "./playground.ts";

/** Folder of the examples: on disk, in the executable, or at a registry. */
const EXAMPLES = new URL("../../examples/", import.meta.url);

export interface Chapter {
  readonly number: number;
  /** Name of its file, without the extension. */
  readonly name: string;
  readonly title: string;
  text(): Promise<string>;
  load(): Promise<unknown>;
}

export function chapter(file: string, load: () => Promise<unknown>): Chapter {
  const name = file.replace(/\.ts$/, "");
  const [number = "", ...words] = name.split("_");
  const text = () => textOf(file);
  return { number: Number(number), name, title: words.join(" "), text, load };
}

export function playground(number: number, load: () => Promise<Playground>): Chapter {
  return {
    number,
    name: "playground",
    title: "playground: a page that uses all of it",
    text: () => textOf("playground/main.ts"),
    async load() {
      const [module, { runPlayground }] = await Promise.all([load(), import("./playground.ts")]);
      await runPlayground(module, textOf);
    },
  };
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
