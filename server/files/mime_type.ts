import other from "mime/types/other.js";
import standard from "mime/types/standard.js";

/** Types found so far, and overrides for outdated registry entries: `.ts` is a video there. */
const known = new Map([
  [".ts", "text/typescript"],
  [".mts", "text/typescript"],
  [".cts", "text/typescript"],
  [".tsx", "text/tsx"],
]);

// mime's own index of these tables takes 7 ms to build, for one entry per file.
const TABLES: readonly Readonly<Record<string, readonly string[]>>[] = [standard, other];

/** Returns the content type of a file by its extension. */
export function mimeTypeOf(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  const dot = name.lastIndexOf(".");
  if (dot < 0) return "application/octet-stream"; // a file "gz" has no extension
  const extension = name.slice(dot).toLowerCase();
  const type = known.get(extension) ?? find(extension);
  if (type === null) return "application/octet-stream";
  known.set(extension, type); // bounded by the tables: unknown extensions are not cached
  return type;
}

/** An extension with a star, "*mp3", primarily belongs to another type. */
function find(extension: string): string | null {
  const wanted = extension.slice(1);
  if (wanted.startsWith("*")) return null;
  for (const table of TABLES) {
    for (const type in table) if (table[type]?.includes(wanted)) return type;
  }
  return null;
}
