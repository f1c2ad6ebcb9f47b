// Runtimes without files and listeners, such as Workers and browsers.
import { NotSupportedError } from "@roundtrip/http/shared";

export const Deno = globalThis.Deno ?? new Proxy({}, {
  has: () => false,
  get(_, name) {
    throw new NotSupportedError(
      `Deno.${String(name)}`,
      "take Deno, Node or Bun for it; Workers take { fetch: app.fetch }",
    );
  },
});
