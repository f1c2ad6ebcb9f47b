/**
 * Tries the npm package on every runtime, and writes the table of docs/runtimes.md,
 * in both languages: `deno task runtimes`. The runtimes come from npm, into temporary folders.
 *
 * @module
 */
import { writeTable } from "../_tables.ts";

const ROOT = new URL("../../", import.meta.url);

const RUNTIMES: readonly (readonly [name: string, packages: readonly string[]])[] = [
  ["Deno 2.4", ["deno@2.4"]],
  ["Deno 2.9", ["deno@2.9.6"]],
  ["Node 20", ["node@20"]],
  ["Node 22", ["node@22"]],
  ["Node 24", ["node@24"]],
  ["Bun", ["bun"]],
  ["workerd", ["miniflare", "esbuild"]],
];

/** The results of a runtime by feature. */
export type Results = Readonly<Record<string, string>>;

/** Runs a program and returns what it prints; it throws with what failed. */
export async function runIn(cwd: URL, program: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    signal: AbortSignal.timeout(120_000),
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
  }).output();
  const decoder = new TextDecoder();
  const printed = decoder.decode(stdout);
  if (code === 0) return printed;
  throw new Error(`${program} ${args.join(" ")}: ${printed}${decoder.decode(stderr)}`);
}

/** Builds the package and packs it; returns the path of the archive. */
export async function packed(): Promise<string> {
  await runIn(ROOT, Deno.execPath(), "run", "-A", "tests/npm/build.ts");
  const [{ filename }] = JSON.parse(
    await runIn(ROOT, "npm", "pack", "./build/npm", "--json", "--pack-destination", "build"),
  );
  return new URL(`build/${filename}`, ROOT).pathname;
}

/** Installs the archive and other packages into an empty folder with the programs. */
export async function project(
  folder: URL,
  archive: string,
  packages: readonly string[],
): Promise<void> {
  await Deno.writeTextFile(
    new URL("package.json", folder),
    '{ "type": "module", "private": true }',
  );
  await runIn(
    folder,
    "npm",
    "install",
    "--silent",
    "--no-audit",
    "--no-fund",
    archive,
    ...packages,
  );
  for (const name of ["features.js", "run_features.js", "worker.js"]) {
    await Deno.copyFile(new URL(name, import.meta.url), new URL(name, folder));
  }
}

async function resultsOf(name: string, folder: URL): Promise<Results> {
  const bin = new URL("node_modules/.bin/", folder).pathname;
  if (name === "workerd") {
    return JSON.parse(await runIn(folder, "node", "--input-type=module", "-e", WORKERD));
  }
  const [runtime = ""] = name.toLowerCase().split(" ", 1);
  const flags = runtime === "deno" ? ["run", "-A", "--no-config", "--node-modules-dir=manual"] : [];
  return JSON.parse(await runIn(folder, `${bin}${runtime}`, ...flags, "run_features.js"));
}

const WORKERD = `
import { build } from "esbuild";
import { Miniflare } from "miniflare";
await build({ entryPoints: ["worker.js"], bundle: true, format: "esm", outfile: "out/worker.js",
  conditions: ["workerd", "worker"], external: ["node:*", "cloudflare:*"], logLevel: "error" });
const worker = new Miniflare({ modules: true, scriptPath: "out/worker.js",
  compatibilityDate: "2026-01-01", compatibilityFlags: ["nodejs_compat"] });
console.log(await (await worker.dispatchFetch("http://localhost/")).text());
await worker.dispose();
process.exit(0);
`;

/** The table: a row a feature, a column a runtime. */
function tableOf(columns: readonly (readonly [name: string, results: Results])[]): string[][] {
  const features = [...new Set(columns.flatMap(([, results]) => Object.keys(results)))];
  const cell = (text = "not tried"): string =>
    text.startsWith("NotSupportedError")
      ? "throws `NotSupportedError`"
      : text.split("\n", 1)[0] ?? "";
  return [
    ["feature", ...columns.map(([name]) => name)],
    ...features.map((each) => [each, ...columns.map(([, results]) => cell(results[each]))]),
  ];
}

if (import.meta.main) {
  const archive = await packed();
  const columns: [string, Results][] = [];
  for (const [name, packages] of RUNTIMES) {
    const folder = new URL(`file://${await Deno.makeTempDir({ prefix: "runtime-" })}/`);
    try {
      await project(folder, archive, packages);
      columns.push([name, await resultsOf(name, folder)]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    const bad = Object.entries(columns.at(-1)?.[1] ?? {}).filter(([, text]) => text !== "works");
    console.log(name, bad.length === 0 ? "all works" : bad);
  }
  await writeTable("runtimes.md", tableOf(columns));
}
