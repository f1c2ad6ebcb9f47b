// Loads npm packages from bench/.contenders, where bench/setup puts them.
import { createRequire } from "node:module";

const root = new URL("../.contenders/package.json", import.meta.url);

/** The namespace of the package, in the build for the current runtime. */
export function load(name) {
  // Bun uses a package's own build for Bun only if Bun resolves the name.
  return typeof Bun === "undefined"
    ? createRequire(root)(name)
    : import(Bun.resolveSync(name, Bun.fileURLToPath(new URL(".", root))));
}
