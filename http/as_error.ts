/**
 * What was thrown, as an error.
 * @module
 */

/** Makes an error of what was thrown, which may be anything. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
}
