import { basename, join, sep } from "node:path";
import { infoOf } from "../io/info_of.ts";

export interface Entry {
  readonly name: string;
  readonly isFolder: boolean;
  /** Size in bytes, of a folder that of its files; `null` if unknown. */
  readonly size: number | null;
  /** Whether the size of a folder is a lower bound. */
  readonly isMore: boolean;
  /** Time of the last change, `null` if unknown. */
  readonly modified: Date | null;
}

export type SortKey = "name" | "size" | "time";

// Most entries that are read to compute the folder sizes of one listing.
const MOST_SIZED = 2000;

// Names of the temporary files of saveFile() and tus, until an upload is complete.
const PARTIAL = /\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.(?:part|tus(?:\.\w+)?)$/;

export class Root {
  readonly path: string;
  readonly #hidden: boolean;

  constructor(path: string, hidden: boolean) {
    this.path = Deno.realPathSync(path);
    this.#hidden = hidden;
  }

  /** Whether a name may be served or written. */
  allows(name: string): boolean {
    if (name === "" || name === "." || name === ".." || /[\\/\0]/.test(name)) return false;
    return !PARTIAL.test(name) && (this.#hidden || !name.startsWith("."));
  }

  isPartial(rawPath: string): boolean {
    return PARTIAL.test(decoded(rawPath) ?? "");
  }

  /** The real path of a folder, `null` if it does not exist or is outside of the root. */
  async find(rawPath: string): Promise<string | null> {
    const names: string[] = [];
    for (const raw of rawPath.split("/")) {
      if (raw === "") continue;
      const name = decoded(raw);
      if (name === null || !this.allows(name)) return null;
      names.push(name);
    }
    return await this.real(join(this.path, ...names));
  }

  /** The real path of a file, `null` if it does not exist or is outside of the root. */
  async findFile(rawPath: string): Promise<string | null> {
    const slash = rawPath.lastIndexOf("/");
    const folder = await this.find(rawPath.slice(0, slash + 1));
    const name = decoded(rawPath.slice(slash + 1));
    if (folder === null || name === null || !this.allows(name)) return null;
    const target = await this.#target(join(folder, name));
    return target?.info.isFile ? target.real : null;
  }

  /** Follows links; `null` if the target is not a folder or outside of the root. */
  async real(path: string): Promise<string | null> {
    const target = await this.#target(path);
    return target?.info.isDirectory ? target.real : null;
  }

  /** Lists a folder; links that lead out of the root are left out. */
  async list(path: string): Promise<Entry[]> {
    const entries: Entry[] = [];
    for await (const entry of Deno.readDir(path)) {
      const { name } = entry;
      if (!this.allows(name)) continue;
      const kind = entry.isSymlink ? (await this.#target(join(path, name)))?.info : entry;
      if (kind === undefined || !(kind.isDirectory || kind.isFile)) continue;
      entries.push({ name, isFolder: kind.isDirectory, size: null, isMore: false, modified: null });
    }
    return sorted(entries, "name", false);
  }

  /** The target of a path, `null` if it is missing, not readable, or outside of the root. */
  async #target(path: string): Promise<{ real: string; info: Deno.FileInfo } | null> {
    try {
      const real = await Deno.realPath(path);
      return isWithin(this.path, real) ? { real, info: await Deno.stat(real) } : null;
    } catch {
      return null;
    }
  }

  /** Adds sizes and times to entries. */
  async describe(path: string, entries: readonly Entry[]): Promise<Entry[]> {
    const described: Entry[] = [];
    const step = 256; // entries at a time, less than a millisecond
    for (let at = 0; at < entries.length; at += step) {
      if (at > 0) await new Promise((resolve) => setTimeout(resolve, 0));
      for (const entry of entries.slice(at, at + step)) {
        // Without a switch of threads, which takes five times as long.
        const info = infoOf(join(path, entry.name));
        described.push({ ...entry, size: info?.size ?? null, modified: info?.mtime ?? null });
      }
    }
    let left = MOST_SIZED;
    let folders = described.filter(({ isFolder }) => isFolder).length;
    for (const [at, entry] of described.entries()) {
      if (!entry.isFolder) continue;
      // A share each, so that a large folder does not take the sizes of those behind it.
      const share = Math.ceil(left / folders--);
      const budget = { left: share };
      const size = await this.#sizeBelow(join(path, entry.name), budget);
      const isMore = budget.left < 0;
      described[at] = { ...entry, size: isMore && size === 0 ? null : size, isMore };
      left -= share - Math.max(budget.left, 0);
    }
    return described;
  }

  /** Total size of the files below a folder, until the budget is used up. */
  async #sizeBelow(path: string, budget: { left: number }): Promise<number> {
    let sum = 0;
    try {
      for await (const { name, isDirectory, isFile } of Deno.readDir(path)) {
        if (!this.allows(name)) continue;
        if (budget.left-- <= 0) break;
        const inner = join(path, name);
        if (isDirectory) sum += await this.#sizeBelow(inner, budget);
        else if (isFile) sum += (await Deno.lstat(inner)).size;
      }
    } catch {
      // Deleted since, or not readable: it counts as empty.
    }
    return sum;
  }

  get name(): string {
    return basename(this.path) || "files";
  }
}

/** Whether a real path is a folder or below it. */
export function isWithin(folder: string, path: string): boolean {
  // By segments: "/srv/files-secret" is not below "/srv/files".
  return path === folder || path.startsWith(join(folder, sep));
}

const { compare } = new Intl.Collator(undefined, { numeric: true });

/** Sorts entries, folders first. */
export function sorted(entries: readonly Entry[], key: SortKey, descending: boolean): Entry[] {
  const by = (a: Entry, b: Entry): number =>
    key === "size"
      ? (a.size ?? -1) - (b.size ?? -1)
      : key === "time"
      ? (a.modified?.getTime() ?? 0) - (b.modified?.getTime() ?? 0)
      : 0;
  const sign = descending ? -1 : 1;
  // By their codes first: the collator has less to do with what is nearly in order.
  return entries.toSorted((a, b) => a.name < b.name ? -1 : 1).sort((a, b) =>
    Number(b.isFolder) - Number(a.isFolder) || sign * (by(a, b) || compare(a.name, b.name))
  );
}

export function decoded(raw: string): string | null {
  try {
    return decodeURIComponent(raw);
  } catch {
    return null;
  }
}
