import { nameErrors } from "../as_error.ts";

/**
 * `readExactly()` reached the end of the body; `partial` has the bytes read.
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
  /** The bytes that came before the end. */
  readonly partial: Uint8Array<ArrayBuffer>;
  /** How many bytes were asked for. */
  readonly expected: number;

  /** Creates one, with the bytes that came before the end and how many were asked for. */
  constructor(partial: Uint8Array<ArrayBuffer>, expected: number) {
    super(`Cannot read ${expected} bytes: the body ended after ${partial.length}`);
    this.partial = partial;
    this.expected = expected;
  }
}

/** A line is longer than the reader's `maxLineSize`. */
export class LineTooLongError extends Error {
  /** The limit, in bytes. */
  readonly limit: number;

  /** Creates one; the limit is in bytes. */
  constructor(limit: number) {
    super(`Cannot read a line: no separator within ${limit} bytes`);
    this.limit = limit;
  }
}

nameErrors({ IncompleteReadError, LineTooLongError });
