import { nodeCrypto, nodePath } from "../../http/node_modules.ts";
import { isDeviceName } from "../body/save_file.ts";
import { HTTPForbidden, HTTPNotFound } from "../exceptions/replies.ts";
import type { HeadReader } from "../engine/engine_of_request.ts";
import { mimeTypeOf } from "./mime_type.ts";
import { sameFile, unchanged } from "./file_cache.ts";
import { fileError, type KnownFile } from "./send_file.ts";
import { chosenOf, type Located, type Variants, variantsOf } from "./variants.ts";

/** As those of `web.static()`. */
export interface StaticRootOptions {
  readonly followSymlinks: boolean;
  readonly dotfiles: boolean;
  readonly precompressed: boolean;
  readonly charset: string | null;
}

export type Found =
  | { readonly kind: "file"; readonly file: KnownFile }
  | { readonly kind: "directory"; readonly path: string };

interface Entry extends Variants {
  readonly at: number;
}

const TTL = 1000; // ms for which a verification holds
const MAX_ENTRIES = 1024;
const ROUNDS = 6; // in which path and file have to match before a file counts as inside

/**
 * Splits a request path, decoded and without its leading slash, into names, the last one empty
 * after a slash. `null` if one is invalid (empty), leads elsewhere (`..`), is a device, or begins
 * with a dot without `dotfiles`; `.well-known` (RFC 8615) is allowed.
 */
export function segmentsOf(
  filename: string,
  dotfiles: boolean,
  windows: boolean,
): readonly string[] | null {
  // "\" separates on Windows, and browsers read "/\" as "//": reject it everywhere.
  if (filename.includes("\0") || filename.includes("\\")) return null;
  const segments = filename.split("/");
  for (const [at, segment] of segments.entries()) {
    if (segment === "" && at === segments.length - 1) continue;
    if (segment === "" || segment === "." || segment === "..") return null;
    if (segment.startsWith(".") && !dotfiles && !(at === 0 && segment === ".well-known")) {
      return null;
    }
    // "C:", "file.txt:stream", "CON", "nul.txt", and names that Windows trims: "secret.", "a ".
    if (windows && (/[:<>"|?*]|[. ]$/.test(segment) || isDeviceName(segment))) return null;
  }
  return segments;
}

/** Safe access to the files below a folder. */
export class StaticRoot {
  readonly path: string;
  readonly #options: StaticRootOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #hashes = new Map<string, readonly [etag: string, hash: string]>();

  constructor(path: string, options: StaticRootOptions) {
    this.#options = options;
    let isDirectory: boolean;
    try {
      this.path = Deno.realPathSync(path);
      isDirectory = Deno.statSync(this.path).isDirectory;
    } catch (cause) {
      const text = `Cannot serve files from "${path}": the folder cannot be read`;
      throw new TypeError(text, { cause });
    }
    if (!isDirectory) throw new TypeError(`Cannot serve files from "${path}": it is not a folder`);
  }

  /** Resolves a path: `404` if outside or missing, `403` if unreadable or no file or directory. */
  find(filename: string, head: HeadReader): Found | Promise<Found> {
    const entry = this.#entries.get(filename);
    const file = entry === undefined ? null : this.#again(entry, head);
    return file === null ? this.#find(filename, head) : { kind: "file", file };
  }

  /** SHA-256 of a file in base64url, for URLs that change with it; `null` without a file. */
  hashOf(filename: string): string | null {
    const segments = segmentsOf(filename, this.#options.dotfiles, Deno.build.os === "windows");
    if (segments === null) return null;
    try {
      const { path, info } = this.#verify(nodePath().join(this.path, ...segments));
      if (!info.isFile) return null;
      const state = `${info.mtime?.getTime()} ${info.size} ${info.ino}`;
      const known = this.#hashes.get(path);
      if (known?.[0] === state) return known[1];
      // Padded, as Python's urlsafe form.
      const hash = `${nodeCrypto().hash("sha256", Deno.readFileSync(path), "base64url")}=`;
      if (this.#hashes.size >= MAX_ENTRIES) this.#hashes.clear();
      this.#hashes.set(path, [state, hash]);
      return hash;
    } catch (error) {
      if (fileError(error) === error && !(error instanceof HTTPNotFound)) throw error;
      return null;
    }
  }

  async #find(filename: string, head: HeadReader): Promise<Found> {
    this.#entries.delete(filename);
    const segments = segmentsOf(filename, this.#options.dotfiles, Deno.build.os === "windows");
    if (segments === null) throw new HTTPNotFound();
    let verified: Located;
    try {
      // Only the first call may wait for the disk.
      await Deno.lstat(nodePath().join(this.path, ...segments));
      verified = this.#verify(nodePath().join(this.path, ...segments));
    } catch (error) {
      throw fileError(error);
    }
    const { path, info } = verified;
    if (info.isDirectory) return { kind: "directory", path };
    // "file.txt/" is not a file; FIFOs and devices would block the request for ever.
    if (segments.at(-1) === "") throw new HTTPNotFound();
    if (!info.isFile) throw new HTTPForbidden();
    return { kind: "file", file: chosenOf(this.#remember(filename, verified), head) };
  }

  /**
   * Resolves a path and verifies several times without a pause that it is inside: an attacker who
   * swaps a directory for a link (similar to CVE-2024-23334) would have to hit every gap.
   */
  #verify(path: string): Located {
    const real = Deno.realPathSync(path);
    if (!this.#options.followSymlinks && !isInside(real, this.path)) throw new HTTPNotFound();
    const info = Deno.lstatSync(real);
    for (let round = 1; round < ROUNDS; round++) {
      const again = Deno.realPathSync(path) === real && Deno.realPathSync(real) === real;
      if (!again || !sameFile(Deno.lstatSync(real), info)) throw new HTTPNotFound();
    }
    return { path: real, info };
  }

  #remember(filename: string, { path, info }: Located): Entry {
    const { charset, precompressed } = this.#options;
    const type = mimeTypeOf(path);
    const contentType = charset !== null && type.startsWith("text/")
      ? `${type}; charset=${charset}`
      : type;
    const find = precompressed ? (path: string) => this.#sibling(path) : () => null;
    const entry = { at: performance.now(), ...variantsOf({ path, info }, contentType, find) };
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    this.#entries.set(filename, entry);
    return entry;
  }

  /** A precompressed file has to be a regular file: no link, even inside. */
  #sibling(path: string): Located | null {
    try {
      if (!Deno.lstatSync(path).isFile) return null;
      const verified = this.#verify(path);
      return verified.path === path && verified.info.isFile ? verified : null;
    } catch (error) {
      if (fileError(error) === error && !(error instanceof HTTPNotFound)) throw error;
      return null;
    }
  }

  /** Reuses a recent verification if the file is still the same. */
  #again(entry: Entry, head: HeadReader): KnownFile | null {
    if (performance.now() - entry.at >= TTL) return null;
    const file = chosenOf(entry, head);
    try {
      const info = Deno.lstatSync(file.path);
      return info.isFile && sameFile(info, file.info) && unchanged(info, file.info) ? file : null;
    } catch {
      return null; // gone: the slow path reports it
    }
  }
}

/** Compares by segments: "/srv/pub2" is not inside "/srv/pub" (CVE-2023-29159). */
function isInside(path: string, root: string): boolean {
  return path === root ||
    path.startsWith(root.endsWith(nodePath().sep) ? root : root + nodePath().sep);
}
