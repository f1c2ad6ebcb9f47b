/**
 * One hop: cookies in, transport, cookies out.
 * @module
 */
import type { AbstractCookieJar } from "./abstract_cookie_jar.ts";
import { countedStream, type ProgressCallback } from "./progress.ts";
import type { ClientRequest } from "./request.ts";
import type { HopResult, Transport } from "./transport.ts";

/**
 * Sends one hop.
 *
 * @param request The hop.
 * @param transport What carries it.
 * @param jar Where its cookies come from and go to.
 * @param signal Aborts it.
 * @param onUploadProgress Told how much of the body was sent, `null` for nobody.
 * @param rawBody Whether the reply's body has to come without being decoded.
 * @returns The head of the reply.
 */
export async function send(
  request: ClientRequest,
  transport: Transport,
  jar: AbstractCookieJar,
  signal: AbortSignal,
  onUploadProgress: ProgressCallback | null = null,
  rawBody = false,
): Promise<HopResult> {
  const { method, url, payload } = request;
  let headers = request.headers;
  const cookies = jar.cookieHeader(url, request.cookies);
  if (cookies !== "") {
    headers = new Headers(headers);
    const own = headers.get("cookie");
    headers.set("cookie", own === null ? cookies : `${cookies}; ${own}`);
  }
  let body = payload?.body ?? null;
  if (body !== null && onUploadProgress !== null) {
    const source = body instanceof ReadableStream ? body : new Blob([body]);
    body = source instanceof Blob
      ? countedStream(source.stream(), source.size, onUploadProgress)
      : countedStream(source, null, onUploadProgress);
  }
  const result = await transport.send({ method, url, headers, body, rawBody, signal });
  if (result.headers.has("set-cookie")) {
    jar.updateFromHeaders(result.headers.getSetCookie(), url);
  }
  return result;
}
