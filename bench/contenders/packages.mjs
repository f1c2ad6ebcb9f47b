// Loads npm packages from bench/.contenders, where bench/setup puts them.
import { createRequire } from "node:module";

const root = new URL("../.contenders/package.json", import.meta.url);

/** The namespace of the package, in the build that the running runtime is meant to use. */
export function load(name) {
  // Bun picks the build that a package offers for it only when Bun itself resolves the name.
  return typeof Bun === "undefined"
    ? createRequire(root)(name)
    : import(Bun.resolveSync(name, Bun.fileURLToPath(new URL(".", root))));
}
