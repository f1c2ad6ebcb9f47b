import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { runApp } from "../../server/mod.ts";
import { UsageError } from "../errors/errors.ts";

export type Playground = typeof import("../../examples/playground/main.ts");

/** Runs the playground; uploads are deleted at the end. */
export async function runPlayground(
  { makeApp, FILES }: Playground,
  read: (name: string) => Promise<string>,
): Promise<void> {
  const [text = "8080"] = Deno.args;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Infinity;
  if (port > 65535) throw new UsageError(`the playground's argument is a port, not "${text}"`);
  const folder = await Deno.makeTempDir({ prefix: "playground-" });
  try {
    const [uploads, examples] = [join(folder, "uploads"), join(folder, "examples")];
    await Deno.mkdir(uploads);
    for (const name of FILES) {
      await Deno.mkdir(dirname(join(examples, name)), { recursive: true });
      await Deno.writeTextFile(join(examples, name), await read(name));
    }
    const key = crypto.getRandomValues(new Uint8Array(32));
    await runApp(makeApp(uploads, key, pathToFileURL(`${examples}/`)), { host: "localhost", port });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
