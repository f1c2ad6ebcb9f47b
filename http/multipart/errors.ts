/**
 * What can go wrong with a multipart body: a base, and one class for each condition that a caller
 * answers differently.
 * @module
 */
import type { MultipartLimits } from "./limits.ts";

/**
 * Base of every failure to read a multipart body; `instanceof MultipartError` catches them all.
 *
 * @example
 * ```ts
 * import { MultipartError, MultipartReader } from "@roundtrip/http";
 *
 * const reader = new MultipartReader(new Blob(["--b"]).stream(), "multipart/mixed; boundary=b");
 * const error = await reader.next().catch((error) => error);
 * console.assert(error instanceof MultipartError); // whatever was wrong with the body
 * ```
 */
export class MultipartError extends Error {
  /** Tells the class by name, across realms too. */
  override readonly name: string = "MultipartError";
}

/** The body or its `Content-Type` is not multipart as RFC 2046 section 5.1 defines it. */
export class MultipartSyntaxError extends MultipartError {
  /** Tells the class by name, across realms too. */
  override readonly name = "MultipartSyntaxError";
}

/** The body ended before its closing delimiter `--boundary--`. */
export class MultipartTruncatedError extends MultipartError {
  /** Tells the class by name, across realms too. */
  override readonly name = "MultipartTruncatedError";

  /**
   * Says where the body ended.
   *
   * @param where What was being read when it did.
   */
  constructor(where: string) {
    super(`Cannot read the multipart body: it ended within ${where}`);
  }
}

/** A part carries an encoding that is refused or unknown, or data that is damaged in it. */
export class MultipartEncodingError extends MultipartError {
  /** Tells the class by name, across realms too. */
  override readonly name = "MultipartEncodingError";
}

/** The body passes one of the reader's limits. */
export class MultipartLimitError extends MultipartError {
  /** Tells the class by name, across realms too. */
  override readonly name = "MultipartLimitError";
  /** Which of the limits, by the name of its option. */
  readonly option: keyof MultipartLimits;
  /** The limit that was passed, in the unit of its option. */
  readonly limit: number;

  /**
   * Names the limit in the message.
   *
   * @param option Which of the limits.
   * @param limit The limit that was passed, in the unit of its option.
   */
  constructor(option: keyof MultipartLimits, limit: number) {
    super(`Cannot read the multipart body: more than ${limit} ${SUBJECTS[option]} (${option})`);
    this.option = option;
    this.limit = limit;
  }
}

const SUBJECTS: { readonly [option in keyof MultipartLimits]: string } = {
  maxParts: "parts",
  maxFieldSize: "bytes in a part that is held in memory",
  maxFileSize: "bytes in a part",
  maxTotalSize: "bytes in the whole body",
  maxHeaders: "headers in a part",
  maxHeaderSize: "bytes of headers in a part",
  maxBoundaryLength: "characters in the boundary",
  maxPreambleSize: "bytes before the first part",
  maxEpilogueSize: "bytes after the last part",
  maxNameLength: "bytes in a field name or filename",
  maxDepth: "levels of nesting",
  maxDuration: "milliseconds of waiting for the sender",
};
