/**
 * The content of a part to be sent, whatever it comes from.
 * @module
 */

import { piecesOf } from "../bytes/stream_reader.ts";

/**
 * An open file: `Deno.FsFile` is one. Its size is asked for where it can be; what lies between the
 * current position and the end is sent, and the file is closed by its stream.
 */
export interface ReadableFile {
  /** The content from the current position on. */
  readonly readable: ReadableStream<Uint8Array>;
  /** Tells the size of the whole file, in bytes, and whether it is a regular file. */
  statSync?(): { readonly size: number; readonly isFile: boolean };
  /** Moves by `offset` bytes from `whence` (1 is the current position) and tells the position. */
  seekSync?(offset: number, whence: number): number;
}

/** What a part can be made of. */
export type PartValue =
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | ReadableFile;

/** The content of a part. */
export interface PartBody {
  /** The content, where it is in memory. */
  readonly bytes: Uint8Array | null;
  /** Its length in bytes, `null` where that is unknown beforehand. */
  readonly size: number | null;
  /** Whether it can be read more than once. */
  readonly isReplayable: boolean;
  /** What the content is by itself. */
  readonly contentType: string;
  /**
   * Reads the content.
   *
   * @throws {TypeError} If it can be read once and has been.
   */
  open(): AsyncIterable<Uint8Array>;
  /** Gives the content up, whether it is being read or not. */
  cancel(reason: unknown): Promise<void>;
}

const OCTETS = "application/octet-stream";

/**
 * Wraps a value as the content of a part.
 *
 * @param value The value; bytes are not copied and must not change before they are sent.
 * @throws {TypeError} If the value is nothing that can be sent.
 */
export function partBody(value: PartValue): PartBody {
  if (typeof value === "string") {
    return bytesBody(new TextEncoder().encode(value), "text/plain; charset=utf-8");
  }
  if (value instanceof Uint8Array) return bytesBody(value, OCTETS);
  if (value instanceof ArrayBuffer) return bytesBody(new Uint8Array(value), OCTETS);
  if (value instanceof Blob) return blobBody(value);
  if (value instanceof ReadableStream) return streamBody(value, null);
  if (typeof value === "object" && value !== null) {
    if ("readable" in value && value.readable instanceof ReadableStream) {
      return streamBody(value.readable, fileSize(value));
    }
    if (Symbol.asyncIterator in value) return iterableBody(value);
  }
  throw new TypeError(
    `Cannot send a part: expected text, bytes, a Blob, a stream, an async iterable or a file, got ${
      value === null ? "null" : typeof value
    }`,
  );
}

function bytesBody(bytes: Uint8Array, contentType: string): PartBody {
  return {
    bytes,
    size: bytes.length,
    isReplayable: true,
    contentType,
    open: async function* () {
      yield bytes;
    },
    cancel: () => Promise.resolve(),
  };
}

function blobBody(blob: Blob): PartBody {
  const readers = new Set<ReadableStreamDefaultReader<Uint8Array>>();
  return {
    bytes: null,
    size: blob.size,
    isReplayable: true,
    contentType: blob.type || OCTETS,
    open: async function* () {
      const reader = blob.stream().getReader();
      readers.add(reader);
      yield* readAll(reader);
      readers.delete(reader);
    },
    cancel: async (reason) => {
      for (const reader of readers) await reader.cancel(reason);
    },
  };
}

function streamBody(stream: ReadableStream<Uint8Array>, size: number | null): PartBody {
  let reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  return {
    bytes: null,
    size,
    isReplayable: false,
    contentType: OCTETS,
    open: () => {
      if (reader !== null) throw spent();
      reader = stream.getReader();
      return readAll(reader);
    },
    cancel: (reason) => (reader ?? stream).cancel(reason),
  };
}

function iterableBody(iterable: AsyncIterable<Uint8Array>): PartBody {
  let iterator: AsyncIterator<Uint8Array> | null = null;
  return {
    bytes: null,
    size: null,
    isReplayable: false,
    contentType: OCTETS,
    open: () => {
      if (iterator !== null) throw spent();
      const opened = iterator = piecesOf(iterable)[Symbol.asyncIterator]();
      return { [Symbol.asyncIterator]: () => opened };
    },
    cancel: async () => {
      await iterator?.return?.();
    },
  };
}

async function* readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  for (let result = await reader.read(); !result.done; result = await reader.read()) {
    yield result.value;
  }
}

/** What is left of a regular file; pipes and devices have no size. */
function fileSize(file: ReadableFile): number | null {
  const stat = file.statSync?.();
  if (stat === undefined || !stat.isFile) return null;
  return Math.max(0, stat.size - (file.seekSync?.(0, 1) ?? 0));
}

function spent(): TypeError {
  return new TypeError("Cannot send a part: its content can be read once, and has been");
}
