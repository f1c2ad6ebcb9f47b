import { OptionTable } from "../../http/options.ts";
import { lengthlessBody } from "./head_response.ts";
import { parseLength } from "../../http/headers/content_length.ts";
import { pulledStream } from "../../http/bytes/pulled_stream.ts";
import { concatBytes } from "../../http/bytes/bytes.ts";
import { parseContentType } from "../../http/headers/content_type.ts";
import {
  addVary,
  CODINGS,
  compressStream,
  type ContentCoding,
  negotiateCoding,
} from "../../http/coding/content_coding.ts";
import type { Middleware } from "../request/middleware.ts";

/** Options of {@linkcode compress}. */
export interface CompressOptions {
  /** Smallest body to compress, in bytes. @default {1024} */
  readonly threshold?: number;
  /** Codings to use, best first. @default {["br", "gzip", "deflate"]} */
  readonly codings?: readonly ContentCoding[];
  /**
   * Whether bodies of a mime type should be compressed.
   * @default text, JSON, XML, JavaScript, SVG, WebAssembly and plain fonts
   */
  readonly filter?: (mimeType: string) => boolean;
}

const COMPRESS_OPTIONS = new OptionTable<CompressOptions>({
  threshold: "a number",
  codings: "a list",
  filter: "a function",
}, { encoding: 'Write "codings", a list', encodings: 'Write "codings"' });

// Images, videos, archives and WOFF are compressed already.
const COMPRESSIBLE =
  /^text\/(?!event-stream$)|[/+](?:json|xml|javascript|yaml|toml|wasm|sql|graphql|x-ndjson|ld-json)$|^font\/[ot]tf$|^image\/(?:bmp|x-ms-bmp|vnd\.microsoft\.icon)$/;

/**
 * Compresses the bodies of responses by the client's q-values, mime type and size. Content that is
 * encoded already, part of a file, marked `no-transform`, or an event stream stays as it is; so
 * does a `StreamResponse`, which has `enableCompression()`.
 *
 * Do not compress a body in which a client can place its own text beside a secret (the BREACH
 * attack): leave such routes out.
 * @throws {RangeError} If the threshold is not a number of bytes.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application({ middlewares: [web.compressMiddleware()] });
 * app.addRoutes([web.get("/", () => web.textResponse("hello ".repeat(1000)))]);
 * const response = await app.fetch(
 *   new Request("http://localhost/", { headers: { "accept-encoding": "gzip;q=0.5, br" } }),
 * );
 * console.assert(response.headers.get("content-encoding") === "br");
 * await response.body?.cancel();
 * ```
 */
export function compressMiddleware(options: CompressOptions = {}): Middleware {
  COMPRESS_OPTIONS.check("web.compressMiddleware()", options);
  const {
    threshold = 1024,
    codings = CODINGS,
    filter = (mimeType) => COMPRESSIBLE.test(mimeType),
  } = options;
  if (!Number.isFinite(threshold) || threshold < 0) {
    throw new RangeError(`Cannot compress from ${threshold} on: expected a number of bytes`);
  }
  return async (request, handler) => {
    const response = await handler(request);
    if (!(response instanceof Response) || response.bodyUsed) return response;
    if (response.status === 304) return notModified(request.headers, response, codings);
    if (response.body === null && request.method !== "HEAD") return response;
    if (!filter(parseContentType(response.headers.get("content-type")).mimeType)) return response;
    const length = parseLength(response.headers.get("content-length"));
    if (length !== null && length < threshold) return response;
    const headers = new Headers(response.headers);
    const coding = negotiateCoding(request.headers, headers, codings);
    const { status, statusText } = response;
    // Without a body and a length, the answer to GET is unknown.
    if (response.body === null && length === null) return response;
    if (coding === null || response.body === null) {
      const body = coding === null ? response.body : lengthlessBody(); // for HEAD
      return new Response(body, { status, statusText, headers });
    }
    const [start, rest] = await split(response.body, length === null ? threshold : 0);
    if (rest !== null) {
      const body = compressStream(joined(start, rest), coding);
      return new Response(body, { status, statusText, headers });
    }
    const plain = new Headers(response.headers);
    addVary(plain, "Accept-Encoding");
    return new Response(concatBytes(start), { status, statusText, headers: plain });
  };
}

/** Caches apply a 304's `Vary` and tag to their stored response (RFC 9110 section 15.4.5). */
function notModified(
  request: Headers,
  response: Response,
  codings: readonly ContentCoding[],
): Response {
  const headers = new Headers(response.headers);
  negotiateCoding(request, headers, codings);
  headers.delete("content-encoding");
  // Short content is not compressed, and its length is unknown here. The client has the tag.
  const etag = response.headers.get("etag");
  const held = request.get("if-none-match") ?? "";
  if (etag !== null && !held.includes(headers.get("etag") ?? etag)) headers.set("etag", etag);
  return new Response(null, { status: 304, statusText: response.statusText, headers });
}

type Chunk = Uint8Array<ArrayBuffer>;

/** Reads up to a size; returns the bytes, and the reader of the rest if there is one. */
async function split(
  body: ReadableStream<Chunk>,
  size: number,
): Promise<[start: Chunk[], rest: ReadableStreamDefaultReader<Chunk> | null]> {
  const reader = body.getReader();
  const start: Chunk[] = [];
  for (let read = 0; read < size;) {
    const { done, value } = await reader.read();
    if (done) return [start, null];
    start.push(value);
    read += value.length;
  }
  return [start, reader];
}

function joined(
  start: readonly Chunk[],
  rest: ReadableStreamDefaultReader<Chunk>,
): ReadableStream<Chunk> {
  const first = start[Symbol.iterator]();
  return pulledStream(
    async () => first.next().value ?? (await rest.read()).value ?? null,
    (reason) => rest.cancel(reason),
  );
}
