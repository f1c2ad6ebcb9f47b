/**
 * Content types by file name.
 * @module
 */
import mime from "mime";

/** What the registries say of these is decades older than TypeScript: `.ts` is a video there. */
const TYPESCRIPT: ReadonlyMap<string, string> = new Map([
  [".ts", "text/typescript"],
  [".mts", "text/typescript"],
  [".cts", "text/typescript"],
  [".tsx", "text/tsx"],
]);

/**
 * Tells the content type of a file by its extension.
 *
 * @param path Path or name of the file.
 * @returns The mime type without a charset, `application/octet-stream` for an unknown extension.
 */
export function mimeTypeOf(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  const dot = name.lastIndexOf(".");
  if (dot < 0) return "application/octet-stream"; // mime would take a file "gz" for one
  const extension = name.slice(dot).toLowerCase();
  return TYPESCRIPT.get(extension) ?? mime.getType(extension) ?? "application/octet-stream";
}
