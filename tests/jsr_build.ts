/**
 * Builds the package for JSR in `build/jsr`: `deno task jsr`.
 *
 * Its entries are bundles, as a third of a server's start is the loading of 340 modules. The
 * sources go along: they are the types and the documentation of the bundles.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { cp, glob, rm } from "node:fs/promises";
import { build, stop } from "npm:esbuild@^0.28.2";

const ROOT = new URL("../", import.meta.url);
const TARGET = new URL("build/jsr/", ROOT);
/** Imports of texts, which are part of their modules there: not every registry knows them. */
const TEXT_IMPORT = /^import (\w+) from "([^"]+)" with \{ type: "text" \};$/gm;
const FOLDER = "dist/modules"; // as deep as the modules of cli/, from where ../../ is followed
/** Imports that are evaluated by their first use: together they take half of a start. */
const LATE = /^import \* as (?=\w+ from "(?:tough-cookie|node:buffer)")/gm;

const { exports, imports, publish, ...config } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", ROOT)),
);
const paths = Object.values<string>(exports);
const bundleOf = (path: string): string => path.replace(".", `./${FOLDER}`).replace(/ts$/, "js");

await rm(TARGET, { recursive: true, force: true });
for (const path of publish.include) {
  await cp(new URL(path, ROOT), new URL(path, TARGET), { recursive: true });
}
for await (const path of glob("cli/**/*.ts", { cwd: TARGET })) {
  const file = new URL(path, TARGET);
  const source = await Deno.readTextFile(file);
  const inlined = source.replaceAll(TEXT_IMPORT, (_, name, text) => {
    return `const ${name} = ${JSON.stringify(readFileSync(new URL(text, file), "utf8"))};`;
  });
  if (inlined !== source) await Deno.writeTextFile(file, inlined);
}
const { outputFiles } = await build({
  absWorkingDir: ROOT.pathname,
  entryPoints: paths,
  alias: Object.fromEntries(
    Object.entries<string>(exports).map(([entry, path]) => [config.name + entry.slice(1), path]),
  ),
  external: ["node:*", ...Object.keys(imports).flatMap((each) => [each, `${each}/*`])],
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "neutral",
  target: "esnext",
  outbase: ".",
  outdir: `build/jsr/${FOLDER}`,
  logLevel: "warning",
  write: false,
});
await stop();
for (const { path, text } of outputFiles) {
  const entry = paths.find((each) => path.endsWith(bundleOf(each).slice(1)));
  const source = entry === undefined ? "" : "../".repeat(entry.split("/").length) + entry.slice(2);
  const types = source === "" ? "" : `/* @ts-self-types="${source}" */\n`;
  await Deno.mkdir(new URL("./", `file://${path}`), { recursive: true });
  await Deno.writeTextFile(path, types + text.replaceAll(LATE, "import defer * as "));
}
const bundles = Object.entries<string>(exports).map(([entry, path]) => [entry, bundleOf(path)]);
const { name, version, license, compilerOptions } = config;
const entries = { exports: Object.fromEntries(bundles), imports };
const manifest = { name, version, license, ...entries, compilerOptions };
await Deno.writeTextFile(new URL("deno.json", TARGET), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`${name} ${version} is in build/jsr; deno publish publishes it from there`);
