// HTTP exceptions for errors of the client: `throw new web.HTTPNotFound()`.
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
}

/** `400 Bad Request`. */
export class HTTPBadRequest extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(400, "Bad Request", options);
  }
}

/** `401 Unauthorized`. */
export class HTTPUnauthorized extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(401, "Unauthorized", options);
  }
}

/** `402 Payment Required`. */
export class HTTPPaymentRequired extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(402, "Payment Required", options);
  }
}

/** `403 Forbidden`. */
export class HTTPForbidden extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(403, "Forbidden", options);
  }
}

/** `404 Not Found`. */
export class HTTPNotFound extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(404, "Not Found", options);
  }
}

/** `405 Method Not Allowed`, with the `Allow` header that RFC 9110 section 15.5.6 asks for. */
export class HTTPMethodNotAllowed extends HTTPClientError {
  /** Method of the request. */
  readonly method: string;
  /** Allowed methods, sorted. */
  readonly allowedMethods: readonly string[];

  /**
   * Creates one.
   * @param method Method of the request.
   * @param allowedMethods Allowed methods.
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

/** `406 Not Acceptable`. */
export class HTTPNotAcceptable extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(406, "Not Acceptable", options);
  }
}

/** `407 Proxy Authentication Required`. */
export class HTTPProxyAuthenticationRequired extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(407, "Proxy Authentication Required", options);
  }
}

/** `408 Request Timeout`. */
export class HTTPRequestTimeout extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(408, "Request Timeout", options);
  }
}

/** `409 Conflict`. */
export class HTTPConflict extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(409, "Conflict", options);
  }
}

/** `410 Gone`. */
export class HTTPGone extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(410, "Gone", options);
  }
}

/** `411 Length Required`. */
export class HTTPLengthRequired extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(411, "Length Required", options);
  }
}

/** `412 Precondition Failed`. */
export class HTTPPreconditionFailed extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(412, "Precondition Failed", options);
  }
}

/** `413 Request Entity Too Large`. */
export class HTTPRequestEntityTooLarge extends HTTPClientError {
  /** The limit, in bytes. */
  readonly maxSize: number;

  /**
   * Creates one.
   * @param maxSize The limit, in bytes.
   * @param options Headers, body, cause.
   */
  constructor(maxSize: number, options: HTTPExceptionOptions = {}) {
    super(413, "Request Entity Too Large", {
      text: `Maximum request body size ${maxSize} exceeded.`,
      ...options,
    });
    this.maxSize = maxSize;
  }
}

/** `414 Request-URI Too Long`. */
export class HTTPRequestURITooLong extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(414, "Request-URI Too Long", options);
  }
}

/** `415 Unsupported Media Type`. */
export class HTTPUnsupportedMediaType extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(415, "Unsupported Media Type", options);
  }
}

/** `416 Requested Range Not Satisfiable`. */
export class HTTPRequestRangeNotSatisfiable extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(416, "Requested Range Not Satisfiable", options);
  }
}

/** `417 Expectation Failed`. */
export class HTTPExpectationFailed extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(417, "Expectation Failed", options);
  }
}

/** `421 Misdirected Request`. */
export class HTTPMisdirectedRequest extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(421, "Misdirected Request", options);
  }
}

/** `422 Unprocessable Entity`. */
export class HTTPUnprocessableEntity extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(422, "Unprocessable Entity", options);
  }
}

/** `424 Failed Dependency`. */
export class HTTPFailedDependency extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(424, "Failed Dependency", options);
  }
}

/** `426 Upgrade Required`. */
export class HTTPUpgradeRequired extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(426, "Upgrade Required", options);
  }
}

/** `428 Precondition Required`. */
export class HTTPPreconditionRequired extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(428, "Precondition Required", options);
  }
}

/** `429 Too Many Requests`. */
export class HTTPTooManyRequests extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(429, "Too Many Requests", options);
  }
}

/** `431 Request Header Fields Too Large`. */
export class HTTPRequestHeaderFieldsTooLarge extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(431, "Request Header Fields Too Large", options);
  }
}

/** `451 Unavailable For Legal Reasons`, with the link of RFC 7725 section 4. */
export class HTTPUnavailableForLegalReasons extends HTTPClientError {
  /** URL of the demanding party, or `null`. */
  readonly link: string | null;

  /**
   * Creates one.
   * @param link URL of the demanding party, `null` for none.
   * @param options Headers, body, cause.
   */
  constructor(link: string | URL | null, options: HTTPExceptionOptions = {}) {
    super(451, "Unavailable For Legal Reasons", options);
    this.link = link === null ? null : String(link);
    if (this.link !== null) this.headers.set("link", `<${this.link}>; rel="blocked-by"`);
  }
}
