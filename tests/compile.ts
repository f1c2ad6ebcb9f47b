/**
 * Makes the `roundtrip` command one executable: `deno task compile [OPTION...]`.
 *
 * `deno compile` alone embeds every package of the lock file, the tests' too, and the runtime reads
 * all of it at every start: 30 MB, 40 ms. A bundle holds what the command uses, 1.5 MB.
 *
 * @module
 */

const ROOT = new URL("../", import.meta.url);
const BUNDLE = "build/bundle";

/** What a user's module may import, with the module that stands for it. */
const OWN: Readonly<Record<string, string>> = {
  "@roundtrip/http": "mod",
  "@roundtrip/http/client": "client/mod",
  "@roundtrip/http/server": "server/mod",
  "@roundtrip/http/hono": "server/hono",
  "@roundtrip/http/session-redis": "server/redis",
};

// ws looks for these two and does without them.
const OPTIONAL = ["bufferutil", "utf-8-validate"];

async function deno(...args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    // Older versions of Deno ask only their own list of authorities, and know none of a company's.
    env: { DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "mozilla,system" },
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return success;
}

/** Writes the bundle and what belongs to it. */
async function bundle(): Promise<boolean> {
  const target = new URL(`${BUNDLE}/`, ROOT);
  await Deno.remove(target, { recursive: true }).catch((error: unknown) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  const modules = ["cli/main", ...Object.values(OWN)];
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
  const imports = Object.entries(OWN).flatMap(([name, file]) =>
    // As a user writes it, from a registry too.
    ["", "jsr:", "npm:"].map((scheme) => [`${scheme}${name}`, `./${file}.js`])
  );
  const map = { imports: Object.fromEntries(imports) };
  await Deno.writeTextFile(new URL("imports.json", target), JSON.stringify(map, null, 2));
  return true;
}

const options = ["--no-check", "-A", "--unstable-net", "-o", "build/roundtrip", ...Deno.args];
if (await bundle()) {
  const { unstable } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  for (const feature of unstable) options.push(`--unstable-${feature}`);
  options.push("--no-config", "--import-map", `${BUNDLE}/imports.json`);
  for (const name of Object.values(OWN)) options.push("--include", `${BUNDLE}/${name}.js`);
  options.push(`${BUNDLE}/cli/main.js`);
} else {
  console.error(
    "compile: no bundle could be made, as `deno bundle` said above (it fetches esbuild from npm " +
      "once); the executable will hold the modules one by one, which start more slowly",
  );
  options.push("cli/main.ts");
}
if (!await deno("compile", ...options)) Deno.exit(1);
