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
import { filePayload } from "./file_payload.ts";

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

/** Value of a form field; `null` and `undefined` omit the field. */
type FieldValue = FormValue | null | undefined;

/**
 * Creates a body from any value of `data`, for middlewares that replace the body: bytes, text, a
 * form, a file, a stream. See {@linkcode jsonPayload} for JSON.
 * @throws {TypeError} If the value cannot be sent.
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
  if (Symbol.asyncIterator in data) {
    return iterableBody(data as AsyncIterable<Uint8Array | string>);
  }
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
