/**
 * HTTP exceptions for errors of the client: `throw new web.HTTPNotFound()`.
 * @module
 */
import { HTTPError, type HTTPExceptionOptions } from "./http_exception.ts";

/**
 * Base of the replies for errors of the client.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const isOurs = (error: unknown) => error instanceof web.HTTPClientError;
 * console.assert(isOurs(new web.HTTPConflict()) && !isOurs(new web.HTTPBadGateway()));
 * ```
 */
export class HTTPClientError extends HTTPError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "HTTPClientError";
}

/**
 * `400 Bad Request`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/", (request) => {
 *   const page = Number(request.query.get("page"));
 *   if (!(page > 0)) throw new web.HTTPBadRequest({ text: "page has to be a number" });
 *   return web.jsonResponse(page);
 * })]);
 * console.assert((await app.request("/?page=x")).status === 400);
 * ```
 */
export class HTTPBadRequest extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPBadRequest";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(400, "Bad Request", options);
  }
}

/**
 * `401 Unauthorized`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const headers = { "www-authenticate": 'Basic realm="members"' };
 * const response = new web.HTTPUnauthorized({ headers }).toResponse();
 * console.assert(response.status === 401 && response.headers.has("www-authenticate"));
 * ```
 */
export class HTTPUnauthorized extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPUnauthorized";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(401, "Unauthorized", options);
  }
}

/**
 * `402 Payment Required`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPPaymentRequired({ text: "the trial is over" });
 * console.assert(error.status === 402 && error.text === "the trial is over");
 * ```
 */
export class HTTPPaymentRequired extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPPaymentRequired";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(402, "Payment Required", options);
  }
}

/**
 * `403 Forbidden`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPForbidden({ text: "members only" });
 * console.assert(error.status === 403 && error.text === "members only");
 * ```
 */
export class HTTPForbidden extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPForbidden";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(403, "Forbidden", options);
  }
}

/**
 * `404 Not Found`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const users = new Map([["7", "ann"]]);
 * const app = new web.Application();
 * app.addRoutes([web.get("/users/{id}", ({ matchInfo }) => {
 *   const user = users.get(matchInfo.id);
 *   if (user === undefined) throw new web.HTTPNotFound({ text: `no user ${matchInfo.id}` });
 *   return web.textResponse(user);
 * })]);
 * const response = await app.request("/users/8");
 * console.assert(response.status === 404 && await response.text() === "no user 8");
 * ```
 */
export class HTTPNotFound extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPNotFound";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(404, "Not Found", options);
  }
}

/**
 * `405 Method Not Allowed`, with the `Allow` header that RFC 9110 section 15.5.6 asks for.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPMethodNotAllowed("PUT", ["POST", "GET"]);
 * console.assert(error.status === 405 && error.headers.get("allow") === "GET,POST");
 * ```
 */
export class HTTPMethodNotAllowed extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPMethodNotAllowed";
  /** Method that was asked for. */
  readonly method: string;
  /** Methods that the resource has, sorted. */
  readonly allowedMethods: readonly string[];

  /**
   * Creates one.
   *
   * @param method Method that was asked for.
   * @param allowedMethods Methods that the resource has.
   * @param options Headers, body, cause.
   */
  constructor(
    method: string,
    allowedMethods: Iterable<string>,
    options: HTTPExceptionOptions = {},
  ) {
    super(405, "Method Not Allowed", options);
    this.method = method;
    this.allowedMethods = [...allowedMethods].sort();
    this.headers.set("allow", this.allowedMethods.join(","));
  }
}

/**
 * `406 Not Acceptable`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPNotAcceptable({ text: "only JSON is to be had here" });
 * console.assert(error.status === 406);
 * ```
 */
export class HTTPNotAcceptable extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPNotAcceptable";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(406, "Not Acceptable", options);
  }
}

/**
 * `407 Proxy Authentication Required`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPProxyAuthenticationRequired({ headers: { "proxy-authenticate": "Basic" } });
 * console.assert(error.status === 407 && error.headers.has("proxy-authenticate"));
 * ```
 */
export class HTTPProxyAuthenticationRequired extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPProxyAuthenticationRequired";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(407, "Proxy Authentication Required", options);
  }
}

/**
 * `408 Request Timeout`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPRequestTimeout({ headers: { connection: "close" } });
 * console.assert(error.status === 408);
 * ```
 */
export class HTTPRequestTimeout extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPRequestTimeout";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(408, "Request Timeout", options);
  }
}

/**
 * `409 Conflict`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPConflict({ text: "the name is taken" });
 * console.assert(error.status === 409 && error.text === "the name is taken");
 * ```
 */
export class HTTPConflict extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPConflict";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(409, "Conflict", options);
  }
}

/**
 * `410 Gone`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPGone({ text: "the page was removed" });
 * console.assert(error.status === 410);
 * ```
 */
export class HTTPGone extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPGone";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(410, "Gone", options);
  }
}

/**
 * `421 Misdirected Request`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPMisdirectedRequest({ text: "this host is served elsewhere" });
 * console.assert(error.status === 421);
 * ```
 */
export class HTTPMisdirectedRequest extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPMisdirectedRequest";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(421, "Misdirected Request", options);
  }
}

/**
 * `429 Too Many Requests`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPTooManyRequests({ headers: { "retry-after": "60" } });
 * console.assert(error.status === 429 && error.headers.get("retry-after") === "60");
 * ```
 */
export class HTTPTooManyRequests extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPTooManyRequests";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(429, "Too Many Requests", options);
  }
}

/**
 * `451 Unavailable For Legal Reasons`, with the link of RFC 7725 section 4.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPUnavailableForLegalReasons("https://court.example/");
 * console.assert(error.headers.get("link") === '<https://court.example/>; rel="blocked-by"');
 * ```
 */
export class HTTPUnavailableForLegalReasons extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPUnavailableForLegalReasons";
  /** Who demanded it, a URL; `null` if that is not said. */
  readonly link: string | null;

  /**
   * Creates one.
   *
   * @param link URL of who demanded it, `null` to say nothing.
   * @param options Headers, body, cause.
   */
  constructor(link: string | URL | null, options: HTTPExceptionOptions = {}) {
    super(451, "Unavailable For Legal Reasons", options);
    this.link = link === null ? null : String(link);
    if (this.link !== null) this.headers.set("link", `<${this.link}>; rel="blocked-by"`);
  }
}
