/**
 * From `data` and `json` to the body that is sent.
 * @module
 */
import { encodeQuery, type QueryInit } from "../http/query.ts";
import { StreamReader } from "../http/stream_reader.ts";
import { filePayload } from "./file_payload.ts";
import type { Payload } from "./payload.ts";

/** Something that encodes itself as a body; `FormBody` does. */
export interface EncodableBody {
  /**
   * Gives the body.
   *
   * @returns Content type, length in bytes if it is known, whether it can be given again, and the
   * bytes.
   */
  encodeBody(): {
    readonly contentType: string;
    readonly size: number | null;
    readonly replayable: boolean;
    stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
  };
}

/**
 * Anything that can be a request's body. Objects, pairs and `URLSearchParams` are sent as a form;
 * a `Deno.FsFile` from its position to its end, and it is closed then; the `content` of another
 * response as it comes in.
 */
export type RequestData =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | ReadableStream<Uint8Array>
  | Deno.FsFile
  | StreamReader
  | AsyncIterable<Uint8Array | string>
  | EncodableBody
  | Exclude<QueryInit, string>;

const OCTETS = "application/octet-stream";

/**
 * Turns `data` into a body.
 *
 * @param data The body as the caller gave it.
 * @returns The body, its type, and whether it can be sent again.
 * @throws {TypeError} If the value is nothing that can be sent.
 */
export function payloadOf(data: RequestData): Payload {
  if (typeof data === "string") {
    return bytesPayload(new TextEncoder().encode(data), "text/plain; charset=utf-8");
  }
  if (data instanceof ArrayBuffer) return bytesPayload(new Uint8Array(data), OCTETS);
  if (ArrayBuffer.isView(data)) return bytesPayload(viewBytes(data), OCTETS);
  if (data instanceof Blob) return blobPayload(data);
  if (data instanceof ReadableStream) {
    return streamPayload(() => data as ReadableStream<Uint8Array<ArrayBuffer>>);
  }
  if (data instanceof StreamReader) return streamPayload(() => fromIterable(data.iterAny()));
  if (typeof data === "object" && data !== null) return objectPayload(data);
  throw new TypeError(`Cannot send ${typeof data} as a body`);
}

/**
 * Turns a value into a JSON body.
 *
 * @param value What to send.
 * @param serialize Turns the value into text.
 * @returns The body.
 * @throws {TypeError} If the value has no JSON form.
 */
export function jsonPayload(value: unknown, serialize: (value: unknown) => string): Payload {
  const text: unknown = serialize(value);
  if (typeof text !== "string") {
    throw new TypeError(`Cannot send ${typeof value} as JSON: it has no JSON form`);
  }
  return bytesPayload(new TextEncoder().encode(text), "application/json");
}

/**
 * Makes a body of bytes.
 *
 * @param bytes The bytes; they must not change before the request is over.
 * @param contentType Their type.
 * @returns The body.
 */
export function bytesPayload(bytes: Uint8Array<ArrayBuffer>, contentType: string): Payload {
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

/**
 * Makes a body of an unknown number of bytes that can be sent only once.
 *
 * @param open Gives the stream.
 * @returns The body.
 */
function streamPayload(open: () => ReadableStream<Uint8Array<ArrayBuffer>>): Payload {
  return { bytes: null, size: null, contentType: OCTETS, replayable: false, stream: open };
}

function blobPayload(blob: Blob): Payload {
  return {
    bytes: blob.size === 0 ? new Uint8Array(0) : null,
    size: blob.size,
    contentType: blob.type || OCTETS,
    replayable: true,
    stream: () => blob.stream(),
  };
}

function objectPayload(data: Exclude<RequestData, string | ArrayBuffer>): Payload {
  if ("encodeBody" in data && typeof data.encodeBody === "function") {
    const body = (data as EncodableBody).encodeBody();
    const { contentType, size, replayable } = body;
    return { bytes: null, contentType, size, replayable, stream: () => body.stream() };
  }
  if ("Deno" in globalThis && data instanceof Deno.FsFile) return filePayload(data);
  if (data instanceof FormData) {
    // Deno draws the boundary from Math.random(), and buffers the files.
    throw new TypeError("Cannot send a FormData as a body: use FormBody, which streams");
  }
  if (Symbol.asyncIterator in data) {
    return streamPayload(() => fromIterable(data as AsyncIterable<Uint8Array | string>));
  }
  const text = encodeQuery(data as Exclude<QueryInit, string>);
  return bytesPayload(new TextEncoder().encode(text), "application/x-www-form-urlencoded");
}

function viewBytes(view: ArrayBufferView): Uint8Array<ArrayBuffer> {
  if (view.buffer instanceof ArrayBuffer) {
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  }
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice(); // shared memory
}

function fromIterable(
  iterable: AsyncIterable<Uint8Array | string>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const iterator = iterable[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
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
