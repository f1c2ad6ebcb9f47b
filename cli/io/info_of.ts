/** What is at a path, links followed; `null` if it is missing or may not be read. */
export function infoOf(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch {
    return null;
  }
}
