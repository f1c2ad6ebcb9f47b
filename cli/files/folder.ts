/**
 * Folders below the one that is served.
 * @module
 */
import { basename, join, SEPARATOR } from "./paths.ts";

/** An entry of a listing. */
export interface Entry {
  /** Its name, without a slash. */
  readonly name: string;
  /** Whether it is a folder. */
  readonly isFolder: boolean;
  /** Size in bytes. */
  readonly size: number;
  /** Last change, `null` where the system does not tell. */
  readonly modified: Date | null;
}

// What saveFile() writes until an upload is complete.
const PARTIAL = /\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.part$/;

/** The folder that is served. */
export class Root {
  /** Its real path. */
  readonly path: string;
  readonly #hidden: boolean;

  /**
   * Creates one.
   *
   * @param path The folder.
   * @param hidden Whether names that begin with a dot count.
   */
  constructor(path: string, hidden: boolean) {
    this.path = Deno.realPathSync(path);
    this.#hidden = hidden;
  }

  /**
   * Whether a name is one that may be served or written.
   *
   * @param name One segment of a path, decoded.
   */
  allows(name: string): boolean {
    if (name === "" || name === "." || name === ".." || /[\\/\0]/.test(name)) return false;
    return !PARTIAL.test(name) && (this.#hidden || !name.startsWith("."));
  }

  /**
   * Whether a path is that of an upload that is not complete.
   *
   * @param rawPath Path of a request, as it stood in its line.
   */
  isPartial(rawPath: string): boolean {
    return PARTIAL.test(decoded(rawPath) ?? "");
  }

  /**
   * Finds a folder.
   *
   * @param rawPath Path of a request, as it stood in its line.
   * @returns Its real path, `null` where there is none or it is not below the root.
   */
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

  /**
   * Finds a file.
   *
   * @param rawPath Path of a request, as it stood in its line.
   * @returns Its real path, `null` where there is none or it is not below the root.
   */
  async findFile(rawPath: string): Promise<string | null> {
    const slash = rawPath.lastIndexOf("/");
    const folder = await this.find(rawPath.slice(0, slash + 1));
    const name = decoded(rawPath.slice(slash + 1));
    if (folder === null || name === null || !this.allows(name)) return null;
    try {
      const real = await Deno.realPath(join(folder, name));
      return this.contains(real) && (await Deno.stat(real)).isFile ? real : null;
    } catch {
      return null; // missing, or not to be read
    }
  }

  /**
   * Follows links and makes sure that they stay below the root.
   *
   * @param path A path.
   * @returns The real path of a folder, `null` where it is none or outside.
   */
  async real(path: string): Promise<string | null> {
    try {
      const real = await Deno.realPath(path);
      if (!this.contains(real)) return null;
      return (await Deno.stat(real)).isDirectory ? real : null;
    } catch {
      return null; // missing, or not to be read: there is nothing to serve either way
    }
  }

  /**
   * Whether a real path is the root or below it.
   *
   * @param real A path without links.
   */
  contains(real: string): boolean {
    // By segments: "/srv/files-secret" is not below "/srv/files".
    return real === this.path || real.startsWith(
      this.path.endsWith(SEPARATOR) ? this.path : this.path + SEPARATOR,
    );
  }

  /**
   * Lists a folder: folders first, by name; links that lead out are left out.
   *
   * @param path Its real path.
   */
  async list(path: string): Promise<Entry[]> {
    const entries: Entry[] = [];
    for await (const { name } of Deno.readDir(path)) {
      if (!this.allows(name)) continue;
      try {
        const real = await Deno.realPath(join(path, name));
        if (!this.contains(real)) continue;
        const { isDirectory, isFile, size, mtime } = await Deno.stat(real);
        if (isDirectory || isFile) {
          entries.push({ name, isFolder: isDirectory, size, modified: mtime });
        }
      } catch {
        continue; // a link to nothing, or gone since
      }
    }
    const { compare } = new Intl.Collator(undefined, { numeric: true });
    return entries.sort((a, b) =>
      Number(b.isFolder) - Number(a.isFolder) || compare(a.name, b.name)
    );
  }

  /** Name of the folder. */
  get name(): string {
    return basename(this.path) || "files";
  }
}

function decoded(raw: string): string | null {
  try {
    return decodeURIComponent(raw);
  } catch {
    return null;
  }
}
