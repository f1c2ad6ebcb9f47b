/**
 * How a part is read.
 * @module
 */
import { OptionTable } from "../options.ts";

/**
 * What `BodyPartReader.read()` can be told.
 *
 * @example
 * ```ts
 * import { BodyPartReader, MultipartReader, type PartReadOptions } from "@roundtrip/http";
 *
 * const body = "--b\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--";
 * const reader = new MultipartReader(new Blob([body]).stream(), "multipart/mixed; boundary=b");
 * const part = await reader.next();
 * const options: PartReadOptions = { decode: true, maxSize: 1024 };
 * if (!(part instanceof BodyPartReader)) throw new Error("expected a part");
 * console.assert(new TextDecoder().decode(await part.read(options)) === "hello");
 * ```
 */
export interface PartReadOptions {
  /**
   * Whether to undo `Content-Transfer-Encoding` (base64, quoted-printable) and `Content-Encoding`
   * (gzip, deflate).
   * @default {false}
   */
  readonly decode?: boolean;
  /**
   * Most bytes to hold in memory, in place of the reader's `maxFieldSize`. A form-data part
   * without a filename stays under that one too.
   */
  readonly maxSize?: number;
}

/** Names and types of {@linkcode PartReadOptions}. */
export const PART_READ_OPTIONS = new OptionTable<PartReadOptions>({
  decode: "true or false",
  maxSize: "a number",
});

/**
 * What the text-reading methods of `BodyPartReader` can be told.
 *
 * @example
 * ```ts
 * import { BodyPartReader, MultipartReader, type PartTextOptions } from "@roundtrip/http";
 *
 * const head = new TextEncoder().encode("--b\r\n\r\n");
 * const body = new Blob([head, new Uint8Array([0xc4, 0xe3, 0xba, 0xc3]), "\r\n--b--"]);
 * const reader = new MultipartReader(body.stream(), "multipart/mixed; boundary=b");
 * const part = await reader.next();
 * const options: PartTextOptions = { encoding: "gbk" };
 * if (!(part instanceof BodyPartReader)) throw new Error("expected a part");
 * console.assert(await part.text(options) === "你好");
 * ```
 */
export interface PartTextOptions {
  /** Encoding name, in place of the part's `charset`; UTF-8 where neither is given. */
  readonly encoding?: string;
}

/** Names and types of {@linkcode PartTextOptions}. */
export const PART_TEXT_OPTIONS = new OptionTable<PartTextOptions>({ encoding: "a string" });
