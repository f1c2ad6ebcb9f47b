/**
 * Contents of small files that are asked for again and again.
 * @module
 */

/** Files up to this size are kept, in bytes. */
export const MAX_CACHED_FILE = 64 * 1024;
/** Bytes that are kept in all. */
const MAX_CACHED = 8 * 1024 * 1024;
/** Age at which a file can no longer change without a change of its time, in ms. */
const SETTLED = 2000;

interface Kept {
  readonly info: Deno.FileInfo;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const kept = new Map<string, Kept>();
let size = 0;

/**
 * Gives the content of a file without opening it: opening is most of what a small file costs.
 *
 * @returns The bytes, `null` where they are not known or the file is another one by now.
 */
export function cachedContent(path: string, info: Deno.FileInfo): Uint8Array<ArrayBuffer> | null {
  const known = kept.get(path);
  if (known === undefined) return null;
  if (sameContent(known.info, info)) return known.bytes;
  kept.delete(path);
  size -= known.bytes.length;
  return null;
}

/**
 * Keeps the content of a file, if it is small and was not written to just now: two writes within
 * one tick of the clock leave the same time.
 *
 * @param path Where it is.
 * @param info What the file system said of it when it was read.
 * @param bytes The content.
 */
export function cacheContent(
  path: string,
  info: Deno.FileInfo,
  bytes: Uint8Array<ArrayBuffer>,
): void {
  const { mtime } = info;
  if (mtime === null || Date.now() - mtime.getTime() < SETTLED || kept.has(path)) return;
  if (bytes.length !== info.size || bytes.length > MAX_CACHED_FILE) return;
  if (size + bytes.length > MAX_CACHED) {
    kept.clear();
    size = 0;
  }
  kept.set(path, { info, bytes });
  size += bytes.length;
}

function sameContent(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.ino === b.ino && a.dev === b.dev && a.size === b.size && a.mode === b.mode &&
    a.mtime?.getTime() === b.mtime?.getTime() && a.ctime?.getTime() === b.ctime?.getTime();
}
