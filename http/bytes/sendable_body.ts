import type { Bytes } from "./bytes.ts";
import { pulledStream } from "./pulled_stream.ts";
import { piecesOf } from "./stream_reader.ts";

/** A body to send, and its metadata. */
export interface SendableBody {
  /** The whole body, if it is in memory. */
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  /** Length in bytes, `null` if unknown. */
  readonly size: number | null;
  /** Content type implied by the content. */
  readonly contentType: string;
  /** Value of `Content-Encoding`, `null` for none. */
  readonly contentEncoding?: string | null;
  /** Whether `stream()` can be called again, for a redirect or a retry. */
  readonly replayable: boolean;
  /**
   * The body from its start: exactly `size` bytes, if that is known.
   * @param taken Use of a piece's memory once the next one is requested; unchanged by default.
   * @throws {TypeError} If it can only be read once and has been.
   */
  stream(taken?: "free" | "reuse"): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Frees the body's resources, sent or not. */
  close?(): void;
}

export const OCTETS = "application/octet-stream";

/** Creates a body from bytes, which must not change before they are sent. */
export function bytesBody(bytes: Bytes, contentType: string = OCTETS): SendableBody {
  return {
    bytes,
    size: bytes.length,
    contentType,
    replayable: true,
    stream: () =>
      new ReadableStream({
        start(controller) {
          if (bytes.length > 0) controller.enqueue(bytes);
          controller.close();
        },
      }),
  };
}

/** Creates a body from a blob, which is read when it is sent. */
function blobBody(blob: Blob): SendableBody {
  return {
    bytes: blob.size === 0 ? new Uint8Array(0) : null,
    size: blob.size,
    contentType: blob.type || OCTETS,
    replayable: true,
    stream: () => blob.stream(),
  };
}

/** Creates a body from a stream, which can be sent only once; the size is in bytes. */
export function streamBody(
  stream: ReadableStream<Uint8Array>,
  size: number | null = null,
): SendableBody {
  return onceBody(() => stream as ReadableStream<Bytes>, size);
}

/** Creates a body from an iterable of pieces, which can be sent only once. */
export function iterableBody(iterable: AsyncIterable<Uint8Array | string>): SendableBody {
  return onceBody(() => streamOf(piecesOf(iterable)), null);
}

function onceBody(open: () => ReadableStream<Bytes>, size: number | null): SendableBody {
  let isOpen = false;
  return {
    bytes: null,
    size,
    contentType: OCTETS,
    replayable: false,
    stream() {
      if (isOpen) throw new TypeError("Cannot send it: its content can be read once, and has been");
      isOpen = true;
      return open();
    },
  };
}

/** Creates a body from text, bytes, a blob or a stream; `null` for any other value. */
export function simpleBody(value: unknown): SendableBody | null {
  if (typeof value === "string") {
    return bytesBody(new TextEncoder().encode(value), "text/plain; charset=utf-8");
  }
  if (value instanceof ArrayBuffer) return bytesBody(new Uint8Array(value));
  if (ArrayBuffer.isView(value)) return bytesBody(viewBytes(value));
  if (value instanceof Blob) return blobBody(value);
  return value instanceof ReadableStream ? streamBody(value) : null;
}

/** The bytes of a view; a copy where its memory is shared. */
export function viewBytes(view: ArrayBufferView): Bytes {
  if (view.buffer instanceof ArrayBuffer) {
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  }
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
}

function streamOf(iterable: AsyncIterable<Uint8Array | string>): ReadableStream<Bytes> {
  const encoder = new TextEncoder();
  const iterator = iterable[Symbol.asyncIterator]();
  return pulledStream(async () => {
    for (;;) {
      const { done, value } = await iterator.next();
      if (done) return null;
      const bytes = typeof value === "string" ? encoder.encode(value) : value;
      if (!(bytes instanceof Uint8Array)) {
        throw new TypeError(`Cannot send ${typeof value} as a piece of a body`);
      }
      if (bytes.length > 0) return viewBytes(bytes); // an empty piece would look like the end
    }
  }, async (reason) => void await iterator.return?.(reason));
}
