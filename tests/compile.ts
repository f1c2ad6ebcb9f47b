/**
 * Compiles the `roundtrip` command to one executable: `deno task compile [OPTION...]`, with options of
 * `deno compile`; paths in them are absolute.
 *
 * `deno compile` alone embeds every package of the lock file, the tests' too, and the runtime reads
 * all of it at every start: 30 MB, 40 ms. A bundle holds what the command uses, 1.5 MB. Modules of
 * users import packages from `node_modules` beside them: `--node-modules-dir=manual`. It compiles in
 * the bundle's folder, as all of `node_modules` below the current one is embedded, the bench's too.
 *
 * The runtime keeps compiled code of static imports only, so what a request needs is one, without
 * the list of public suffixes, which is made with the first cookie.
 *
 * @module
 */
import { lateModule } from "./_late.ts";

const ROOT = new URL("../", import.meta.url);
const TARGET = "build/bundle";
const MODULES = "package/modules"; // as deep as cli/tutorial/, from where ../../ is followed
const BUNDLE = `${TARGET}/${MODULES}`;
const START = "build/start"; // the executable's entry

const { exports, imports: packages, name: own, unstable, version } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", ROOT)),
);

/** Modules of a request. */
const REQUEST = [
  "dispatch",
  "io/output",
  "specs/request",
  "request/config_file",
  "request/command",
];
/** A package that is evaluated with its first use. */
const LATE = "tough-cookie";

/** Specifiers that users' modules may import, and their modules without `.ts`. */
const OWN: readonly (readonly [specifier: string, file: string])[] = Object
  .entries<string>(exports)
  .filter(([entry]) => entry !== "./cli")
  .map(([entry, path]) => [own + entry.slice(1), path.slice(2, -3)]);

// Optional dependencies of ws.
const OPTIONAL = ["bufferutil", "utf-8-validate"];

async function deno(args: string[], folder = ""): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: new URL(folder, ROOT),
    // Older versions of Deno use only their own list of authorities.
    env: { DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "mozilla,system" },
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return success;
}

/** Writes the bundle and its files. */
async function bundle(): Promise<boolean> {
  await Deno.remove(new URL(TARGET, ROOT), { recursive: true }).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await writeStart();
  const done = await deno([
    "bundle",
    "--quiet",
    "--code-splitting",
    "--unstable-raw-imports", // texts; Deno 2.4 asks for it
    ...["--import-map", "build/packages.json"],
    ...OPTIONAL.flatMap((name) => ["--external", name]),
    "--outdir",
    BUNDLE,
    ...[START, ...OWN.map(([, file]) => file)].map((name) => `${name}.ts`),
  ]);
  if (!done) return false;
  const imports = OWN.flatMap(([name, file]) =>
    // Specifiers as users write them, with a registry too, as `deno add` does.
    ["", "jsr:", "npm:"].flatMap((scheme) =>
      (scheme === "" ? [""] : ["", `@${version}`, `@^${version}`]).map((range) => [
        scheme + name.replace(/(?<=^@roundtrip\/http)/, range),
        `./${file}.js`,
      ])
    )
  );
  const map = { imports: Object.fromEntries(imports) };
  await Deno.writeTextFile(new URL(`${BUNDLE}/imports.json`, ROOT), JSON.stringify(map, null, 2));
  return true;
}

/** Writes the entry, and the import map with the late package: a CommonJS module of getters. */
async function writeStart(): Promise<void> {
  const write = async (path: string, text: string): Promise<void> => {
    await Deno.mkdir(new URL("build", ROOT), { recursive: true });
    await Deno.writeTextFile(new URL(path, ROOT), text);
  };
  await write(
    `${START}.ts`,
    `${REQUEST.map((name) => `import "../cli/${name}.ts";\n`).join("")}` +
      `import { main } from "../cli/main.ts";\nDeno.exit(await main(Deno.args));\n`,
  );
  const names = Object.keys(await import(packages[LATE]));
  await write("build/late.cjs", lateModule(names, `require("${packages[LATE]}")`));
  const all = Object.entries<string>(packages).flatMap(([name, from]) => [
    [name, from],
    [`${name}/`, `${from.replace(":", ":/")}/`],
  ]);
  const imports = { ...Object.fromEntries(all), [LATE]: "./late.cjs" };
  await write("build/packages.json", JSON.stringify({ imports }));
}

/** Copies the examples as texts to where `cli/tutorial/chapters.ts` looks for them. */
async function copyExamples(): Promise<void> {
  const copy = async (from: URL, to: URL): Promise<void> => {
    await Deno.mkdir(to, { recursive: true });
    for await (const { name, isDirectory } of Deno.readDir(from)) {
      if (isDirectory) await copy(new URL(`${name}/`, from), new URL(`${name}/`, to));
      else await Deno.copyFile(new URL(name, from), new URL(`${name}.txt`, to));
    }
  };
  await copy(new URL("examples/", ROOT), new URL(`${TARGET}/examples/`, ROOT));
}

if (!await bundle()) Deno.exit(1);
await copyExamples();
const done = await deno([
  "compile",
  ...[
    "--no-check",
    "-A",
    "--unstable-net",
    "--node-modules-dir=manual",
    "-o",
    "../roundtrip",
    ...Deno.args,
  ],
  ...unstable.map((feature: string) => `--unstable-${feature}`),
  ...["--no-config", "--import-map", `${MODULES}/imports.json`],
  ...OWN.flatMap(([, file]) => ["--include", `${MODULES}/${file}.js`]),
  ...["--include", "examples"],
  `${MODULES}/${START}.js`,
], `${TARGET}/`);
if (!done) Deno.exit(1);
