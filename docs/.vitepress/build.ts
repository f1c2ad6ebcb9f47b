/**
 * Makes the site in `build/site`: `deno task site`. VitePress comes from npm, at the versions of
 * `packages.lock`.
 * @module
 */
import { stage } from "./stage.ts";

const ROOT = new URL("../../", import.meta.url);
const HERE = new URL("./", import.meta.url);
const WORK = new URL("build/site_pages/", ROOT);
const OUTPUT = new URL("build/site/", ROOT);
const PACKAGES = {
  nodeModulesDir: "auto",
  imports: { vitepress: "npm:vitepress@1.6.4", vue: "npm:vue@3.5.45" },
};

// Not a file beside this one, which every check of types would read without VitePress's.
const THEME = `export { default } from "vitepress/theme";\nimport "./style.css";\n`;

async function run(cwd: URL, ...args: string[]): Promise<void> {
  const { success, code } = await new Deno.Command(Deno.execPath(), { args, cwd }).spawn().status;
  if (!success) throw new Error(`deno ${args.join(" ")} ended with ${code}`);
}

async function write(folder: URL, path: string, content: string | Uint8Array): Promise<void> {
  const file = new URL(path, folder);
  await Deno.mkdir(new URL("./", file), { recursive: true });
  if (typeof content === "string") await Deno.writeTextFile(file, content);
  else await Deno.writeFile(file, content);
}

async function copy(from: URL, folder: URL): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const path = encodeURIComponent(name); // names of the reference hold quotes and percent signs
    if (isDirectory) await copy(new URL(`${path}/`, from), new URL(`${path}/`, folder));
    else await write(folder, path, await Deno.readFile(new URL(path, from)));
  }
}

/** llms.txt and, below it, the documents and examples that it names. */
async function everything(): Promise<string> {
  const index = await Deno.readTextFile(new URL("llms.txt", ROOT));
  const paths = [...index.matchAll(/^- \[[^\]]+\]\(([^)]+)\)/gm)].map(([, path = ""]) => path)
    .filter((path) => /\.md$|^examples\//.test(path));
  const texts = paths.map(async (path) =>
    `\n---\n\n<!-- ${path} -->\n\n${await Deno.readTextFile(new URL(path, ROOT))}`
  );
  return index + (await Promise.all(texts)).join("");
}

/** Makes the site. */
export async function build(): Promise<void> {
  const [server, repository] = [
    Deno.env.get("GITHUB_SERVER_URL"),
    Deno.env.get("GITHUB_REPOSITORY"),
  ];
  const { pages, pictures, en, zh } = await stage(
    repository === undefined ? null : `${server}/${repository}/blob/main`,
  );
  // The packages stay, so that the next build is quick.
  for (const name of ["pages", "cache"]) {
    await Deno.remove(new URL(name, WORK), { recursive: true }).catch(() => {});
  }
  for (const [page, text] of pages) await write(WORK, `pages/${page}`, text);
  for (const path of pictures) {
    await write(WORK, `pages/public/${path}`, await Deno.readFile(new URL(path, ROOT)));
  }
  const icon = await Deno.readFile(new URL("examples/playground/public/icon.svg", ROOT));
  await write(WORK, "pages/public/icon.svg", icon);
  const style = await Deno.readFile(new URL("style.css", HERE));
  await write(WORK, "pages/.vitepress/theme/style.css", style);
  await write(WORK, "pages/.vitepress/theme/index.js", THEME);
  const config = await Deno.readFile(new URL("config.js", HERE));
  await write(WORK, "pages/.vitepress/config.js", config);
  await write(WORK, "pages/.vitepress/site.json", JSON.stringify({ en, zh }));
  await write(WORK, "deno.json", JSON.stringify(PACKAGES));
  await write(WORK, "deno.lock", await Deno.readFile(new URL("packages.lock", HERE)));
  await run(WORK, "install", "--frozen", "--quiet");
  await run(WORK, "run", "-A", "npm:vitepress", "build", "pages");

  await Deno.remove(OUTPUT, { recursive: true }).catch(() => {});
  await Deno.rename(new URL("pages/.vitepress/dist/", WORK), OUTPUT);
  await write(OUTPUT, "llms.txt", await Deno.readFile(new URL("llms.txt", ROOT)));
  await write(OUTPUT, "llms-full.txt", await everything());
  await run(ROOT, "task", "--quiet", "doc");
  await copy(new URL("docs/api/", ROOT), new URL("api/", OUTPUT));
}

if (import.meta.main) await build();
