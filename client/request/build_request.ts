/**
 * From resolved options to the first hop.
 * @module
 */
import { parseLength } from "../../http/headers/content_length.ts";
import { isToken } from "../../http/headers/header_params.ts";
import { encodeBasicAuth } from "../hop/basic_auth.ts";
import { compressedPayload } from "../body/compressed_payload.ts";
import { sentPairs } from "../cookies/cookie_pairs.ts";
import type { RequestOptions, ResolvedOptions } from "./options.ts";
import type { Payload } from "../hop/payload.ts";
import { jsonPayload } from "../body/json_payload.ts";
import { payloadOf, type RequestData } from "../body/payload_of.ts";
import type { ClientRequestInit } from "../hop/request.ts";
import { headerOf, withHeader } from "../hop/header_list.ts";
import type { HeaderList } from "../hop/transport.ts";
import { type RequestTarget, resolveTarget } from "./url.ts";

/**
 * Builds the first hop of a request.
 *
 * @throws {InvalidURLError} If the URL cannot be requested.
 * @throws {TypeError} If the method is none, or credentials or a coding are given twice.
 */
export function buildRequest(
  method: string,
  input: string | URL,
  options: RequestOptions,
  resolved: ResolvedOptions,
): ClientRequestInit {
  if (method !== "GET" && !isToken(method)) {
    throw new TypeError(`Cannot use method "${method}": it is no RFC 9110 token`);
  }
  const { baseUrl } = resolved.session;
  const target = resolveTarget(input, baseUrl, options.params, options.encoded);
  const { href: url, fragment } = target;
  const own = authorized(resolved, target);
  const headers = options.expect100 ? withHeader(own, "expect", "100-continue") : own;
  const cookies = options.cookies === undefined
    ? null
    : new Map(sentPairs(options.cookies, resolved.session.cookieJar.quoteCookie));
  // Last, since it may be an open file, which a mistake would leave open.
  const payload = payloadFor(options, resolved);
  if (cookies === null) return { method, url, fragment, headers, payload };
  return { method, url, fragment, headers, payload, cookies };
}

/** Closes what a request would have closed that was refused. */
export function giveUp(data: RequestData | undefined): void {
  try {
    if (data !== undefined) payloadOf(data).close?.();
  } catch {
    // It is no body either.
  }
}

function payloadFor(options: RequestOptions, resolved: ResolvedOptions): Payload | null {
  const payload = options.json !== undefined
    ? jsonPayload(options.json, resolved.session.jsonSerialize)
    : options.data === undefined
    ? null
    : payloadOf(options.data);
  try {
    const sent = compressed(payload, options, resolved);
    return options.headers === undefined ? sent : sizedByHeader(sent, resolved.headers);
  } catch (error) {
    payload?.close?.();
    throw error;
  }
}

function compressed(
  payload: Payload | null,
  { compress }: RequestOptions,
  { headers }: ResolvedOptions,
): Payload | null {
  if (!compress || payload === null) return payload;
  if (headerOf(headers, "content-encoding") !== null) {
    throw new TypeError("compress can not be set if Content-Encoding header is set");
  }
  return compressedPayload(payload, compress);
}

/** A stream whose length the caller knows and says: it is sent with that, not chunked. */
function sizedByHeader(payload: Payload | null, headers: HeaderList): Payload | null {
  const announced = headerOf(headers, "content-length");
  const coding = headerOf(headers, "transfer-encoding");
  if (coding !== null) checkCoding(coding, payload, announced);
  if (announced === null) return payload;
  const size = payload?.contentEncoding === undefined ? parseLength(announced) : null;
  const known = payload === null ? 0 : payload.size;
  if (size === null || (known !== null && known !== size)) {
    throw new TypeError(`Cannot send Content-Length "${announced}": it is not the body's length`);
  }
  if (payload === null || known !== null) return payload;
  return {
    bytes: null,
    size,
    contentType: payload.contentType,
    replayable: payload.replayable,
    stream: () => payload.stream().pipeThrough(exactly(size)),
    close: () => payload.close?.(),
  };
}

/** A request that says two things about where it ends is two requests to somebody (RFC 9112, 11.2). */
function checkCoding(coding: string, payload: Payload | null, announced: string | null): void {
  if (announced !== null) {
    throw new TypeError("Transfer-Encoding can not be set if Content-Length header is set");
  }
  if (coding.toLowerCase() !== "chunked" || payload === null) {
    throw new TypeError(
      `Cannot send Transfer-Encoding "${coding}": a body goes out chunked at most, see compress`,
    );
  }
}

/** Passes exactly `size` bytes: what is beyond would be cut off by the platform in silence. */
function exactly(size: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let sent = 0;
  const refuse = (): never => {
    throw new TypeError(`Cannot send the body: it is not the ${size} bytes that were announced`);
  };
  return new TransformStream({
    transform(piece, controller) {
      sent += piece.length;
      if (sent > size) refuse();
      controller.enqueue(piece);
    },
    flush() {
      if (sent !== size) refuse();
    },
  });
}

function authorized(resolved: ResolvedOptions, target: RequestTarget): HeaderList {
  const { session, headers } = resolved;
  if (resolved.auth !== null && target.auth !== null) {
    throw new TypeError("Cannot combine auth with credentials in the URL");
  }
  const given = resolved.auth ?? target.auth;
  if (given !== null) {
    if (headerOf(headers, "authorization") !== null) {
      throw new TypeError(
        "Cannot combine an Authorization header with auth or credentials in the URL",
      );
    }
    return withHeader(headers, "authorization", encodeBasicAuth(given));
  }
  // A session's credentials are for the server that the session is about.
  const { authorization, baseUrl } = session;
  if (authorization === null || headerOf(headers, "authorization") !== null) return headers;
  if (baseUrl !== null && baseUrl.origin !== new URL(target.href).origin) return headers;
  return withHeader(headers, "authorization", authorization);
}
