/**
 * What a reader of bodies takes.
 * @module
 */
import { OptionTable } from "../options.ts";

/** What a `StreamReader` is told by the side that owns the connection. */
export interface StreamReaderOptions {
  /**
   * Longest line that `readLine()`, `readUntil()` and iteration by lines give, in bytes.
   * @default {131072}
   */
  readonly maxLineSize?: number | undefined;
  /**
   * Announced length of the body in bytes, a hint for the size of buffers.
   * @default {null}, not known
   */
  readonly length?: number | null | undefined;
  /** Called once, when the body has ended, has failed or was given up. */
  readonly onEnd?: (() => void) | undefined;
  /** Turns a failure of the stream beneath into the error a reader sees. */
  readonly mapError?: ((error: unknown) => Error) | undefined;
}

/** Names and types of {@linkcode StreamReaderOptions}. */
export const STREAM_READER_OPTIONS = new OptionTable<StreamReaderOptions>({
  maxLineSize: "a number",
  length: "a number or null",
  onEnd: "a function",
  mapError: "a function",
});
