// Errors of multipart bodies: a class for each condition that callers answer differently.
import { nameErrors } from "../as_error.ts";
import type { MultipartLimits } from "./limits.ts";

/**
 * Base class of all errors of reading a multipart body.
 * @example
 * ```ts
 * import { MultipartError, MultipartReader } from "@roundtrip/http";
 *
 * const reader = new MultipartReader(new Blob(["--b"]).stream(), "multipart/mixed; boundary=b");
 * const error = await reader.next().catch((error) => error);
 * console.assert(error instanceof MultipartError); // the base of all multipart errors
 * ```
 */
export class MultipartError extends Error {}

/** The body or its `Content-Type` is not multipart as RFC 2046 section 5.1 defines it. */
export class MultipartSyntaxError extends MultipartError {}

/** The body ended before its closing delimiter `--boundary--`. */
export class MultipartTruncatedError extends MultipartError {
  /** Creates one; `where` is the part of the body in which it ended. */
  constructor(where: string) {
    super(`Cannot read the multipart body: it ended within ${where}`);
  }
}

/** The encoding of a part is refused or unknown, or its data is damaged. */
export class MultipartEncodingError extends MultipartError {}

/** The body exceeds one of the reader's limits. */
export class MultipartLimitError extends MultipartError {
  /** Name of the limit's option. */
  readonly option: keyof MultipartLimits;
  /** The limit, in the unit of its option. */
  readonly limit: number;

  /** Creates one; the limit is in the unit of its option. */
  constructor(option: keyof MultipartLimits, limit: number) {
    super(`Cannot read the multipart body: more than ${limit} ${SUBJECTS[option]} (${option})`);
    this.option = option;
    this.limit = limit;
  }
}

nameErrors({
  MultipartError,
  MultipartSyntaxError,
  MultipartTruncatedError,
  MultipartEncodingError,
  MultipartLimitError,
});

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
