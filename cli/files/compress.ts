/**
 * Compression of replies.
 * @module
 */
import type { Middleware, ServerRequest } from "../../server/mod.ts";

const LEAST = 1024; // bytes; shorter bodies are not worth it
const COMPRESSIBLE =
  /^(?:text\/|application\/(?:json|javascript|xml|wasm|rtf|[\w.-]+\+(?:json|xml))|image\/(?:svg\+xml|bmp))/i;

/**
 * Compresses text with gzip for clients that accept it. Ranges are left alone: they count the bytes
 * of the file. The ETag becomes weak, as the bytes differ from the file's (RFC 9110, section
 * 8.8.1).
 */
export const compress: Middleware = async (request, handler) => {
  const response = await handler(request);
  if (!(response instanceof Response) || !isWorthIt(request, response)) return response;
  const headers = new Headers(response.headers);
  headers.append("vary", "Accept-Encoding");
  if (!takesGzip(request)) return new Response(response.body, { status: 200, headers });
  headers.set("content-encoding", "gzip");
  headers.delete("content-length");
  headers.delete("accept-ranges");
  const etag = headers.get("etag");
  if (etag?.startsWith('"')) headers.set("etag", `W/${etag}`);
  const body = response.body?.pipeThrough(new CompressionStream("gzip")) ?? null;
  return new Response(body, { status: 200, headers });
};

function isWorthIt(request: ServerRequest, { status, headers, body }: Response): boolean {
  if (request.method !== "GET" || status !== 200 || body === null) return false;
  if (headers.has("content-encoding")) return false;
  if (Number(headers.get("content-length") ?? Infinity) < LEAST) return false;
  return COMPRESSIBLE.test(headers.get("content-type") ?? "");
}

function takesGzip(request: ServerRequest): boolean {
  const codings = (request.headers.get("accept-encoding") ?? "").toLowerCase().split(",");
  return codings.some((each) => {
    const [name = "", ...params] = each.split(";").map((part) => part.trim());
    return /^(?:x-)?gzip$/.test(name) && !params.some((part) => /^q=0(?:\.0*)?$/.test(part));
  });
}
