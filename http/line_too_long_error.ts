/**
 * A line beyond its limit.
 * @module
 */

/** A line is longer than the reader's `maxLineSize`. */
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
