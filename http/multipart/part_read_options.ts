/**
 * How a part is read.
 * @module
 */
import { OptionTable } from "../options.ts";

/** What `BodyPartReader.read()` can be told. */
export interface PartReadOptions {
  /**
   * Whether to undo `Content-Transfer-Encoding` (base64, quoted-printable) and `Content-Encoding`
   * (gzip, deflate).
   * @default {false}
   */
  readonly decode?: boolean | undefined;
  /**
   * Most bytes to hold in memory, in place of the reader's `maxFieldSize`. A form-data part
   * without a filename stays under that one too.
   */
  readonly maxSize?: number | undefined;
}

/** Names and types of {@linkcode PartReadOptions}. */
export const PART_READ_OPTIONS = new OptionTable<PartReadOptions>({
  decode: "true or false",
  maxSize: "a number",
});

/** What the text-reading methods of `BodyPartReader` can be told. */
export interface PartTextOptions {
  /** Encoding name, in place of the part's `charset`; UTF-8 where neither is given. */
  readonly encoding?: string | undefined;
}

/** Names and types of {@linkcode PartTextOptions}. */
export const PART_TEXT_OPTIONS = new OptionTable<PartTextOptions>({ encoding: "a string" });
