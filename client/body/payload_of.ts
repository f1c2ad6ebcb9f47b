import {
  bytesBody,
  iterableBody,
  type SendableBody,
  simpleBody,
} from "../../http/bytes/sendable_body.ts";
import { FormBody, type FormValue } from "../../http/multipart/form_body.ts";
import { MultipartWriter, writerBody } from "../../http/multipart/multipart_writer.ts";
import { encodeQuery, pairsIn, type QueryInit, type QueryValue } from "../../http/query.ts";
import { StreamReader } from "../../http/bytes/stream_reader.ts";
import { CODINGS, compressStream } from "../../http/coding/content_coding.ts";
import { fileRange } from "../../http/multipart/part_body.ts";

/**
 * Values for a request body. Objects, pairs and `URLSearchParams` are sent as a form, multipart if
 * a value is a file, bytes or a stream (see `FormBody`); a `Deno.FsFile` from its position to its
 * end, then it is closed; the `content` of another response is streamed.
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
  | DataFields<Record<string, unknown>>;

/** Form fields as an object type, interfaces included. */
export type DataFields<T> = {
  readonly [Key in keyof T]:
    | FormValue
    | null
    | undefined
    | readonly (FormValue | null | undefined)[];
};

type FieldValue = FormValue | null | undefined;

/**
 * Creates a body from any value of `data`, for middlewares that replace the body: bytes, text, a
 * form, a file, a stream. See {@linkcode jsonPayload} for JSON.
 * @throws {TypeError} If the value cannot be sent.
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
export function payloadOf(data: RequestData): SendableBody {
  const simple = simpleBody(data);
  if (simple !== null) return simple;
  if (data instanceof StreamReader) return iterableBody(data);
  if (typeof data === "object" && data !== null) return objectPayload(data);
  throw new TypeError(`Cannot send ${typeof data} as a body`);
}

function objectPayload(data: Exclude<RequestData, string>): SendableBody {
  if (data instanceof FormBody) return data.encode();
  // Deno's encoder of FormData takes its boundary from Math.random().
  if (data instanceof FormData) return new FormBody(data).encode();
  if (data instanceof MultipartWriter) return writerBody(data);
  if ("Deno" in globalThis && data instanceof Deno.FsFile) return filePayload(data);
  if (Symbol.asyncIterator in data) return iterableBody(data as AsyncIterable<Uint8Array | string>);
  if (data instanceof URLSearchParams) return urlencoded(encodeQuery(data));
  const pairs = [...pairsIn<FieldValue>(data as Readonly<Record<string, FieldValue>>)];
  // Other values are files, or FormBody rejects them.
  if (pairs.some((pair) => typeof pair?.[1] === "object" && pair[1] !== null)) {
    const form = new FormBody();
    for (const [name, value] of pairs) {
      if (value !== null && value !== undefined) form.addField(name, value);
    }
    return form.encode();
  }
  return urlencoded(encodeQuery(pairs as Iterable<readonly [string, QueryValue]>, "form field"));
}

function urlencoded(text: string): SendableBody {
  return bytesBody(new TextEncoder().encode(text), "application/x-www-form-urlencoded");
}

/** Content coding of a request body; `true` is deflate, as in aiohttp. */
export type RequestCompression = boolean | "deflate" | "gzip" | "br";

export function compressedPayload(
  payload: SendableBody,
  compression: Exclude<RequestCompression, false>,
): SendableBody {
  const coding = compression === true ? "deflate" : compression;
  if (!CODINGS.includes(coding)) {
    throw new TypeError(`Cannot compress with "${coding}": expected deflate, gzip or br`);
  }
  return {
    bytes: null,
    size: null,
    contentType: payload.contentType,
    contentEncoding: coding,
    replayable: payload.replayable,
    stream: () => compressStream(payload.stream(), coding),
    close: () => payload.close?.(),
  };
}

const PIECE = 512 * 1024;

/** Creates a body from an open file, from its position on; the file is closed after the request. */
function filePayload(file: Deno.FsFile & { readonly type?: string }): SendableBody {
  const range = fileRange(file);
  let open = true;
  let streams = 0;
  return {
    bytes: range?.size === 0 ? new Uint8Array(0) : null,
    size: range?.size ?? null,
    contentType: file.type ?? "application/octet-stream",
    replayable: range !== null,
    stream(taken) {
      const own = ++streams;
      return fileStream(file, range, taken, () => own === streams);
    },
    close() {
      if (!open) return;
      open = false;
      try {
        file.close();
      } catch {
        // The caller has closed it already.
      }
    },
  };
}

function fileStream(
  file: Deno.FsFile,
  range: ReturnType<typeof fileRange>,
  taken: "free" | "reuse" | undefined,
  isLatest: () => boolean,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = range?.size ?? Infinity;
  let last: Uint8Array<ArrayBuffer> | null = null;
  // All streams of a file share its position, so a stream left over from before a redirect or retry
  // must stop.
  const check = (): void => {
    if (!isLatest()) throw new Error("Cannot send the file: it is being sent again");
  };
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async start() {
      if (range !== null) await file.seek(range.start, Deno.SeekMode.Start);
    },
    async pull(controller) {
      check();
      // The garbage collector would wait for about 64 MB.
      if (taken === "free") last?.buffer.transfer(0);
      // Bytes appended meanwhile are not sent: the length is already announced.
      const size = Math.min(PIECE, left);
      const buffer = taken === "reuse" && last !== null
        ? last.subarray(0, size)
        : new Uint8Array(size);
      const count = left === 0 ? null : await file.read(buffer);
      check();
      if (count !== null) {
        left -= count;
        last = buffer;
        controller.enqueue(buffer.subarray(0, count));
      } else if (range !== null && left > 0) {
        throw new Error(`Cannot send the file: it became ${left} bytes shorter meanwhile`);
      }
      if (count === null || left === 0) controller.close();
    },
  }, { highWaterMark: 0 });
}
