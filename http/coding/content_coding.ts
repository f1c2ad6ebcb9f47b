import { chooseEncoding } from "../headers/accept_encoding.ts";

/** A coding for response bodies. */
export type ContentCoding = "br" | "gzip" | "deflate";

/** The codings, best first: compression for the time it takes. */
export const CODINGS: readonly ContentCoding[] = ["br", "gzip", "deflate"];

const FORMATS = { br: "brotli", gzip: "gzip", deflate: "deflate" } as const;

export function compressStream(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  coding: ContentCoding,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  // TypeScript's list of formats is older than Deno's, which has had "brotli" since 2.7.
  return body.pipeThrough(new CompressionStream(FORMATS[coding] as CompressionFormat));
}

/** Sets `Vary` and `Content-Encoding` of a response; returns the coding, `null` for none. */
export function negotiateCoding(
  request: Headers,
  response: Headers,
  codings: readonly ContentCoding[] = CODINGS,
): ContentCoding | null {
  // Skip encoded content, and content that must not be transformed (RFC 9111 section 5.2.2.6).
  if (response.has("content-encoding") || response.has("content-range")) return null;
  if (/(?:^|,)\s*no-transform\b/i.test(response.get("cache-control") ?? "")) return null;
  addVary(response, "Accept-Encoding");
  const coding = chooseEncoding(request.get("accept-encoding"), codings);
  if (coding === null) return null;
  response.set("content-encoding", coding);
  response.delete("content-length");
  // The tag belongs to the uncompressed bytes (RFC 9110 section 8.8.3.3).
  const etag = response.get("etag");
  if (etag !== null && !etag.startsWith("W/")) response.set("etag", `W/${etag}`);
  return coding;
}

export function addVary(headers: Headers, name: string): void {
  const vary = headers.get("vary");
  if (vary === null) return headers.set("vary", name);
  const names = vary.split(",").map((each) => each.trim().toLowerCase());
  if (!names.includes("*") && !names.includes(name.toLowerCase())) headers.append("vary", name);
}
