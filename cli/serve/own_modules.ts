/**
 * `@roundtrip/http` in a module of the user's is the copy that this program holds.
 * @module
 */
import * as nodeModule from "node:module";

// What a user writes, by any registry and with any version, and what it stands for here.
const OWN = /^(?:(?:jsr|npm):\/?)?@roundtrip\/http(?:@[^/]+)?(\/[\w-]+)?$/;
const FILES: Readonly<Record<string, string>> = {
  "": "mod",
  "/client": "client/mod",
  "/server": "server/mod",
  "/hono": "server/hono",
  "/session-redis": "server/redis",
};
// `deno task compile` bundles this module into a file at the root of what it embeds.
const [ROOT, EXTENSION] = import.meta.url.endsWith("/cli/serve/own_modules.ts")
  ? [new URL("../../", import.meta.url), "ts"]
  : [new URL("./", import.meta.url), "js"];

type Next = (specifier: string, context: unknown) => unknown;
interface Hooks {
  resolve(specifier: string, context: unknown, next: Next): unknown;
}

/**
 * The module that stands for a specifier.
 *
 * @returns Its URL, `null` where it is none of this package's.
 */
export function ownModule(specifier: string): string | null {
  const match = OWN.exec(specifier);
  if (match === null) return null;
  const [, path = ""] = match;
  if (!Object.hasOwn(FILES, path)) return null;
  return new URL(`${FILES[path]}.${EXTENSION}`, ROOT).href;
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
      const url = ownModule(specifier);
      return url === null ? next(specifier, context) : { url, shortCircuit: true };
    },
  });
}
