import { OptionTable } from "../../http/options.ts";

/** Options for decoding text. */
export interface TextOptions {
  /** Encoding that overrides the header, for example `"gbk"`. */
  readonly encoding?: string | undefined;
  /** Handling of invalid bytes: `strict` throws, `replace` inserts U+FFFD. @default {"strict"} */
  readonly errors?: "strict" | "replace" | undefined;
}

export const TEXT_OPTIONS = new OptionTable<TextOptions>({
  encoding: "a string",
  errors: "a string",
});

/** Options for reading JSON. */
export interface JsonOptions extends TextOptions {
  /**
   * Required MIME type or a part of it; `null` accepts any.
   * @default {"application/json"} and types that end in `+json`
   */
  readonly contentType?: string | null | undefined;
  /** Parses the text. @default {JSON.parse} */
  readonly loads?: ((text: string) => unknown) | undefined;
}

export const JSON_OPTIONS = new OptionTable<JsonOptions>({
  ...TEXT_OPTIONS.kinds,
  contentType: "a string or null",
  loads: "a function",
});
