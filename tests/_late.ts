/**
 * A CommonJS module of getters, so that a bundle evaluates a package with its first use.
 *
 * @param names Names that the package exports.
 * @param load Expression that loads it.
 * @returns The module's source.
 */
export function lateModule(names: readonly string[], load: string): string {
  return `for (const name of ${JSON.stringify(names)}) {
  Object.defineProperty(exports, name, { enumerable: true, get: () => ${load}[name] });
}
`;
}
