// HTTP exceptions about a request's body, conditions and size.
import { HTTPClientError } from "./client_errors.ts";
import type { HTTPExceptionOptions } from "./http_exception.ts";

/**
 * `411 Length Required`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPLengthRequired({ text: "say how long it is" });
 * console.assert(error.status === 411);
 * ```
 */
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

/** `431 Request Header Fields Too Large`. */
export class HTTPRequestHeaderFieldsTooLarge extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(431, "Request Header Fields Too Large", options);
  }
}
