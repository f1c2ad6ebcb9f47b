/**
 * From resolved options to the first hop.
 * @module
 */
import { ACCEPT_ENCODING } from "../http/content_decoder.ts";
import { cookiePairs } from "./cookie_jar.ts";
import type { ResolvedOptions } from "./options.ts";
import { jsonPayload, type Payload, payloadOf } from "./payload.ts";
import type { ClientRequest } from "./request.ts";
import { resolveTarget } from "./url.ts";

const NO_COOKIES: ReadonlyMap<string, string> = new Map();

/**
 * Builds the first hop of a request.
 *
 * @param method Method in upper case.
 * @param input URL as the caller gave it.
 * @param options The request's options, complete.
 * @returns The hop.
 * @throws {InvalidURLError} If the URL cannot be requested.
 * @throws {TypeError} If credentials are given twice, or the method may not have a body.
 */
export function buildRequest(
  method: string,
  input: string | URL,
  options: ResolvedOptions,
): ClientRequest {
  const { url, userinfo } = resolveTarget(input, options.baseUrl, options.params);
  const headers = options.headers;
  if (userinfo !== null) {
    if (headers.has("authorization")) {
      throw new TypeError("Cannot combine an Authorization header with credentials in the URL");
    }
    headers.set("authorization", basicAuth(userinfo));
  }
  // Without one of ours fetch asks for gzip and brotli alone.
  if (!headers.has("accept-encoding")) headers.set("accept-encoding", ACCEPT_ENCODING);
  const payload = payloadFor(options);
  if (payload !== null) {
    if (method === "GET" || method === "HEAD") {
      throw new TypeError(`Cannot send a body with ${method}: the platform's fetch has none`);
    }
    if (!headers.has("content-type")) headers.set("content-type", payload.contentType);
  }
  const pairs = cookiePairs(options.cookies);
  return {
    method,
    url,
    headers,
    cookies: pairs.length === 0 ? NO_COOKIES : new Map(pairs),
    payload,
  };
}

function payloadFor(options: ResolvedOptions): Payload | null {
  if (options.json !== undefined) return jsonPayload(options.json, options.jsonSerialize);
  return options.data === undefined ? null : payloadOf(options.data);
}

function basicAuth(userinfo: string): string {
  const bytes = new TextEncoder().encode(userinfo);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}
