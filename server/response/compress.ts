import { OptionTable } from "../../http/options.ts";
import { lengthlessBody } from "./head_response.ts";
import { parseLength } from "../../http/headers/content_length.ts";
import { parseContentType } from "../../http/headers/content_type.ts";
import {
  CODINGS,
  compressStream,
  type ContentCoding,
  negotiateCoding,
} from "../../http/coding/content_coding.ts";
import { portOf } from "../engine/engine_of_request.ts";
import type { Middleware } from "../request/middleware.ts";
import { requestInternals } from "../request/request.ts";

/** Options of {@linkcode compress}. */
export interface CompressOptions {
  /** Smallest body to compress, in bytes; one of unknown size is. @default {1024} */
  readonly threshold?: number;
  /** Codings to use, best first. @default {["br", "gzip", "deflate"]} */
  readonly codings?: readonly ContentCoding[];
  /** Whether to compress a mime type. @default text, JSON, XML, JavaScript, SVG, WebAssembly, fonts */
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
 * encoded already, part of a file, marked `no-transform`, or an event stream stays as it is, and a
 * `StreamResponse`, which has `enableCompression()`. Leave out routes whose body has a secret
 * beside text of a client's own (the BREACH attack).
 * @throws {RangeError} If the threshold is not a number of bytes.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application({ middlewares: [web.compressMiddleware()] });
 * app.addRoutes([web.get("/", () => web.textResponse("hello ".repeat(1000)))]);
 * const response = await app.request("/", { headers: { "accept-encoding": "gzip;q=0.5, br" } });
 * console.assert(response.headers.get("content-encoding") === "br");
 * ```
 */
export function compressMiddleware(options: CompressOptions = {}): Middleware {
  COMPRESS_OPTIONS.check("web.compressMiddleware()", options);
  const { threshold = 1024, codings = CODINGS, filter = (type) => COMPRESSIBLE.test(type) } =
    options;
  if (!Number.isFinite(threshold) || threshold < 0) {
    throw new RangeError(`Cannot compress from ${threshold} on: expected a number of bytes`);
  }
  return async (request, handler) => {
    const response = await handler(request);
    if (!(response instanceof Response) || response.bodyUsed) return response;
    if (response.status === 304) return notModified(request.headers, response, codings);
    if (!filter(parseContentType(response.headers.get("content-type")).mimeType)) return response;
    const length = parseLength(response.headers.get("content-length"));
    const size = length ?? portOf(requestInternals.infoOf(request)).bodySizeOf(response);
    if (size !== null && size < threshold) return response;
    const { body, status, statusText } = response;
    // Without a body and a length, the answer to GET is unknown.
    if (body === null && (request.method !== "HEAD" || length === null)) return response;
    const headers = new Headers(response.headers);
    const coding = negotiateCoding(request.headers, headers, codings);
    if (coding === null) return new Response(body, { status, statusText, headers });
    const coded = body === null ? lengthlessBody() : compressStream(body, coding);
    return new Response(coded, { status, statusText, headers });
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
