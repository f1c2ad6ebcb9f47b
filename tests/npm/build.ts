/**
 * Builds the npm package in `build/npm`: `deno task npm`.
 *
 * The entries are bundled as ES modules for Node 20 and later, Bun, and bundlers; types are the
 * sources' own declarations, file by file.
 *
 * @module
 */
import { build, stop } from "npm:esbuild@^0.28.2";
import typescript from "npm:typescript@^5.9.3";

const ROOT = new URL("../../", import.meta.url);
const TARGET = new URL("build/npm/", ROOT);
/** Packages that stay dependencies of the package. */
const DEPENDENCIES = [
  "@noble/hashes",
  "cookie",
  "eventsource-parser",
  "hono",
  "http-cache-semantics",
  "mime",
  "tough-cookie",
];

const { name, version, license, exports, imports } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", ROOT)),
);
const entries = Object.entries<string>(exports).filter(([entry]) => entry !== "./cli");

await Deno.remove(TARGET, { recursive: true }).catch((error: unknown) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});

// The name of Deno, where a module uses it, is imported by a condition of the package.
const own = new URL("deno.js", TARGET);
await Deno.mkdir(TARGET, { recursive: true });
await Deno.writeTextFile(own, 'export { Deno } from "#deno";\n');
await build({
  absWorkingDir: ROOT.pathname,
  entryPoints: entries.map(([, path]) => path),
  inject: ["tests/npm/since_node_20.ts", own.pathname],
  define: {
    "Promise.withResolvers": "withResolvers",
    "URL.parse": "parseUrl",
    "Map.groupBy": "groupBy",
    "globalThis.addEventListener": "listen",
    "globalThis.removeEventListener": "unlisten",
  },
  external: ["#deno", ...DEPENDENCIES.flatMap((each) => [each, `${each}/*`]), "node:*"],
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "neutral",
  target: "es2022",
  outbase: ".",
  outdir: "build/npm/dist",
  logLevel: "warning",
});
await stop();
await Deno.remove(own);

/** Writes the declarations of every source file; types that name Deno get those of `deno.d.ts`. */
function writeTypes(): void {
  const program = typescript.createProgram(
    ["mod.ts", ...entries.map(([, path]) => path)].map((path) => new URL(path, ROOT).pathname),
    {
      declaration: true,
      emitDeclarationOnly: true,
      noCheck: true,
      allowImportingTsExtensions: true,
      rootDir: ROOT.pathname,
      outDir: new URL("types", TARGET).pathname,
      target: typescript.ScriptTarget.ESNext,
      module: typescript.ModuleKind.ESNext,
      moduleResolution: typescript.ModuleResolutionKind.Bundler,
      lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
      types: [],
    },
  );
  program.emit(undefined, (path, text) => {
    const types = text.replaceAll(/(from |import\()"(\.[^"]*)\.ts"/g, '$1"$2.js"');
    const code = types.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
    const depth = path.slice(new URL("types/", TARGET).pathname.length).split("/").length - 1;
    const up = depth === 0 ? "./" : "../".repeat(depth);
    const own = /\bDeno\.\w/.test(code) ? `import type { Deno } from "${up}deno.js";\n` : "";
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(path, own + types);
  });
}

writeTypes();
await Deno.copyFile(new URL("deno.d.ts", import.meta.url), new URL("types/deno.d.ts", TARGET));

const versionOf = (each: string): string => `${imports[each]}`.replace(/^npm:.+@/, "");
const manifest = {
  name,
  version,
  description: "aiohttp's client and server in TypeScript, on web standards",
  license,
  type: "module",
  engines: { node: ">=20" },
  sideEffects: false,
  imports: {
    "#deno": {
      deno: "./deno_nowhere.js",
      node: "./deno_on_node.js",
      bun: "./deno_on_node.js",
      default: "./deno_nowhere.js",
    },
  },
  exports: Object.fromEntries(entries.map(([entry, path]) => {
    const file = path.slice(2).replace(/\.ts$/, "");
    return [entry, { types: `./types/${file}.d.ts`, default: `./dist/${file}.js` }];
  })),
  files: ["dist", "types", "deno_on_node.js", "deno_nowhere.js"],
  dependencies: Object.fromEntries(DEPENDENCIES.map((each) => [each, versionOf(each)])),
};
await Deno.writeTextFile(new URL("package.json", TARGET), `${JSON.stringify(manifest, null, 2)}\n`);
for (const file of ["README.md", "LICENSE", "CHANGELOG.md"]) {
  await Deno.copyFile(new URL(file, ROOT), new URL(file, TARGET));
}
for (const file of ["deno_on_node.js", "deno_nowhere.js"]) {
  await Deno.copyFile(new URL(file, import.meta.url), new URL(file, TARGET));
}
console.log(`${name} ${version} is in build/npm; npm pack build/npm makes the archive`);
