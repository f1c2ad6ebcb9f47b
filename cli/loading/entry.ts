import { UsageError } from "../errors/errors.ts";

/** `MODULE[:NAME]`. */
export interface Entry {
  /** The module as the user wrote it. */
  readonly module: string;
  /** Name of the export, `default` if not given. */
  readonly name: string;
}

const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
/** Schemes of modules that are not paths. */
export const SCHEME = /^(?:https?|file|data|jsr|npm|node|blob)$/;

export function parseEntry(word: string | undefined): Entry {
  if (word === undefined) {
    throw new UsageError("the following arguments are required: MODULE[:NAME]");
  }
  const colon = word.lastIndexOf(":");
  const module = word.slice(0, Math.max(colon, 0));
  const name = word.slice(colon + 1);
  // "https://host/app.ts", "jsr:@a/b", "C:\app.ts": a colon not followed by a name.
  const isName = NAME.test(name) && !SCHEME.test(module);
  if (colon === -1 || (!isName && (/[\\/]/.test(name) || SCHEME.test(module)))) {
    if (word.trim() !== "" && !word.includes("\0")) return { module: word, name: "default" };
  } else if (isName && module.trim() !== "" && !word.includes("\0")) return { module, name };
  throw new UsageError(
    `'${word}' not in 'MODULE:NAME' syntax; write ./app.ts for its default export, ` +
      `./app.ts:NAME for another one`,
  );
}
