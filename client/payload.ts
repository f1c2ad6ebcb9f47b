/**
 * From `data` and `json` to the body that is sent.
 * @module
 */
import { FormBody } from "../http/form_body.ts";
import { MultipartWriter } from "../http/multipart_writer.ts";
import { encodeQuery, type QueryInit } from "../http/query.ts";

/** Anything that can be a request's body. Objects, pairs and `URLSearchParams` are sent as a form. */
export type RequestData =
  | string
  | Uint8Array<ArrayBuffer>
  | ArrayBuffer
  | Blob
  | FormBody
  | FormData
  | MultipartWriter
  | ReadableStream<Uint8Array<ArrayBuffer>>
  | Exclude<QueryInit, string>;

/** A body as the transport takes it. */
export interface Payload {
  /** What is sent. */
  readonly body: string | Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Content type, used unless the caller set one. */
  readonly contentType: string;
  /** Whether the body can be sent again, which a redirect may ask for. */
  readonly replayable: boolean;
}

/**
 * Turns `data` into a body.
 *
 * @param data The body as the caller gave it.
 * @returns The body, its type, and whether it can be sent again.
 * @throws {TypeError} If the value is nothing that can be sent.
 */
export function payloadOf(data: RequestData): Payload {
  if (typeof data === "string") return replayable(data, "text/plain; charset=utf-8");
  if (data instanceof Uint8Array) return replayable(data, "application/octet-stream");
  if (data instanceof ArrayBuffer) return payloadOf(new Uint8Array(data));
  if (data instanceof Blob) return replayable(data, data.type || "application/octet-stream");
  if (data instanceof ReadableStream) {
    return { body: data, contentType: "application/octet-stream", replayable: false };
  }
  // Deno's own encoder of FormData draws its boundary from Math.random().
  if (data instanceof FormData) return payloadOf(new FormBody(data));
  if (data instanceof FormBody) return data.encode();
  if (data instanceof MultipartWriter) {
    return {
      body: data.bytes() ?? data.stream(),
      contentType: data.contentType,
      replayable: data.isReplayable,
    };
  }
  if (typeof data === "object" && data !== null) {
    return replayable(encodeQuery(data), "application/x-www-form-urlencoded");
  }
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
  return replayable(text, "application/json");
}

function replayable(body: string | Uint8Array<ArrayBuffer> | Blob, contentType: string): Payload {
  return { body, contentType, replayable: true };
}
