/**
 * HTTP exceptions for errors of the server: `throw new web.HTTPServiceUnavailable()`.
 * @module
 */
import { HTTPError, type HTTPExceptionOptions } from "./http_exception.ts";

/**
 * Base of the replies for errors of the server.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const isServers = (error: unknown) => error instanceof web.HTTPServerError;
 * console.assert(isServers(new web.HTTPBadGateway()) && !isServers(new web.HTTPConflict()));
 * ```
 */
export class HTTPServerError extends HTTPError {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "HTTPServerError";
}

/**
 * `500 Internal Server Error`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const cause = new Error("the disk is gone"); // for the log, it is never sent
 * const error = new web.HTTPInternalServerError({ cause });
 * console.assert(error.status === 500 && !error.text.includes("disk"));
 * ```
 */
export class HTTPInternalServerError extends HTTPServerError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPInternalServerError";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(500, "Internal Server Error", options);
  }
}

/**
 * `501 Not Implemented`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPNotImplemented({ text: "PROPFIND is not known here" });
 * console.assert(error.status === 501);
 * ```
 */
export class HTTPNotImplemented extends HTTPServerError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPNotImplemented";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(501, "Not Implemented", options);
  }
}

/**
 * `502 Bad Gateway`.
 *
 * @example
 * ```ts
 * import { ClientError, ClientSession, web } from "@roundtrip/http";
 *
 * const upstream = { fetch: () => Promise.reject(new Error("out of order")) };
 * const app = new web.Application();
 * app.addRoutes([web.get("/", async () => {
 *   await using session = new ClientSession({ app: upstream });
 *   try {
 *     await using response = await session.get("/");
 *     return web.textResponse(await response.text());
 *   } catch (cause) {
 *     if (cause instanceof ClientError) throw new web.HTTPBadGateway({ cause });
 *     throw cause;
 *   }
 * })]);
 * console.assert((await app.request("/")).status === 502);
 * ```
 */
export class HTTPBadGateway extends HTTPServerError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPBadGateway";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(502, "Bad Gateway", options);
  }
}

/**
 * `503 Service Unavailable`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPServiceUnavailable({ headers: { "retry-after": "5" } });
 * console.assert(error.status === 503 && error.headers.get("retry-after") === "5");
 * ```
 */
export class HTTPServiceUnavailable extends HTTPServerError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPServiceUnavailable";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(503, "Service Unavailable", options);
  }
}

/**
 * `504 Gateway Timeout`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPGatewayTimeout({ text: "the service behind took too long" });
 * console.assert(error.status === 504);
 * ```
 */
export class HTTPGatewayTimeout extends HTTPServerError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPGatewayTimeout";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(504, "Gateway Timeout", options);
  }
}

/**
 * `505 HTTP Version Not Supported`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPVersionNotSupported();
 * console.assert(error.status === 505 && error.text === "505: HTTP Version Not Supported");
 * ```
 */
export class HTTPVersionNotSupported extends HTTPServerError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPVersionNotSupported";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(505, "HTTP Version Not Supported", options);
  }
}

/**
 * `506 Variant Also Negotiates`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPVariantAlsoNegotiates();
 * console.assert(error.status === 506 && error.reason === "Variant Also Negotiates");
 * ```
 */
export class HTTPVariantAlsoNegotiates extends HTTPServerError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPVariantAlsoNegotiates";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(506, "Variant Also Negotiates", options);
  }
}

/**
 * `507 Insufficient Storage`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPInsufficientStorage({ text: "the disk is full" });
 * console.assert(error.status === 507);
 * ```
 */
export class HTTPInsufficientStorage extends HTTPServerError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPInsufficientStorage";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(507, "Insufficient Storage", options);
  }
}

/**
 * `510 Not Extended`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPNotExtended();
 * console.assert(error.status === 510 && error.reason === "Not Extended");
 * ```
 */
export class HTTPNotExtended extends HTTPServerError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPNotExtended";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(510, "Not Extended", options);
  }
}

/**
 * `511 Network Authentication Required`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPNetworkAuthenticationRequired({ text: "log in at the portal" });
 * console.assert(error.status === 511);
 * ```
 */
export class HTTPNetworkAuthenticationRequired extends HTTPServerError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPNetworkAuthenticationRequired";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(511, "Network Authentication Required", options);
  }
}
