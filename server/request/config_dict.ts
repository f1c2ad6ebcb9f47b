/**
 * Values of an application and of all above it.
 * @module
 */
import type { AppContext, KeyReader } from "./app_context.ts";
import type { AppKey } from "./app_key.ts";

/**
 * Looks keys up in an application, then in the one it was added to, and so on, aiohttp's
 * `config_dict`.
 */
export function configOf(app: AppContext): KeyReader {
  const owner = <T>(key: AppKey<T>): AppContext | null => {
    let at: AppContext | null = app;
    while (at !== null && !at.has(key)) at = at.parent;
    return at;
  };
  return {
    // The application itself throws the error that names the key.
    get: (key) => (owner(key) ?? app).get(key),
    has: (key) => owner(key) !== null,
  };
}
