import { jsonOf, recordedResponse } from "../engine/response_record.ts";
import { OptionTable } from "../../http/options.ts";
import type { TypedResponse } from "../request/route_schemas.ts";
import { isJsonType, parseContentType } from "../../http/headers/content_type.ts";
import { type CookieOptions, formatSetCookie } from "../../http/headers/set_cookie.ts";

/** Options of the response helpers. */
export interface ResponseOptions {
  /** Status code. @default {200} */
  readonly status?: number;
  /** Headers; a `content-type` here takes precedence over `contentType`. */
  readonly headers?: HeadersInit;
  /** Value of `Content-Type`; `charset=utf-8` is added, but not to JSON (RFC 8259 section 11). */
  readonly contentType?: string;
}

const STATUSTEXT_REMEDIES = {
  statustext: "HTTP/2 has none, and the platform writes its own: leave it out",
  reason: "HTTP/2 has none, and the platform writes its own: leave it out",
  charset: 'Write it into contentType: "text/html; charset=utf-8"',
  cookies: "Call web.setCookie() with the response",
  body: "It is the first argument",
  text: "It is the first argument",
};

const RESPONSE_OPTIONS = new OptionTable<ResponseOptions>({
  status: "a number",
  headers: "a map or a list of pairs",
  contentType: "a string",
}, STATUSTEXT_REMEDIES);

/** Options of {@linkcode jsonResponse}. */
export interface JsonResponseOptions extends ResponseOptions {
  /** Serializer. @default {JSON.stringify} */
  readonly dumps?: (value: unknown) => string;
}

const JSON_RESPONSE_OPTIONS = new OptionTable<JsonResponseOptions>({
  ...RESPONSE_OPTIONS.kinds,
  dumps: "a function",
}, STATUSTEXT_REMEDIES);

const PLAIN = [["content-type", "text/plain;charset=UTF-8"]] as const; // the platform's own
const TEXT = "text/plain; charset=utf-8";
// Without a charset, which JSON does not have: Deno has a fast path for this very text.
const JSON_TYPE = "application/json";
// One list for all: an engine serializes repeated headers once. A record is faster than a list.
const DEFAULTS = {
  [TEXT]: defaultsOf(TEXT),
  [JSON_TYPE]: defaultsOf(JSON_TYPE),
};

/**
 * A text response, sent as UTF-8, by default as `text/plain`.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const response = web.textResponse("hello", { status: 201 });
 * console.assert(await response.text() === "hello");
 * ```
 */
export function textResponse(
  text: string,
  options?: ResponseOptions & { readonly status?: 200 },
): TypedResponse<200, string>;
/** A text response of another status. */
export function textResponse<const Status extends number>(
  text: string,
  options?: ResponseOptions & { readonly status?: Status },
): TypedResponse<Status, string>;
export function textResponse(text: string, options?: ResponseOptions): Response {
  // The platform's own "text/plain;charset=UTF-8" has a fast path: 10 % of a hello route.
  if (options === undefined) return recordedResponse(text, undefined, PLAIN);
  RESPONSE_OPTIONS.check("web.textResponse()", options);
  // The platform rejects a body for 204 and 304, even an empty one.
  return recorded(text === "" ? null : text, options, TEXT);
}

/**
 * A JSON response, by default as `application/json`.
 * @throws {TypeError} If the value is not representable in JSON (`undefined`, a function, a cycle).
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const response = web.jsonResponse({ status: "ok" });
 * console.assert(await response.text() === '{"status":"ok"}');
 * ```
 */
export function jsonResponse<const Data>(
  value: Data,
  options?: JsonResponseOptions & { readonly status?: 200 },
): TypedResponse<200, Data>;
/** A JSON response of another status. */
export function jsonResponse<const Data, const Status extends number>(
  value: Data,
  options?: JsonResponseOptions & { readonly status?: Status },
): TypedResponse<Status, Data>;
export function jsonResponse(value: unknown, options?: JsonResponseOptions): Response {
  if (options !== undefined) JSON_RESPONSE_OPTIONS.check("web.jsonResponse()", options);
  if (value instanceof Promise) {
    throw new TypeError("Cannot send a promise as JSON: await it first");
  }
  const plain = options === undefined ? jsonOf(value) : null;
  if (plain !== null) return plain;
  const text: unknown = (options?.dumps ?? JSON.stringify)(value);
  if (typeof text !== "string") {
    throw new TypeError(`Cannot send ${typeof value} as JSON: it has no JSON form`);
  }
  return recorded(text, options, JSON_TYPE);
}

/**
 * Sets a cookie on a response or an HTTP exception, its value as it is; `path` is `/` by default.
 * @throws {TypeError} If name, value or an attribute holds an invalid character.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const response = web.textResponse("welcome");
 * web.setCookie(response, "seen", "1", { httpOnly: true });
 * console.assert(response.headers.get("set-cookie") === "seen=1; Path=/; HttpOnly");
 * ```
 */
export function setCookie(
  response: { readonly headers: Headers },
  name: string,
  value: string,
  options?: CookieOptions,
): void {
  const cookie = formatSetCookie(name, value, options);
  try {
    response.headers.append("set-cookie", cookie);
  } catch (cause) {
    if (!(response instanceof Response)) throw cause;
    throw new TypeError(
      `Cannot set the cookie "${name}": the headers of what Response.redirect() and fetch() give ` +
        `cannot be changed. Copy it, new Response(response.body, response), or throw web.HTTPFound`,
      { cause },
    );
  }
}

/**
 * Deletes a cookie in the client, by the path and domain that it was set with.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const response = web.textResponse("goodbye");
 * web.delCookie(response, "user");
 * console.assert(response.headers.get("set-cookie")?.includes("Max-Age=0"));
 * ```
 */
export function delCookie(
  response: { readonly headers: Headers },
  name: string,
  options: Omit<CookieOptions, "maxAge" | "expires"> = {},
): void {
  setCookie(response, name, "", { ...options, maxAge: 0, expires: new Date(0) });
}

function recorded(
  text: string | null,
  options: ResponseOptions = {},
  byDefault: typeof TEXT | typeof JSON_TYPE,
): Response {
  const { status = 200, headers, contentType } = options;
  if (headers === undefined) {
    const { init, list } = contentType === undefined
      ? DEFAULTS[byDefault]
      : defaultsOf(withCharset(contentType));
    return recordedResponse(text, status === 200 ? init : { ...init, status }, list);
  }
  const type = contentType === undefined ? byDefault : withCharset(contentType);
  if (headers instanceof Headers || Symbol.iterator in headers) {
    // Not a copy of `Headers`, which takes 7 µs a header once there are many.
    const given = headers instanceof Headers ? headers : new Headers(headers);
    const response = new Response(text, { status, headers: given });
    if (!given.has(TYPE)) response.headers.set(TYPE, type);
    return response;
  }
  const response = new Response(text, status === 200 ? undefined : { status });
  const all = response.headers;
  all.set(TYPE, type);
  for (const [name, value] of Object.entries(headers)) {
    if (name.length === TYPE.length && name.toLowerCase() === TYPE) all.set(TYPE, value);
    else all.append(name, value);
  }
  return response;
}

const TYPE = "content-type";

function defaultsOf(type: string): { init: ResponseInit; list: [string, string][] } {
  return {
    init: { status: 200, headers: { "content-type": type } },
    list: [["content-type", type]],
  };
}

function withCharset(contentType: string): string {
  const { mimeType, params } = parseContentType(contentType);
  return params.has("charset") || isJsonType(mimeType)
    ? contentType
    : `${contentType}; charset=utf-8`;
}
