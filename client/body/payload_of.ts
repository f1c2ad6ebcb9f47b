/**
 * From `data` to the body that is sent.
 * @module
 */
import { FormBody, type FormValue, MAX_JOINED } from "../../http/multipart/form_body.ts";
import { MultipartWriter } from "../../http/multipart/multipart_writer.ts";
import { encodeQuery, type QueryInit, type QueryValue } from "../../http/query.ts";
import { StreamReader } from "../../http/bytes/stream_reader.ts";
import { filePayload } from "./file_payload.ts";
import type { Payload } from "../hop/payload.ts";

/**
 * Anything that can be a request's body. Objects, pairs and `URLSearchParams` are sent as a form,
 * which is multipart where a value is a file, bytes or a stream, as in a `FormBody`; a `Deno.FsFile`
 * from its position to its end, and it is closed then; the `content` of another response as it
 * comes in.
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
  | FormBody
  | FormData
  | MultipartWriter
  | Exclude<QueryInit, string>
  | Iterable<readonly [name: string, value: FormValue | null | undefined]>
  | {
    readonly [name: string]:
      | FormValue
      | null
      | undefined
      | readonly (FormValue | null | undefined)[];
  };

/** The fields of a form in an object of any type, an `interface` too. */
export type DataFields<T> = {
  readonly [Key in keyof T]:
    | FormValue
    | null
    | undefined
    | readonly (FormValue | null | undefined)[];
};

/** Value of a form given as an object or as pairs; `null` and `undefined` leave the field out. */
type FieldValue = FormValue | null | undefined;

const OCTETS = "application/octet-stream";

/**
 * Turns anything that `data` takes into a body, for a middleware that sends another one: bytes, text,
 * a form, a file, a stream. See {@linkcode jsonPayload} for JSON.
 *
 * @param data The body.
 * @returns The body, its type, and whether it can be sent again.
 * @throws {TypeError} If the value is nothing that can be sent.
 *
 * @example
 * ```ts
 * import { type ClientMiddleware, ClientSession, payloadOf } from "@roundtrip/http";
 *
 * const signed: ClientMiddleware = (request, handler) =>
 *   handler(request.with({ payload: payloadOf({ user: "ann", signature: "abc" }) }));
 * const app = { fetch: async (r: Request) => new Response(await r.text()) };
 * await using session = new ClientSession({ app, middlewares: [signed] });
 * await using response = await session.post("/", { data: { user: "ann" } });
 * console.assert(await response.text() === "user=ann&signature=abc");
 * ```
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
 * Makes a body of bytes.
 *
 * @param bytes The bytes; they must not change before the request is over.
 * @param contentType Their type.
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

/** Makes a body of an unknown number of bytes that can be sent only once. */
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
  if (data instanceof FormBody) return formPayload(data);
  // Deno's own encoder of FormData draws its boundary from Math.random().
  if (data instanceof FormData) return formPayload(new FormBody(data));
  if (data instanceof MultipartWriter) return multipartPayload(data);
  if ("Deno" in globalThis && data instanceof Deno.FsFile) return filePayload(data);
  if (Symbol.asyncIterator in data) {
    return streamPayload(() => fromIterable(data as AsyncIterable<Uint8Array | string>));
  }
  if (data instanceof URLSearchParams) return urlencoded(encodeQuery(data));
  const pairs = pairsOf(data as Readonly<Record<string, FieldValue>>);
  // What is no text is a file, or nothing that a form can hold; then FormBody says so.
  if (pairs.some((pair) => typeof pair?.[1] === "object" && pair[1] !== null)) {
    const form = new FormBody();
    for (const [name, value] of pairs) {
      if (value !== null && value !== undefined) form.addField(name, value);
    }
    return formPayload(form);
  }
  return urlencoded(encodeQuery(pairs as Iterable<readonly [string, QueryValue]>, "form field"));
}

function urlencoded(text: string): Payload {
  return bytesPayload(new TextEncoder().encode(text), "application/x-www-form-urlencoded");
}

/** The fields of a form that is given as an object or as pairs. */
function pairsOf(
  data: Iterable<readonly [string, FieldValue]> | Readonly<Record<string, FieldValue>>,
): (readonly [string, FieldValue])[] {
  if (Symbol.iterator in data) return [...data];
  return Object.entries(data).flatMap(([name, value]) =>
    [value].flat().map((each) => [name, each] as const)
  );
}

function formPayload(form: FormBody): Payload {
  const { body, contentType, contentLength, replayable } = form.encode();
  if (body instanceof Uint8Array) return bytesPayload(body, contentType);
  let first: typeof body | null = body;
  return {
    bytes: null,
    size: contentLength,
    contentType,
    replayable,
    stream() {
      const stream = first ?? form.encode().body as typeof body;
      first = null;
      return stream;
    },
    // A form that was never sent gives its files and streams up.
    close: () => void first?.cancel().catch(() => {}),
  };
}

function multipartPayload(writer: MultipartWriter): Payload {
  const { size, contentType, isReplayable } = writer;
  const bytes = size !== null && size <= MAX_JOINED ? writer.bytes() : null;
  if (bytes !== null) return bytesPayload(bytes, contentType);
  const stream = (): ReadableStream<Uint8Array<ArrayBuffer>> => writer.stream();
  return {
    bytes: null,
    size,
    contentType,
    replayable: isReplayable,
    stream,
    // What was never sent, or not to its end, gives its files and streams up.
    close: () => void stream().cancel().catch(() => {}),
  };
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
