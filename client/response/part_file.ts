// A file during its download: `<path>.part`, renamed to `<path>` when it is complete.
import type { FileHandle } from "node:fs/promises";
import { nodeFs, nodePath, nodeUrl } from "../../http/node_modules.ts";
import { errorCode, fileInfo, nameFile } from "../../http/name_file.ts";
import { ClientError, FileExistsError } from "../errors/client_errors.ts";

/** The origin of a part, stored in `<path>.part.json`. */
export interface PartOrigin {
  /** Digest of the URL, which may contain a password or a token. */
  readonly urlDigest: string;
  /** Strong `ETag` or `Last-Modified` of the file. */
  readonly validator: string;
}

/** Files that this process is downloading, each only once at a time. */
const claimed = new Set<string>();

/** The file of a download and its part. Dispose it to allow another download of the file. */
export class PartFile implements AsyncDisposable {
  readonly path: string;
  readonly #claim: string;
  readonly #part: string;
  readonly #origin: string;
  #handle: FileHandle | null = null; // open until the rename
  #size = 0;

  /** @throws {ClientError} If another download of this process is writing the file. */
  constructor(path: string | URL) {
    this.path = typeof path === "string" ? path : nodeUrl().fileURLToPath(path);
    this.#part = `${this.path}.part`;
    this.#origin = `${this.path}.part.json`;
    this.#claim = nodePath().resolve(this.path);
    if (claimed.has(this.#claim)) {
      throw new ClientError(
        `Cannot save to "${this.path}": another download is writing it. Wait until that has ended`,
      );
    }
    claimed.add(this.#claim);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    claimed.delete(this.#claim);
    await this.#handle?.close();
    this.#handle = null;
  }

  /** @throws {FileExistsError} If the file exists, even as a symbolic link. */
  async assertFree(): Promise<void> {
    if (await fileInfo(this.path) !== null) throw new FileExistsError(this.path);
  }

  /** State of an earlier download, with its size in bytes; `null` if there is nothing to resume. */
  async existing(): Promise<{ readonly size: number; readonly origin: PartOrigin } | null> {
    const info = await fileInfo(this.#part);
    if (info === null || !info.isFile() || info.size === 0) return null;
    const origin = await this.#readOrigin();
    return origin === null ? null : { size: info.size, origin };
  }

  /**
   * Writes chunks from an offset within the part; `origin` is `null` if it cannot be resumed.
   * Returns the size of the part, which `onWritten` gets after each chunk.
   */
  async write(
    pieces: AsyncIterable<Uint8Array>,
    start: number,
    origin: PartOrigin | null,
    onWritten: (size: number) => void,
  ): Promise<number> {
    // Never write through an existing entry, such as a symbolic link.
    if (start === 0) await remove(this.#part);
    // Explicit positions: two processes that resume the same part write the same bytes.
    const file = this.#handle = await nodeFs().promises.open(this.#part, start === 0 ? "wx" : "r+");
    if (start > 0 && (await file.stat()).size < start) {
      throw new ClientError(`Cannot resume "${this.path}": its part has not ${start} bytes`);
    }
    if (origin !== null) await nodeFs().promises.writeFile(this.#origin, JSON.stringify(origin));
    else if (start === 0) await remove(this.#origin);
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

  /** Renames the part to its name; it is kept if the file exists and must not be replaced. */
  async publish(overwrite: boolean): Promise<void> {
    await this.#assertOwn();
    if (overwrite) await nodeFs().promises.rename(this.#part, this.path);
    else if (!await nameFile(this.#part, this.path)) throw new FileExistsError(this.path);
    await remove(this.#origin);
  }

  /** Checks that the part is still the file that was written, not one of another process. */
  async #assertOwn(): Promise<void> {
    if (this.#handle === null) return; // it was complete already
    const own = await this.#handle.stat();
    const named = await fileInfo(this.#part);
    if (named?.ino === own.ino && named.dev === own.dev && own.size === this.#size) return;
    throw new ClientError(`Cannot complete "${this.path}": its part was changed meanwhile`);
  }

  async #readOrigin(): Promise<PartOrigin | null> {
    try {
      const text = await nodeFs().promises.readFile(this.#origin, "utf8");
      const { urlDigest, validator } = Object(JSON.parse(text));
      return typeof validator === "string" ? { urlDigest, validator } : null;
    } catch (error) {
      if (error instanceof SyntaxError || errorCode(error) === "ENOENT") return null;
      throw error;
    }
  }
}

async function remove(path: string): Promise<void> {
  await nodeFs().promises.rm(path, { force: true });
}
