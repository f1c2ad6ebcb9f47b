import { parseLength } from "../../http/headers/content_length.ts";
import { isToken } from "../../http/headers/header_params.ts";
import { encodeBasicAuth } from "../hop/basic_auth.ts";
import { compressedPayload, payloadOf, type RequestData } from "../body/payload_of.ts";
import { sentPairs } from "../cookies/cookie_pairs.ts";
import { REQUEST_OPTIONS } from "./option_tables.ts";
import {
  type RequestOptions,
  type ResolvedOptions,
  resolveRequest,
  type SessionDefaults,
} from "./options.ts";
import type { SendableBody } from "../../http/bytes/sendable_body.ts";
import { jsonPayload } from "../body/json_payload.ts";
import { observed } from "../hop/observed_stream.ts";
import type { ClientRequestInit } from "../hop/request.ts";
import { headerOf, withHeader } from "../hop/header_list.ts";
import type { HeaderList } from "../hop/transport.ts";
import { type RequestTarget, resolveTarget } from "./url.ts";

/** Options of requests without any, to be recognized. */
export const NO_OPTIONS: RequestOptions = {};

/**
 * Resolves the arguments of a request; closes the body if they are invalid. A request without
 * options takes those of the `last` such one, since resolving them takes a twentieth of a GET.
 */
export function prepareRequest(
  session: SessionDefaults,
  method: string,
  url: string | URL,
  options: RequestOptions,
  last: ResolvedOptions | null,
) {
  try {
    const isAlike = options === NO_OPTIONS && last?.method === method &&
      last.headers === session.headers.known;
    const verb = isAlike ? method : method.toUpperCase();
    if (!isAlike) REQUEST_OPTIONS.check(`Cannot send a ${verb} request`, options);
    const resolved = isAlike ? last : resolveRequest(session, verb, options);
    return { resolved, init: buildRequest(resolved, url) };
  } catch (error) {
    giveUp(options.data);
    throw error;
  }
}

function buildRequest(resolved: ResolvedOptions, at: string | URL): ClientRequestInit {
  const { method, session, given } = resolved;
  if (method !== "GET" && !isToken(method)) {
    throw new TypeError(`Cannot use method "${method}": it is not an RFC 9110 token`);
  }
  const target = resolveTarget(at, session.baseUrl, given.params, given.encoded);
  const { href: url, fragment } = target;
  const own = authorized(resolved, target);
  const headers = given.expect100 ? withHeader(own, "expect", "100-continue") : own;
  const cookies = given.cookies === undefined
    ? undefined
    : new Map(sentPairs(given.cookies, session.cookieJar.quoteCookie));
  // Last, since it may be an open file, which an error would leave open.
  const payload = payloadFor(resolved);
  return { method, url, fragment, headers, payload, cookies };
}

export function giveUp(data: RequestData | undefined): void {
  try {
    if (data !== undefined) payloadOf(data).close?.();
  } catch {
    // It is not a valid body either.
  }
}

function payloadFor(resolved: ResolvedOptions): SendableBody | null {
  const { given: { json, data, headers }, session } = resolved;
  const payload = json !== undefined
    ? jsonPayload(json, session.jsonSerialize)
    : data === undefined
    ? null
    : payloadOf(data);
  try {
    const sent = compressed(payload, resolved);
    return headers !== undefined ? sizedByHeader(sent, resolved.headers) : sent;
  } catch (error) {
    payload?.close?.();
    throw error;
  }
}

function compressed(
  payload: SendableBody | null,
  { given: { compress }, headers }: ResolvedOptions,
): SendableBody | null {
  if (!compress || payload === null) return payload;
  if (headerOf(headers, "content-encoding") !== null) {
    throw new TypeError("compress can not be set if Content-Encoding header is set");
  }
  return compressedPayload(payload, compress);
}

/** Gives a stream the caller's Content-Length, so that it is not chunked. */
function sizedByHeader(payload: SendableBody | null, headers: HeaderList): SendableBody | null {
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
    stream: () => exactly(size, payload),
    close: () => payload.close?.(),
  };
}

/** Rejects conflicting framing headers, which allow request smuggling (RFC 9112 section 11.2). */
function checkCoding(coding: string, payload: SendableBody | null, announced: string | null): void {
  if (announced !== null) {
    throw new TypeError("Transfer-Encoding can not be set if Content-Length header is set");
  }
  if (coding.toLowerCase() !== "chunked" || payload === null) {
    throw new TypeError(
      `Cannot send Transfer-Encoding "${coding}": a body goes out chunked at most, see compress`,
    );
  }
}

/** Passes exactly `size` bytes, or fails: the platform would silently cut off the rest. */
function exactly(size: number, payload: SendableBody): ReturnType<SendableBody["stream"]> {
  let left = size;
  const check = (isWrong: boolean): void => {
    if (!isWrong) return;
    throw new TypeError(`Cannot send the body: it is not the ${size} bytes that were announced`);
  };
  return observed(payload.stream(), {
    onPiece: (piece) => check((left -= piece.length) < 0),
    onEnd: (isWhole) => check(isWhole && left > 0),
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
  // A session's credentials are only for the origin of its baseUrl.
  const { authorization, baseUrl } = session;
  if (authorization === null || headerOf(headers, "authorization") !== null) return headers;
  if (baseUrl !== null && baseUrl.origin !== new URL(target.href).origin) return headers;
  return withHeader(headers, "authorization", authorization);
}
