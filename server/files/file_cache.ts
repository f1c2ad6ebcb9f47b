export const MAX_CACHED_FILE = 64 * 1024;
const MAX_CACHED = 8 * 1024 * 1024;
const SETTLED = 2000; // ms: from this age on every change of a file changes its time

interface Kept {
  readonly info: Deno.FileInfo;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const kept = new Map<string, Kept>();
let size = 0;

/** The cached content of an unchanged file, or `null`: opening a file is most of its cost. */
export function cachedContent(path: string, info: Deno.FileInfo): Uint8Array<ArrayBuffer> | null {
  const known = kept.get(path);
  if (known === undefined) return null;
  if (sameContent(known.info, info)) return known.bytes;
  kept.delete(path);
  size -= known.bytes.length;
  return null;
}

/** Caches a small file unless it was written just now: the next write could have the same time. */
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

export function sameFile(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

export function unchanged(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.size === b.size && a.mtime?.getTime() === b.mtime?.getTime();
}

function sameContent(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a === b || sameFile(a, b) && unchanged(a, b) && a.mode === b.mode &&
      a.ctime?.getTime() === b.ctime?.getTime();
}
