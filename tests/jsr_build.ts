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
import { lateModule } from "./_late.ts";
import { run } from "./_process.ts";

const ROOT = new URL("../", import.meta.url);
const TARGET = new URL("build/jsr/", ROOT);
/** Imports of texts, which are part of their modules there: not every registry knows them. */
const TEXT_IMPORT = /^import (\w+) from "([^"]+)" with \{ type: "text" \};$/gm;
const FOLDER = "dist/modules"; // as deep as the modules of cli/, from where ../../ is followed
/** The package with the list of public suffixes, which is in the bundles, for its first use. */
const JAR = "tough-cookie";
const LATE = new URL("build/late/", ROOT);
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

// The package as a CommonJS module of its own, and modules of getters before it and node:buffer.
await Deno.mkdir(LATE, { recursive: true });
await Deno.writeTextFile(new URL("jar.ts", LATE), `export * from "${JAR}";\n`);
const bundled = await run(
  [
    Deno.execPath(),
    "bundle",
    "--quiet",
    "--format=cjs",
    "--output=build/late/jar.cjs",
    "build/late/jar.ts",
  ],
);
if (bundled.code !== 0) throw new Error(bundled.stderr);
const names = Object.keys(await import(imports[JAR]));
const late = {
  [JAR]: lateModule(names, 'require("./jar.cjs")'),
  "node:buffer": lateModule(["Buffer"], 'process.getBuiltinModule("node:buffer")'),
};
const lateFile = (name: string): string => new URL(`${name.replace(":", "_")}.cjs`, LATE).pathname;
for (const [name, source] of Object.entries(late)) await Deno.writeTextFile(lateFile(name), source);

const { outputFiles } = await build({
  absWorkingDir: ROOT.pathname,
  entryPoints: paths,
  alias: Object.fromEntries([
    ...Object.entries<string>(exports).map(([entry, path]) => [config.name + entry.slice(1), path]),
    ...Object.keys(late).map((name) => [name, lateFile(name)]),
  ]),
  external: [
    "node:*",
    ...Object.keys(imports).filter((name) => name !== JAR).flatMap((each) => [each, `${each}/*`]),
  ],
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
  await Deno.writeTextFile(path, types + text);
}
const bundles = Object.entries<string>(exports).map(([entry, path]) => [entry, bundleOf(path)]);
const { name, version, license, compilerOptions } = config;
const entries = { exports: Object.fromEntries(bundles), imports };
const manifest = { name, version, license, ...entries, compilerOptions };
await Deno.writeTextFile(new URL("deno.json", TARGET), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`${name} ${version} is in build/jsr; deno publish publishes it from there`);
