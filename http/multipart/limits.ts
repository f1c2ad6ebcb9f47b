import { numberKinds, numbersOf, OptionTable } from "../options.ts";

/** Limits of a multipart reader, finite unless set to `Infinity`; see docs/limits.md. */
export interface MultipartLimits {
  /** Maximum number of parts, nested ones too. @default {1000} */
  readonly maxParts: number;
  /**
   * Maximum bytes that `read()`, `text()`, `json()`, `form()` and `readLine()` hold in memory,
   * before and after decoding. It also limits each form-data part without a filename, even if
   * streamed or skipped. @default {1048576}
   */
  readonly maxFieldSize: number;
  /** Maximum bytes of another part when streamed, for the disk. @default {2147483648} */
  readonly maxFileSize: number;
  /** Maximum bytes of the whole body, including delimiters and headers. @default {4294967296} */
  readonly maxTotalSize: number;
  /** Maximum headers of one part; browsers send two. @default {16} */
  readonly maxHeaders: number;
  /** Maximum bytes of one part's headers, with line ends but not the blank line. @default {8192} */
  readonly maxHeaderSize: number;
  /** Maximum length of the boundary, 70 in RFC 2046; never more than 250. @default {70} */
  readonly maxBoundaryLength: number;
  /** Maximum bytes before the first delimiter, which are meaningless in HTTP. @default {8192} */
  readonly maxPreambleSize: number;
  /** Maximum bytes after the closing delimiter and its line end. @default {8192} */
  readonly maxEpilogueSize: number;
  /** Maximum bytes of a field name or filename, as in the header. @default {1024} */
  readonly maxNameLength: number;
  /** Maximum nesting depth, 1 for the outermost; each level scans again. @default {3} */
  readonly maxDepth: number;
  /** Maximum total wait for the sender alone, in ms; 2 GiB at 10 Mbit/s. @default {1800000} */
  readonly maxDuration: number;
}

const MIB = 1024 * 1024;

const DEFAULTS: MultipartLimits = Object.freeze({
  maxParts: 1000,
  maxFieldSize: MIB,
  maxFileSize: 2048 * MIB,
  maxTotalSize: 4096 * MIB,
  maxHeaders: 16,
  maxHeaderSize: 8192,
  maxBoundaryLength: 70,
  maxPreambleSize: 8192,
  maxEpilogueSize: 8192,
  maxNameLength: 1024,
  maxDepth: 3,
  maxDuration: 30 * 60 * 1000,
});

export const MULTIPART_LIMITS = new OptionTable<Partial<MultipartLimits>>(numberKinds(DEFAULTS));

/** Fills in the defaults. @throws {RangeError} If a limit is negative or not a number. */
export function resolveMultipartLimits(limits: Partial<MultipartLimits> = {}): MultipartLimits {
  return numbersOf(DEFAULTS, limits);
}
