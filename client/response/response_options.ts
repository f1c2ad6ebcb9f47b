/**
 * How a body is read as text and as JSON.
 * @module
 */
import { OptionTable } from "../../http/options.ts";

/** How to decode the text of a body. */
export interface TextOptions {
  /** Encoding to use whatever the header says, `"gbk"` for example. */
  readonly encoding?: string | undefined;
  /**
   * What happens to bytes that are not of that encoding: `strict` is an error, `replace` gives
   * U+FFFD for them.
   * @default {"strict"}
   */
  readonly errors?: "strict" | "replace" | undefined;
}

/** Names and types of {@linkcode TextOptions}. */
export const TEXT_OPTIONS = new OptionTable<TextOptions>({
  encoding: "a string",
  errors: "a string",
});

/** How to read the JSON of a body. */
export interface JsonOptions extends TextOptions {
  /**
   * Mime type that the reply has to have; a part of it is enough. `null` accepts any.
   * @default {"application/json"} and whatever ends in `+json`
   */
  readonly contentType?: string | null | undefined;
  /** Turns the text into a value. @default {JSON.parse} */
  readonly loads?: ((text: string) => unknown) | undefined;
}

/** Names and types of {@linkcode JsonOptions}. */
export const JSON_OPTIONS = new OptionTable<JsonOptions>({
  ...TEXT_OPTIONS.kinds,
  contentType: "a string or null",
  loads: "a function",
});
