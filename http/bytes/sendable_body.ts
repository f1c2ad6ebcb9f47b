/**
 * A body that can be sent, whatever it is made of.
 * @module
 */
import { piecesOf } from "./stream_reader.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A body, and what has to be known about it before it is sent. */
export interface SendableBody {
  /** The whole body, where it is in memory. */
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  /** Length in bytes, `null` where it is not known before the end. */
  readonly size: number | null;
  /** Content type that follows from the content. */
  readonly contentType: string;
  /** Whether `stream()` can be called again, which a redirect or a retry may ask for. */
  readonly replayable: boolean;
  /**
   * The body from its start.
   *
   * @param taken Whether a piece is out of use when the next one is asked for, so that its memory
   * may be freed then. @default {false}
   * @returns Exactly `size` bytes, if that is known.
   * @throws {TypeError} If it can be read once and has been.
   */
  stream(taken?: boolean): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Frees what the body holds, sent or not. */
  close?(): void;
}

/** Type of what has none of its own. */
export const OCTETS = "application/octet-stream";

/**
 * Makes a body of bytes.
 *
 * @param bytes The bytes; they must not change before they are sent.
 * @param contentType Their type.
 */
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

/** Makes a body of text. */
export function textBody(text: string): SendableBody {
  return bytesBody(new TextEncoder().encode(text), "text/plain; charset=utf-8");
}

/** Makes a body of a blob, which is read when it is sent. */
export function blobBody(blob: Blob): SendableBody {
  return {
    bytes: blob.size === 0 ? new Uint8Array(0) : null,
    size: blob.size,
    contentType: blob.type || OCTETS,
    replayable: true,
    stream: () => blob.stream(),
  };
}

/**
 * Makes a body of a stream, which can be sent only once.
 *
 * @param size Its length in bytes, `null` where it is not known.
 */
export function streamBody(
  stream: ReadableStream<Uint8Array>,
  size: number | null = null,
): SendableBody {
  return onceBody(() => stream as ReadableStream<Bytes>, size);
}

/** Makes a body of the pieces of an iterable, which can be sent only once. */
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
  return new ReadableStream<Bytes>({
    async pull(controller) {
      for (;;) {
        const { done, value } = await iterator.next();
        if (done) return controller.close();
        const bytes = typeof value === "string" ? encoder.encode(value) : value;
        if (!(bytes instanceof Uint8Array)) {
          throw new TypeError(`Cannot send ${typeof value} as a piece of a body`);
        }
        if (bytes.length === 0) continue; // an empty piece would look like no progress
        return controller.enqueue(viewBytes(bytes));
      }
    },
    async cancel(reason) {
      await iterator.return?.(reason);
    },
  }, { highWaterMark: 0 });
}
