/**
 * Builds the package for JSR in `build/jsr`: `deno task jsr`.
 *
 * Its entries are bundles, as a third of a server's start is the loading of 340 modules. The
 * sources go along: they are the types and the documentation of the bundles.
 *
 * @module
 */
import { cp, rm } from "node:fs/promises";
import { build, stop } from "npm:esbuild@^0.28.2";

const ROOT = new URL("../", import.meta.url);
const TARGET = new URL("build/jsr/", ROOT);
const FOLDER = "dist/modules"; // as deep as the modules of cli/, from where ../../ is followed

const { exports, imports, publish, ...config } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", ROOT)),
);
const paths = Object.values<string>(exports);
const bundleOf = (path: string): string => path.replace(".", `./${FOLDER}`).replace(/ts$/, "js");

await rm(TARGET, { recursive: true, force: true });
for (const path of publish.include) {
  await cp(new URL(path, ROOT), new URL(path, TARGET), { recursive: true });
}
await build({
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
});
await stop();
for (const path of paths) {
  const bundle = new URL(bundleOf(path), TARGET);
  const source = "../".repeat(bundleOf(path).split("/").length - 2) + path.slice(2);
  const code = await Deno.readTextFile(bundle);
  await Deno.writeTextFile(bundle, `/* @ts-self-types="${source}" */\n${code}`);
}
const bundles = Object.entries<string>(exports).map(([entry, path]) => [entry, bundleOf(path)]);
const { name, version, license, compilerOptions } = config;
const entries = { exports: Object.fromEntries(bundles), imports };
const manifest = { name, version, license, ...entries, compilerOptions };
await Deno.writeTextFile(new URL("deno.json", TARGET), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(`${name} ${version} is in build/jsr; deno publish publishes it from there`);
