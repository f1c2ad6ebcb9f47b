/**
 * A file that is not to be replaced.
 * @module
 */

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
