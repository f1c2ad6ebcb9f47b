/**
 * From resolved options to the first hop.
 * @module
 */
import { parseLength } from "../../http/headers/content_length.ts";
import { isToken } from "../../http/headers/header_params.ts";
import { encodeBasicAuth } from "../hop/basic_auth.ts";
import { compressedPayload } from "../body/compressed_payload.ts";
import { sentPairs } from "../cookies/cookie_pairs.ts";
import { REQUEST_OPTIONS } from "./option_tables.ts";
import {
  type RequestOptions,
  type ResolvedOptions,
  resolveRequest,
  type SessionDefaults,
} from "./options.ts";
import type { Payload } from "../hop/payload.ts";
import { jsonPayload } from "../body/json_payload.ts";
import { payloadOf, type RequestData } from "../body/payload_of.ts";
import type { ClientRequestInit } from "../hop/request.ts";
import { headerOf, withHeader } from "../hop/header_list.ts";
import type { HeaderList } from "../hop/transport.ts";
import { type RequestTarget, resolveTarget } from "./url.ts";

/**
 * Resolves what a caller gave, once; a body that a refused request would have closed is closed.
 *
 * @throws {InvalidURLError} If the URL cannot be requested.
 * @throws {TypeError} If an option or the method is not valid.
 */
export function prepareRequest(
  session: SessionDefaults,
  method: string,
  url: string | URL,
  options: RequestOptions,
): PreparedRequest {
  try {
    const verb = method.toUpperCase();
    REQUEST_OPTIONS.check(`Cannot send a ${verb} request`, options);
    const resolved = resolveRequest(session, verb, url, options);
    return { resolved, init: buildRequest(resolved) };
  } catch (error) {
    giveUp(options.data);
    throw error;
  }
}

/** A request that can be sent. */
export interface PreparedRequest {
  readonly resolved: ResolvedOptions;
  /** What its first hop is made of. */
  readonly init: ClientRequestInit;
}

function buildRequest(resolved: ResolvedOptions): ClientRequestInit {
  const { method, session, params, encoded } = resolved;
  if (method !== "GET" && !isToken(method)) {
    throw new TypeError(`Cannot use method "${method}": it is no RFC 9110 token`);
  }
  const target = resolveTarget(resolved.url, session.baseUrl, params, encoded);
  const { href: url, fragment } = target;
  const own = authorized(resolved, target);
  const headers = resolved.expect100 ? withHeader(own, "expect", "100-continue") : own;
  const cookies = resolved.cookies === undefined
    ? undefined
    : new Map(sentPairs(resolved.cookies, session.cookieJar.quoteCookie));
  // Last, since it may be an open file, which a mistake would leave open.
  const payload = payloadFor(resolved);
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

function payloadFor(resolved: ResolvedOptions): Payload | null {
  const { json, data, session } = resolved;
  const payload = json !== undefined
    ? jsonPayload(json, session.jsonSerialize)
    : data === undefined
    ? null
    : payloadOf(data);
  try {
    const sent = compressed(payload, resolved);
    return resolved.hasHeaders ? sizedByHeader(sent, resolved.headers) : sent;
  } catch (error) {
    payload?.close?.();
    throw error;
  }
}

function compressed(
  payload: Payload | null,
  { compress, headers }: ResolvedOptions,
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
