import type { Entry, Root } from "./folder.ts";
import { join } from "node:path";

const MOST_FOUND = 1000;
const MOST_READ = 100_000;

export interface Found {
  /** Files and folders, named by their path below the folder. */
  readonly entries: readonly Entry[];
  /** Whether the search stopped before the end. */
  readonly isCut: boolean;
}

/** Looks for names that contain a text, ignoring case. Links are not followed: they could loop. */
export async function search(
  root: Root,
  path: string,
  text: string,
  signal: AbortSignal,
): Promise<Found> {
  const wanted = text.toLocaleLowerCase();
  const entries: Entry[] = [];
  const folders: [path: string, prefix: string][] = [[path, ""]];
  let read = 0;
  for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
    const [folder, prefix] = next;
    for (const entry of await listed(root, folder)) {
      if (++read > MOST_READ || entries.length === MOST_FOUND) return { entries, isCut: true };
      const name = prefix + entry.name;
      if (entry.name.toLocaleLowerCase().includes(wanted)) entries.push({ ...entry, name });
      const inner = join(folder, entry.name);
      if (entry.isFolder && (await Deno.lstat(inner)).isDirectory) {
        folders.push([inner, `${name}/`]);
      }
    }
    signal.throwIfAborted();
  }
  return { entries, isCut: false };
}

/** A folder that may not be read is skipped. */
async function listed(root: Root, folder: string): Promise<Entry[]> {
  try {
    return await root.list(folder);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return [];
    throw error;
  }
}
