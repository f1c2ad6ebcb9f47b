// Runs the features on Deno, Node or Bun and prints the results as JSON.
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { features } from "./features.js";

let own = "";
const files = {
  folder: async () => own = await mkdtemp(join(tmpdir(), "features-")),
  write: (name, text) => writeFile(join(own, name), text),
  read: (path) => readFile(path, "utf8"),
};
console.log(JSON.stringify(await features({ files, listens: true })));
process.exit(0);
