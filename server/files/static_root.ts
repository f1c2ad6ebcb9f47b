/**
 * Finds files below a folder and never outside it.
 * @module
 */
import { createHash } from "node:crypto";
import { join, sep } from "node:path";
import { chooseEncoding } from "../../http/headers/accept_encoding.ts";
import { isDeviceName } from "../body/save_file.ts";
import { SIBLINGS } from "./file_response.ts";
import { HTTPForbidden, HTTPNotFound } from "../exceptions/client_errors.ts";
import { mimeTypeOf } from "./mime_type.ts";
import { fileError, type KnownFile, knownFile, unchanged } from "./send_file.ts";

/** What {@linkcode StaticRoot} takes. */
export interface StaticRootOptions {
  /** Whether a link may lead out of the folder. */
  readonly followSymlinks: boolean;
  /** Whether names that begin with a dot are found. */
  readonly dotfiles: boolean;
  /** Whether `.br` and `.gz` files beside a file stand for it. */
  readonly precompressed: boolean;
  /** Charset that text files are sent with, `null` to say none. */
  readonly charset: string | null;
}

/** What a path leads to. */
export type Found =
  | { readonly kind: "file"; readonly file: KnownFile }
  | { readonly kind: "directory"; readonly path: string };

/** A file that was found to lie inside, by the numbers that the file system knows it by. */
interface Verified {
  readonly path: string;
  readonly info: Deno.FileInfo;
}

interface Entry {
  readonly at: number;
  /** The file itself. */
  readonly plain: KnownFile;
  /** Precompressed files beside it, by coding. */
  readonly siblings: ReadonlyMap<"br" | "gzip", KnownFile>;
}

/** How long it is remembered that a file lies inside, in ms. */
const TTL = 1000;
/** Files that are remembered. */
const MAX_ENTRIES = 1024;
/** Times that path and file have to agree before a file counts as lying inside. */
const ROUNDS = 6;

/**
 * Splits the rest of a request path into names, if it can name something below a folder.
 *
 * @param filename Decoded rest of the path, without its leading slash.
 * @param dotfiles Whether names that begin with a dot are allowed; `.well-known` (RFC 8615) is.
 * @param windows Whether the rules of Windows apply too.
 * @returns The names, the last one empty for a path that ends in a slash; `null` where a name is
 * one that leads elsewhere (`..`), nowhere (an empty one), or to a device.
 */
export function segmentsOf(
  filename: string,
  dotfiles: boolean,
  windows: boolean,
): readonly string[] | null {
  // "\" is a separator on Windows, and browsers take "/\" for "//": no name has it.
  if (filename.includes("\0") || filename.includes("\\")) return null;
  const segments = filename.split("/");
  for (const [at, segment] of segments.entries()) {
    if (segment === "" && at === segments.length - 1) continue;
    if (segment === "" || segment === "." || segment === "..") return null;
    if (segment.startsWith(".") && !dotfiles && !(at === 0 && segment === ".well-known")) {
      return null;
    }
    // "C:", "file.txt:stream", "CON", "nul.txt", and names that lose their end: "secret.", "a ".
    if (
      windows &&
      (/[:<>"|?*]|[. ]$/.test(segment) || isDeviceName(segment))
    ) return null;
  }
  return segments;
}

/** A folder whose files are served. */
export class StaticRoot {
  /** The folder, without links in its path. */
  readonly path: string;
  readonly #options: StaticRootOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #hashes = new Map<string, readonly [etag: string, hash: string]>();

  /**
   * Creates one.
   *
   * @throws {TypeError} If there is no such folder.
   */
  constructor(path: string, options: StaticRootOptions) {
    this.#options = options;
    let isDirectory: boolean;
    try {
      this.path = Deno.realPathSync(path);
      isDirectory = Deno.statSync(this.path).isDirectory;
    } catch (cause) {
      throw new TypeError(`Cannot serve files from "${path}": the folder cannot be read`, {
        cause,
      });
    }
    if (!isDirectory) throw new TypeError(`Cannot serve files from "${path}": it is no folder`);
  }

  /**
   * Finds what a request path leads to.
   *
   * @param filename Decoded rest of the path, without its leading slash.
   * @param acceptEncoding `Accept-Encoding` of the request, `null` where there is none.
   * @throws {HTTPNotFound} If there is nothing, or if it lies outside: the answer is the same.
   * @throws {HTTPForbidden} If it may not be read, or is neither file nor directory.
   */
  find(filename: string, acceptEncoding: string | null): Found | Promise<Found> {
    const entry = this.#entries.get(filename);
    const file = entry === undefined ? null : this.#again(entry, acceptEncoding);
    return file === null ? this.#find(filename, acceptEncoding) : { kind: "file", file };
  }

  /**
   * Gives the hash of a file's content, for URLs that change with it.
   *
   * @param filename Path below the folder, without a leading slash.
   * @returns SHA-256 in base64url, `null` where there is no such file.
   */
  hashOf(filename: string): string | null {
    const segments = segmentsOf(filename, this.#options.dotfiles, Deno.build.os === "windows");
    if (segments === null) return null;
    try {
      const { path, info } = this.#verify(join(this.path, ...segments));
      if (!info.isFile) return null;
      const state = `${info.mtime?.getTime()} ${info.size} ${info.ino}`;
      const known = this.#hashes.get(path);
      if (known?.[0] === state) return known[1];
      const digest = createHash("sha256").update(Deno.readFileSync(path)).digest("base64");
      const hash = digest.replaceAll("+", "-").replaceAll("/", "_"); // Python's urlsafe form
      if (this.#hashes.size >= MAX_ENTRIES) this.#hashes.clear();
      this.#hashes.set(path, [state, hash]);
      return hash;
    } catch (error) {
      if (fileError(error) === error && !(error instanceof HTTPNotFound)) throw error;
      return null;
    }
  }

  async #find(filename: string, acceptEncoding: string | null): Promise<Found> {
    this.#entries.delete(filename);
    const segments = segmentsOf(filename, this.#options.dotfiles, Deno.build.os === "windows");
    if (segments === null) throw new HTTPNotFound();
    let verified: Verified;
    try {
      // The first look may have to wait for the disk; what comes after it does not.
      await Deno.lstat(join(this.path, ...segments));
      verified = this.#verify(join(this.path, ...segments));
    } catch (error) {
      throw fileError(error);
    }
    const { path, info } = verified;
    if (info.isDirectory) return { kind: "directory", path };
    // "file.txt/" is no file; FIFOs and devices would hold the request for ever.
    if (segments.at(-1) === "") throw new HTTPNotFound();
    if (!info.isFile) throw new HTTPForbidden();
    return { kind: "file", file: choose(this.#remember(filename, verified), acceptEncoding) };
  }

  /**
   * Resolves a path and makes sure that what is there lies inside.
   *
   * Path and file are looked at several times without a pause. Someone who can swap a directory for
   * a link (CVE-2024-23334's cousins) would have to hit every gap to pass a foreign file off.
   */
  #verify(path: string): Verified {
    const real = Deno.realPathSync(path);
    if (!this.#options.followSymlinks && !isInside(real, this.path)) throw new HTTPNotFound();
    const info = Deno.lstatSync(real);
    for (let round = 1; round < ROUNDS; round++) {
      const again = Deno.realPathSync(path) === real && Deno.realPathSync(real) === real;
      if (!again || !sameFile(Deno.lstatSync(real), info)) throw new HTTPNotFound();
    }
    return { path: real, info };
  }

  #remember(filename: string, { path, info }: Verified): Entry {
    const { charset, precompressed } = this.#options;
    const type = mimeTypeOf(path);
    const contentType = charset !== null && type.startsWith("text/")
      ? `${type}; charset=${charset}`
      : type;
    const found = SIBLINGS.map(([coding, extension]) => {
      const sibling = precompressed ? this.#sibling(path + extension) : null;
      return [coding, sibling] as const;
    });
    const siblings = new Map<"br" | "gzip", KnownFile>();
    for (const [coding, sibling] of found) {
      if (sibling === null) continue;
      siblings.set(coding, knownFile(sibling.path, sibling.info, contentType, coding, true));
    }
    const plain = knownFile(path, info, contentType, null, siblings.size > 0);
    const entry = { at: performance.now(), plain, siblings };
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    this.#entries.set(filename, entry);
    return entry;
  }

  /** A precompressed file counts only as a regular file of its own: no link, even inside. */
  #sibling(path: string): Verified | null {
    try {
      if (!Deno.lstatSync(path).isFile) return null;
      const verified = this.#verify(path);
      return verified.path === path && verified.info.isFile ? verified : null;
    } catch (error) {
      if (fileError(error) === error && !(error instanceof HTTPNotFound)) throw error;
      return null;
    }
  }

  /** Takes an entry up again, if it is young and its file is still the one that was verified. */
  #again(entry: Entry, acceptEncoding: string | null): KnownFile | null {
    if (performance.now() - entry.at >= TTL) return null;
    const file = choose(entry, acceptEncoding);
    try {
      const info = Deno.lstatSync(file.path);
      return info.isFile && sameFile(info, file.info) && unchanged(info, file.info) ? file : null;
    } catch {
      return null; // gone: the slow way says how
    }
  }
}

function choose({ plain, siblings }: Entry, acceptEncoding: string | null): KnownFile {
  if (siblings.size === 0) return plain;
  const coding = chooseEncoding(acceptEncoding, [...siblings.keys()]);
  return (coding === null ? null : siblings.get(coding)) ?? plain;
}

/** Compares by segments: "/srv/pub2" is not inside "/srv/pub" (CVE-2023-29159). */
function isInside(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function sameFile(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}
