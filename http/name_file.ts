// Renaming a complete download or upload to its final name.
import { link, lstat, rename, unlink } from "node:fs/promises";

/**
 * Renames a file, but never over another one: if two programs want one name, one gets it.
 * @returns `false` if the name is taken; the file is unchanged.
 */
export async function nameFile(path: string, name: string): Promise<boolean> {
  try {
    await link(path, name); // fails if the name is taken, unlike rename()
  } catch (error) {
    if (errorCode(error) === "EEXIST" || await isTaken(name)) return false;
    // No hard links here (FAT, some network drives): the check above has to do.
    await rename(path, name);
    return true;
  }
  await unlink(path);
  return true;
}

async function isTaken(name: string): Promise<boolean> {
  try {
    await lstat(name);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** The code of an error of `node:fs`, such as `ENOENT`. */
export function errorCode(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
