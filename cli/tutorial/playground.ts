import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Application, runApp } from "../../server/mod.ts";
import { UsageError } from "../errors/usage_error.ts";

/** Makes the playground's application: `makeApp()` of examples/playground/main.ts. */
export type MakePlayground = (folder: string, key: Uint8Array, pages: URL) => Application;

const PAGES = ["icon.svg", "page.css", "page.html", "page.js"];

/** Runs the playground; uploads are deleted at the end. */
export async function runPlayground(
  makeApp: MakePlayground,
  read: (name: string) => Promise<string>,
): Promise<void> {
  const [text = "8080"] = Deno.args;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Infinity;
  if (port > 65535) throw new UsageError(`the playground's argument is a port, not "${text}"`);
  const folder = await Deno.makeTempDir({ prefix: "playground-" });
  try {
    const uploads = join(folder, "uploads");
    await Deno.mkdir(uploads);
    await Deno.mkdir(join(folder, "pages"));
    for (const name of PAGES) {
      await Deno.writeTextFile(join(folder, "pages", name), await read(name));
    }
    const app = makeApp(
      uploads,
      crypto.getRandomValues(new Uint8Array(32)),
      pathToFileURL(join(folder, "pages/")),
    );
    await runApp(app, { host: "localhost", port });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
