/**
 * A line beyond its limit.
 * @module
 */

/**
 * A line is longer than the reader's `maxLineSize`.
 *
 * @example
 * ```ts
 * import { LineTooLongError, StreamReader } from "@roundtrip/http";
 *
 * const reader = new StreamReader(new Blob(["a very long line\n"]).stream(), { maxLineSize: 8 });
 * const error = await reader.readLine().catch((error) => error);
 * console.assert(error instanceof LineTooLongError && error.limit === 8);
 * ```
 */
export class LineTooLongError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "LineTooLongError";
  /** The limit that was passed, in bytes. */
  readonly limit: number;

  /**
   * Creates one.
   *
   * @param limit The limit that was passed, in bytes.
   */
  constructor(limit: number) {
    super(`Cannot read a line: no separator within ${limit} bytes`);
    this.limit = limit;
  }
}
