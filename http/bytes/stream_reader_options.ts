import { OptionTable } from "../options.ts";

/** Options of a `StreamReader`, given by the owner of the connection. */
export interface StreamReaderOptions {
  /** Maximum length of a line, or of a piece of `readUntil()`, in bytes. @default {131072} */
  readonly maxLineSize?: number | undefined;
  /** Announced length of the body in bytes, a hint for buffer sizes. @default {null}, unknown */
  readonly length?: number | null | undefined;
  /** Called once, when the body has ended, failed or was cancelled. */
  readonly onEnd?: (() => void) | undefined;
  /** Maps a stream's error to the one that readers see. */
  readonly mapError?: ((error: unknown) => Error) | undefined;
}

export const STREAM_READER_OPTIONS = new OptionTable<StreamReaderOptions>({
  maxLineSize: "a number",
  length: "a number or null",
  onEnd: "a function",
  mapError: "a function",
});
