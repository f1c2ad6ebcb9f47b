/**
 * Giving a file that is complete its name, on both sides: downloads and uploads.
 * @module
 */
import { link, lstat, rename, unlink } from "node:fs/promises";

/**
 * Renames a file, but never over another one: of two programs that want one name, one gets it.
 *
 * @returns `false` where the name is taken; the file is as it was.
 */
export async function nameFile(path: string, name: string): Promise<boolean> {
  try {
    await link(path, name); // fails where the name is taken, which rename() does not
  } catch (error) {
    if (errorCode(error) === "EEXIST" || await isTaken(name)) return false;
    // No hard links here (FAT, some network drives): to look first was the best.
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
