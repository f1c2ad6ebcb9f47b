/**
 * Compiles the `roundtrip` command to one executable: `deno task compile [OPTION...]`.
 *
 * `deno compile` alone embeds every package of the lock file, the tests' too, and the runtime reads
 * all of it at every start: 30 MB, 40 ms. A bundle holds what the command uses, 1.5 MB. Modules of
 * users import packages from `node_modules` beside them: `--node-modules-dir=manual`.
 *
 * @module
 */

const ROOT = new URL("../", import.meta.url);
const TARGET = "build/bundle";
const BUNDLE = `${TARGET}/package/modules`; // as deep as cli/tutorial/, from where ../../ is followed

const { exports, name: own, unstable } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", ROOT)),
);

/** Specifiers that users' modules may import, and their modules without `.ts`. */
const OWN: readonly (readonly [specifier: string, file: string])[] = Object
  .entries<string>(exports)
  .filter(([entry]) => entry !== "./cli")
  .map(([entry, path]) => [own + entry.slice(1), path.slice(2, -3)]);

// Optional dependencies of ws.
const OPTIONAL = ["bufferutil", "utf-8-validate"];

async function deno(...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
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
  const modules = ["cli/main", ...OWN.map(([, file]) => file)];
  const done = await deno(
    "bundle",
    "--quiet",
    "--code-splitting",
    ...OPTIONAL.flatMap((name) => ["--external", name]),
    "--outdir",
    BUNDLE,
    ...modules.map((name) => `${name}.ts`),
  );
  if (!done) return false;
  const { version } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
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

/** Copies the examples as texts to where `cli/tutorial/chapter.ts` looks for them. */
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
const done = await deno(
  "compile",
  ...[
    "--no-check",
    "-A",
    "--unstable-net",
    "--node-modules-dir=manual",
    "-o",
    "build/roundtrip",
    ...Deno.args,
  ],
  ...unstable.map((feature: string) => `--unstable-${feature}`),
  ...["--no-config", "--import-map", `${BUNDLE}/imports.json`],
  ...OWN.flatMap(([, file]) => ["--include", `${BUNDLE}/${file}.js`]),
  ...["--include", `${TARGET}/examples`],
  `${BUNDLE}/cli/main.js`,
);
if (!done) Deno.exit(1);
