import { nodeFs } from "./node_modules.ts";
import type { Stats } from "node:fs";

/** Renames a file, but never over another one: `false` if the name is taken. */
export async function nameFile(path: string, name: string): Promise<boolean> {
  try {
    await nodeFs().promises.link(path, name); // fails if the name is taken, unlike rename()
  } catch (error) {
    if (errorCode(error) === "EEXIST" || await fileInfo(name) !== null) return false;
    // No hard links here (FAT, some network drives): the check above has to do.
    await nodeFs().promises.rename(path, name);
    return true;
  }
  await nodeFs().promises.unlink(path);
  return true;
}

/** The file or link of a name, `null` if the name is free. */
export async function fileInfo(path: string): Promise<Stats | null> {
  try {
    return await nodeFs().promises.lstat(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

/** The code of an error of `node:fs`, such as `ENOENT`. */
export function errorCode(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}
