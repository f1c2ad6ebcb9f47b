import { assert, assertRejects } from "@std/assert";
import { ROOT } from "./_process.ts";

// Runs every example of the doc comments and the documents, as `deno test --doc` does, with two
// differences: a failed console.assert() is an error, and all of them share one process, which
// takes seconds instead of minutes. `deno check --doc`, which is part of `deno task ok`, looks at
// their types.

const SOURCES =
  /^(?:(?:client|server|http|cli)\/.*|[a-z_]+)\.ts$|^(?:docs\/(?:howto\/)?)?[\w.-]+\.md$/;
const BLOCK = /^([ \t]*(?:\* ?)?)```(?:ts|js|typescript|javascript)\b([^\n]*)\n([^]*?)^\1```$/gm;

interface Example {
  /** `server/routes/view.ts:19`, the start of the block. */
  readonly place: string;
  readonly code: string;
}

async function* filesOf(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}${name}`.replace("./", "");
    if (isDirectory) {
      if (/^(?:client|server|http|cli|docs)(?:\/|$)/.test(path)) yield* filesOf(`${path}/`);
    } else if (SOURCES.test(path)) yield path;
  }
}

/** The examples of a file: in doc comments of a module, or anywhere in a document. */
function examplesOf(file: string, text: string): Example[] {
  const examples: Example[] = [];
  const regions = file.endsWith(".md")
    ? [...text.matchAll(/^[^]*$/g)] // all of it
    : [...text.matchAll(/^[ \t]*\/\*\*\n[^]*?\*\/$/gm)];
  for (const region of regions) {
    for (const [whole, indent = "", attributes = "", block = ""] of region[0].matchAll(BLOCK)) {
      if (/\bignore\b/.test(attributes)) continue;
      const at = (region.index ?? 0) + region[0].indexOf(whole);
      const line = text.slice(0, at).split("\n").length;
      const margin = indent.trimEnd();
      const code = block.split("\n").map((each) =>
        each.startsWith(indent) ? each.slice(indent.length) : each.replace(margin, "")
      );
      examples.push({ place: `${file}:${line}`, code: code.join("\n") });
    }
  }
  return examples;
}

const examples: Example[] = [];
for await (const file of filesOf("./")) {
  examples.push(...examplesOf(file, await Deno.readTextFile(new URL(file, ROOT))));
}

/** A program with imports relative to the file that contains it. */
function absolute(code: string, place: string): string {
  const base = new URL(place, ROOT);
  return code.replaceAll(
    /(\bfrom |\bimport\()"(\.[^"]+)"/g,
    (_, before, path) => `${before}"${new URL(path, base)}"`,
  );
}

/** Runs a program in this process. */
async function runHere({ place, code }: Example): Promise<void> {
  const assertOfPlatform = console.assert;
  console.assert = (condition?: boolean, ...data: unknown[]) => {
    if (!condition) throw new Error(`${place}: the assertion does not hold ${data.join(" ")}`);
  };
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, `${absolute(code, place)}\nexport {};\n`);
    await import(new URL(`file://${file}`).href);
  } finally {
    console.assert = assertOfPlatform;
    await Deno.remove(file);
  }
}

Deno.test("the examples of the documentation are found", () => {
  const files = new Set(examples.map(({ place }) => place.replace(/:\d+$/, "")));
  for (const file of ["docs/limits.md", "mod.ts", "server/routes/view.ts", "client/session.ts"]) {
    assert(files.has(file), file);
  }
  assert(examples.length > 120, `${examples.length}`);
});

Deno.test("a failed assertion in an example is an error", async () => {
  const wrong = runHere({ place: "here", code: "console.assert(1 > 2);" });
  await assertRejects(() => wrong, Error, "here: the assertion does not hold");
});

for (const example of examples) Deno.test(`example of ${example.place}`, () => runHere(example));
