import * as nodeModule from "node:module";

// Specifiers of this package: any registry, any version.
const OWN = /^(?:(?:jsr|npm):\/?)?@roundtrip\/http(?:@[^/]+)?(\/[\w-]+)?$/;
const FILES: Readonly<Record<string, string>> = {
  "": "mod",
  "/client": "client/mod",
  "/server": "server/mod",
  "/hono": "server/hono",
  "/node": "server/node",
  "/redis": "server/redis",
  "/shared": "shared",
};
// `deno task compile` bundles this module into a file at the root of what it embeds.
const [ROOT, EXTENSION] = import.meta.url.endsWith("/cli/loading/own_modules.ts")
  ? [new URL("../../", import.meta.url), "ts"]
  : [new URL("./", import.meta.url), "js"];

type Next = (specifier: string, context: unknown) => unknown;
interface Hooks {
  resolve(specifier: string, context: unknown, next: Next): unknown;
}

/** The embedded module for a specifier, `null` for other packages. */
export function ownModule(specifier: string): string | null {
  const match = OWN.exec(specifier);
  if (match === null) return null;
  const [, path = ""] = match;
  if (!Object.hasOwn(FILES, path)) return null;
  return new URL(`${FILES[path]}.${EXTENSION}`, ROOT).href;
}

/**
 * Registers a hook that resolves the package's specifiers to the embedded modules, so that
 * `instanceof` works across both. Deno before 2.8 has no hooks; there the configuration embedded by
 * `deno compile` resolves them.
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
