import { iterableBody, type SendableBody, simpleBody, streamBody } from "../bytes/sendable_body.ts";

/** An open file, such as `Deno.FsFile`, from its position to its end; the stream closes it. */
export interface ReadableFile {
  /** Its filename in a form. */
  readonly name?: string;
  /** Its type in a form. */
  readonly type?: string;
  /** The content from the current position on. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Returns the size of the whole file, in bytes, and whether it is a regular file. */
  statSync?(): { readonly size: number; readonly isFile: boolean };
  /** Moves by `offset` bytes from `whence` (1 is the current position) and returns the position. */
  seekSync?(offset: number, whence: number): number;
}

/** Content of a part. */
export type PartValue =
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | ReadableFile;

/** Creates the content of a part; bytes are not copied and must not change before they are sent. */
export function partBody(value: PartValue): SendableBody {
  const simple = simpleBody(value);
  if (simple !== null) return simple;
  if (typeof value === "object" && value !== null) {
    if ("readable" in value && value.readable instanceof ReadableStream) {
      return streamBody(value.readable, fileRange(value)?.size ?? null);
    }
    if (Symbol.asyncIterator in value) return iterableBody(value);
  }
  throw new TypeError(
    `Cannot send a part: expected text, bytes, a Blob, a stream, an async iterable or a file, got ${
      value === null ? "null" : typeof value
    }`,
  );
}

/** Position and remaining bytes of a regular file; `null` for pipes and devices. */
export function fileRange(file: ReadableFile): { start: number; size: number } | null {
  const stat = file.statSync?.();
  if (!stat?.isFile) return null;
  const start = file.seekSync?.(0, 1) ?? 0;
  return { start, size: Math.max(0, stat.size - start) };
}
