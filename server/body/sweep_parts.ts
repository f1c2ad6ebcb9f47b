const PART = /^\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.part$/; // temporary, of saveFile()
const STALE_AFTER = 60 * 60 * 1000; // ms
const MOST_FOLDERS = 10_000; // for one sweep, and to remember

const swept = new Set<string>();

/**
 * Removes unfinished files, older than an hour, that `saveFile()` of killed processes left in a
 * folder and its subfolders, and counts them. `saveFile()` does so once in each folder it saves to.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const folder = await Deno.makeTempDir();
 * console.assert(await web.sweepParts(folder) === 0);
 * await Deno.remove(folder);
 * ```
 */
export async function sweepParts(folder: string): Promise<number> {
  const folders = [folder];
  let removed = 0;
  for (let i = 0; i < folders.length && i < MOST_FOLDERS; i++) {
    removed += await sweep(folders[i] ?? "", PART, (path) => folders.push(path));
  }
  return removed;
}

/** Sweeps one folder, without subfolders, once per process. */
export async function sweepOnce(folder: string, pattern: RegExp = PART): Promise<void> {
  if (swept.has(folder)) return;
  if (swept.size >= MOST_FOLDERS) swept.clear();
  swept.add(folder);
  await sweep(folder === "" ? "." : folder, pattern, () => {});
}

async function sweep(
  folder: string,
  pattern: RegExp,
  enter: (path: string) => void,
): Promise<number> {
  let removed = 0;
  try {
    for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) enter(path);
      if (isFile && pattern.test(name) && await removeStale(path)) removed++;
    }
  } catch {
    // Unreadable or gone: nothing to remove.
  }
  return removed;
}

async function removeStale(path: string): Promise<boolean> {
  try {
    const { mtime } = await Deno.lstat(path);
    if (mtime === null || Date.now() - mtime.getTime() < STALE_AFTER) return false;
    await Deno.remove(path);
    return true;
  } catch {
    return false; // another process may have removed it
  }
}
