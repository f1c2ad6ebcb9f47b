/**
 * A body that ended before what was asked for.
 * @module
 */

/**
 * `readExactly()` met the end of the body first; what had come is in `partial`.
 *
 * @example
 * ```ts
 * import { IncompleteReadError, StreamReader } from "@roundtrip/http";
 *
 * const reader = new StreamReader(new Blob(["abc"]).stream());
 * const error = await reader.readExactly(5).catch((error) => error);
 * console.assert(error instanceof IncompleteReadError && error.partial.length === 3);
 * ```
 */
export class IncompleteReadError extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name = "IncompleteReadError";
  /** The bytes that came before the end. */
  readonly partial: Uint8Array<ArrayBuffer>;
  /** How many bytes were asked for. */
  readonly expected: number;

  /**
   * Creates one.
   *
   * @param partial The bytes that came before the end.
   * @param expected How many bytes were asked for.
   */
  constructor(partial: Uint8Array<ArrayBuffer>, expected: number) {
    super(`Cannot read ${expected} bytes: the body ended after ${partial.length}`);
    this.partial = partial;
    this.expected = expected;
  }
}
