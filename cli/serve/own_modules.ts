/**
 * `@roundtrip/http` in a module of the user's is the copy that this program holds.
 * @module
 */
import * as nodeModule from "node:module";

// What a user writes, by any registry and with any version, and what it stands for here.
const OWN = /^(?:(?:jsr|npm):\/?)?@roundtrip\/http(?:@[^/]+)?(\/client|\/server)?$/;
const URLS: Readonly<Record<string, string>> = {
  "": import.meta.resolve("../../mod.ts"),
  "/client": import.meta.resolve("../../client/mod.ts"),
  "/server": import.meta.resolve("../../server/mod.ts"),
};

type Next = (specifier: string, context: unknown) => unknown;
interface Hooks {
  resolve(specifier: string, context: unknown, next: Next): unknown;
}

/**
 * Registers a hook that resolves the package's names to the embedded modules, so that the user's
 * classes are the ones this program knows. Where the runtime has no hooks, Deno before 2.8, the
 * names are still resolved by the configuration that `deno compile` embeds.
 */
export function useOwnModules(): void {
  const { registerHooks } = nodeModule as unknown as { registerHooks?: (hooks: Hooks) => void };
  registerHooks?.({
    resolve(specifier, context, next) {
      const url = URLS[OWN.exec(specifier)?.[1] ?? (OWN.test(specifier) ? "" : "-")];
      return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
    },
  });
}
