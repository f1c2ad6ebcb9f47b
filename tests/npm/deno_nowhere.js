// Runtimes without files and listeners, such as Workers and browsers.
import { NotSupportedError } from "./dist/shared.js";

export const Deno = globalThis.Deno ?? new Proxy({}, {
  has: () => false,
  get(_, name) {
    throw new NotSupportedError(`Deno.${String(name)}`, "use Deno, Node or Bun");
  },
});
