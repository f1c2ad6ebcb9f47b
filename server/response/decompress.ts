import type { Bytes } from "../../http/bytes/bytes.ts";
import { pulledStream } from "../../http/bytes/pulled_stream.ts";
import type { BodySource } from "../../http/bytes/body_source.ts";
import {
  ACCEPT_ENCODING,
  ContentDecodingError,
  decodedSource,
  isDecodable,
} from "../../http/coding/content_decoder.ts";
import { HTTPBadRequest, HTTPUnsupportedMediaType } from "../exceptions/replies.ts";
import type { Middleware } from "../request/middleware.ts";
import { requestInternals, type ServerRequest } from "../request/request.ts";

/**
 * Decodes bodies with `Content-Encoding`: gzip, deflate, brotli and zstd, also several in a row.
 * Handlers see the request without that header and `Content-Length`; limits count decoded bytes. A
 * broken or truncated body is answered with 400, an unknown coding with 415.
 * @example
 * ```ts
 * import { ClientSession, web } from "@roundtrip/http";
 *
 * const app = new web.Application({ middlewares: [web.decompressMiddleware()] });
 * app.addRoutes([web.post("/", async (request) => web.jsonResponse(await request.json()))]);
 * await using session = new ClientSession({ app });
 * await using response = await session.post("/", { json: { a: 1 }, compress: "gzip" });
 * console.assert((await response.json<{ a: number }>()).a === 1);
 * ```
 */
export function decompressMiddleware(): Middleware {
  return (request, handler) => {
    const coding = request.headers.get("content-encoding");
    const { body } = request.raw;
    if (coding === null || body === null || coding.trim().toLowerCase() === "identity") {
      return handler(request);
    }
    if (!isDecodable(coding)) {
      throw new HTTPUnsupportedMediaType({
        text: `Cannot decode content-encoding "${coding.slice(0, 80)}"`,
        headers: { "accept-encoding": ACCEPT_ENCODING }, // RFC 9110 section 15.5.16
      });
    }
    const headers = new Headers(request.headers);
    headers.delete("content-encoding");
    headers.delete("content-length");
    return handler(request.clone({ headers, body: decodedStream(request, coding) }));
  };
}

const EMPTY: BodySource = { next: () => Promise.resolve(null), cancel: () => Promise.resolve() };

function decodedStream(request: ServerRequest, coding: string): ReadableStream<Bytes> {
  let source: BodySource | null = null;
  const incoming = requestInternals.bodyOf(request);
  const open = () => source ??= decodedSource(incoming.open() ?? EMPTY, coding, 0);
  return pulledStream(async () => {
    try {
      return await open().next();
    } catch (cause) {
      if (!(cause instanceof ContentDecodingError)) throw cause;
      throw new HTTPBadRequest({ text: cause.message, cause });
    }
  }, (reason) => open().cancel(reason));
}
