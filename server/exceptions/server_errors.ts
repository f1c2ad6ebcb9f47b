// HTTP exceptions for errors of the server: `throw new web.HTTPServiceUnavailable()`.
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
}

/** `500 Internal Server Error`. */
export class HTTPInternalServerError extends HTTPServerError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(500, "Internal Server Error", options);
  }
}

/** `501 Not Implemented`. */
export class HTTPNotImplemented extends HTTPServerError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(501, "Not Implemented", options);
  }
}

/** `502 Bad Gateway`. */
export class HTTPBadGateway extends HTTPServerError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(502, "Bad Gateway", options);
  }
}

/** `503 Service Unavailable`. */
export class HTTPServiceUnavailable extends HTTPServerError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(503, "Service Unavailable", options);
  }
}

/** `504 Gateway Timeout`. */
export class HTTPGatewayTimeout extends HTTPServerError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(504, "Gateway Timeout", options);
  }
}

/** `505 HTTP Version Not Supported`. */
export class HTTPVersionNotSupported extends HTTPServerError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(505, "HTTP Version Not Supported", options);
  }
}

/** `506 Variant Also Negotiates`. */
export class HTTPVariantAlsoNegotiates extends HTTPServerError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(506, "Variant Also Negotiates", options);
  }
}

/** `507 Insufficient Storage`. */
export class HTTPInsufficientStorage extends HTTPServerError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(507, "Insufficient Storage", options);
  }
}

/** `510 Not Extended`. */
export class HTTPNotExtended extends HTTPServerError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(510, "Not Extended", options);
  }
}

/** `511 Network Authentication Required`. */
export class HTTPNetworkAuthenticationRequired extends HTTPServerError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(511, "Network Authentication Required", options);
  }
}
