/**
 * An example of the tutorial.
 * @module
 */
import TEXTS from "./texts.json" with { type: "json" };
import type { MakePlayground } from "./playground.ts";

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

const EXAMPLES: Readonly<Record<string, string>> = TEXTS.examples;

/**
 * Describes a numbered example.
 *
 * @param file Name of its file, `0001_request.ts`.
 * @param load Runs it.
 * @returns The chapter.
 */
export function chapter(file: string, load: () => Promise<unknown>): Chapter {
  const name = file.replace(/\.ts$/, "");
  const [number = "", ...words] = name.split("_");
  return { number: Number(number), name, title: words.join(" "), text: textOf(file), load };
}

/**
 * Describes the playground, which brings its page along.
 *
 * @param number Its number.
 * @param load Loads its module.
 * @returns The chapter.
 */
export function playground(
  number: number,
  load: () => Promise<{ readonly makeApp: MakePlayground }>,
): Chapter {
  return {
    number,
    name: "playground",
    title: "playground: a page that uses all of it",
    text: textOf("playground/main.ts"),
    async load() {
      const [{ makeApp }, { runPlayground }] = await Promise.all([
        load(),
        import("./playground.ts"),
      ]);
      await runPlayground(makeApp, TEXTS.pages);
    },
  };
}

function textOf(file: string): string {
  const text = EXAMPLES[file];
  if (text === undefined) throw new Error(`no text of ${file}: run deno task tutorial`);
  return text;
}
