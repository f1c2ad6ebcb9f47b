/**
 * A file that is being downloaded: `<path>.part` while it grows, `<path>` once it is complete.
 * @module
 */
import type { Stats } from "node:fs";
import {
  type FileHandle,
  lstat,
  open,
  readFile,
  rename,
  unlink,
  writeFile,
} from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { errorCode, nameFile } from "../../http/name_file.ts";
import { ClientError } from "../errors/client_errors.ts";

/** What is known of the file that a part belongs to, kept beside it as `<path>.part.json`. */
export interface PartOrigin {
  /** Digest of the URL that the part came from; the URL itself may hold a password or a token. */
  readonly urlDigest: string;
  /** Strong `ETag` or `Last-Modified` of the file. */
  readonly validator: string;
}

/** Files that this program is downloading; two downloads of one would write into each other. */
const claimed = new Set<string>();

/** The two names of a download. Dispose of it, so that the next may write there. */
export class PartFile implements AsyncDisposable {
  /** Path of the complete file. */
  readonly path: string;
  readonly #claim: string;
  readonly #part: string;
  readonly #origin: string;
  #handle: FileHandle | null = null; // open until the part has its name
  #size = 0;

  /**
   * Creates one.
   *
   * @throws {ClientError} If another download of this program is writing it.
   */
  constructor(path: string | URL) {
    this.path = typeof path === "string" ? path : fileURLToPath(path);
    this.#part = `${this.path}.part`;
    this.#origin = `${this.path}.part.json`;
    this.#claim = resolve(this.path);
    if (claimed.has(this.#claim)) {
      throw new ClientError(
        `Cannot save to "${this.path}": another download is writing it. Wait until that has ended`,
      );
    }
    claimed.add(this.#claim);
  }

  /** Closes the part, whatever became of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    claimed.delete(this.#claim);
    await this.#handle?.close();
    this.#handle = null;
  }

  /**
   * Makes sure that no file is in the way.
   *
   * @throws {FileExistsError} If there is one, a symbolic link included.
   */
  async assertFree(): Promise<void> {
    if (await fileInfo(this.path) !== null) throw new FileExistsError(this.path);
  }

  /**
   * Tells how much there is already, and of what.
   *
   * @returns Size in bytes and origin, `null` where there is nothing to go on with.
   */
  async existing(): Promise<{ readonly size: number; readonly origin: PartOrigin } | null> {
    const info = await fileInfo(this.#part);
    if (info === null || !info.isFile() || info.size === 0) return null;
    const origin = await this.#readOrigin();
    return origin === null ? null : { size: info.size, origin };
  }

  /**
   * Writes pieces into the part.
   *
   * @param pieces The pieces.
   * @param start Where the first one goes, in bytes; 0 starts the part anew.
   * @param origin What the part belongs to, `null` if it cannot be gone on with.
   * @param onWritten Called after each piece with the size of the part.
   * @returns Size of the part in bytes.
   */
  async write(
    pieces: AsyncIterable<Uint8Array>,
    start: number,
    origin: PartOrigin | null,
    onWritten: (size: number) => void,
  ): Promise<number> {
    if (start === 0) {
      // What lies there under the part's name is not ours to write through: a symbolic link, say.
      await remove(this.#part);
      if (origin === null) await remove(this.#origin);
      else await writeFile(this.#origin, JSON.stringify(origin));
    }
    // At positions of their own: the bytes of two programs that go on with one part are the same.
    const file = this.#handle = await open(this.#part, start === 0 ? "wx" : "r+");
    this.#size = start;
    for await (const piece of pieces) {
      for (let at = 0; at < piece.length;) {
        const { bytesWritten } = await file.write(piece, at, piece.length - at, this.#size);
        at += bytesWritten;
        this.#size += bytesWritten;
      }
      onWritten(this.#size);
    }
    return this.#size;
  }

  /**
   * Gives the part its name.
   *
   * @throws {FileExistsError} If there is one that may not be replaced; the part is kept.
   * @throws {ClientError} If another program has changed the part.
   */
  async publish(overwrite: boolean): Promise<void> {
    await this.#assertOwn();
    if (overwrite) await rename(this.#part, this.path);
    else if (!await nameFile(this.#part, this.path)) throw new FileExistsError(this.path);
    await remove(this.#origin);
  }

  /**
   * What bears the part's name has to be what was written: another program may download this too.
   */
  async #assertOwn(): Promise<void> {
    if (this.#handle === null) return; // it was complete when it was found
    const own = await this.#handle.stat();
    const named = await fileInfo(this.#part);
    if (named?.ino === own.ino && named.dev === own.dev && own.size === this.#size) return;
    throw new ClientError(`Cannot complete "${this.path}": its part was changed meanwhile`);
  }

  async #readOrigin(): Promise<PartOrigin | null> {
    try {
      const origin: unknown = JSON.parse(await readFile(this.#origin, "utf8"));
      if (typeof origin !== "object" || origin === null) return null;
      const { urlDigest, validator } = origin as Partial<Record<keyof PartOrigin, unknown>>;
      return typeof urlDigest === "string" && typeof validator === "string"
        ? { urlDigest, validator }
        : null;
    } catch (error) {
      if (error instanceof SyntaxError || errorCode(error) === "ENOENT") return null;
      throw error;
    }
  }
}

async function fileInfo(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

async function remove(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

/**
 * There is a file already, and `overwrite` was not set.
 *
 * @example
 * ```ts
 * import { ClientSession, FileExistsError } from "@roundtrip/http";
 *
 * const path = await Deno.makeTempFile();
 * await using session = new ClientSession({ app: { fetch: () => new Response("new") } });
 * const error = await session.downloadToFile("/", path).catch((error) => error);
 * console.assert(error instanceof FileExistsError); // `overwrite: true` would replace it
 * await Deno.remove(path);
 * ```
 */
export class FileExistsError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "FileExistsError";
  /** Path of the file. */
  readonly path: string;

  /** Creates one. */
  constructor(path: string, options?: ErrorOptions) {
    super(`Cannot save to "${path}": the file exists. Pass overwrite: true to replace it`, options);
    this.path = path;
  }
}
