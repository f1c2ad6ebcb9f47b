/**
 * HTTP exceptions for what a request carries or lacks: its body, its conditions, its size.
 * @module
 */
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
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPLengthRequired";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(411, "Length Required", options);
  }
}

/**
 * `412 Precondition Failed`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.put("/note", (request) => {
 *   const known = request.ifMatch?.some(({ value }) => value === "v2") ?? true;
 *   if (!known) throw new web.HTTPPreconditionFailed({ text: "somebody was faster" });
 *   return new Response(null, { status: 204 });
 * })]);
 * const init = { method: "PUT", headers: { "if-match": '"v1"' } };
 * console.assert((await app.request("/note", init)).status === 412);
 * ```
 */
export class HTTPPreconditionFailed extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPPreconditionFailed";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(412, "Precondition Failed", options);
  }
}

/**
 * `413 Request Entity Too Large`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPRequestEntityTooLarge(1024);
 * console.assert(error.status === 413 && error.maxSize === 1024);
 * ```
 */
export class HTTPRequestEntityTooLarge extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPRequestEntityTooLarge";
  /** The limit that was passed, in bytes. */
  readonly maxSize: number;

  /**
   * Creates one.
   *
   * @param maxSize The limit that was passed, in bytes.
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

/**
 * `414 Request-URI Too Long`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPRequestURITooLong({ text: "put it into the body" });
 * console.assert(error.status === 414);
 * ```
 */
export class HTTPRequestURITooLong extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPRequestURITooLong";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(414, "Request-URI Too Long", options);
  }
}

/**
 * `415 Unsupported Media Type`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPUnsupportedMediaType({ headers: { accept: "application/json" } });
 * console.assert(error.status === 415 && error.headers.get("accept") === "application/json");
 * ```
 */
export class HTTPUnsupportedMediaType extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPUnsupportedMediaType";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(415, "Unsupported Media Type", options);
  }
}

/**
 * `416 Requested Range Not Satisfiable`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPRequestRangeNotSatisfiable({ text: "it has 1024 bytes" });
 * console.assert(error.status === 416);
 * ```
 */
export class HTTPRequestRangeNotSatisfiable extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPRequestRangeNotSatisfiable";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(416, "Requested Range Not Satisfiable", options);
  }
}

/**
 * `417 Expectation Failed`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPExpectationFailed();
 * console.assert(error.status === 417 && error.reason === "Expectation Failed");
 * ```
 */
export class HTTPExpectationFailed extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPExpectationFailed";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(417, "Expectation Failed", options);
  }
}

/**
 * `422 Unprocessable Entity`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPUnprocessableEntity({ text: "age: expected a number" });
 * console.assert(error.status === 422 && error.text.startsWith("age"));
 * ```
 */
export class HTTPUnprocessableEntity extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPUnprocessableEntity";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(422, "Unprocessable Entity", options);
  }
}

/**
 * `424 Failed Dependency`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPFailedDependency({ text: "the upload before it failed" });
 * console.assert(error.status === 424);
 * ```
 */
export class HTTPFailedDependency extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPFailedDependency";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(424, "Failed Dependency", options);
  }
}

/**
 * `426 Upgrade Required`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPUpgradeRequired({ headers: { upgrade: "websocket" } });
 * console.assert(error.status === 426 && error.headers.get("upgrade") === "websocket");
 * ```
 */
export class HTTPUpgradeRequired extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPUpgradeRequired";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(426, "Upgrade Required", options);
  }
}

/**
 * `428 Precondition Required`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPPreconditionRequired({ text: "send If-Match" });
 * console.assert(error.status === 428);
 * ```
 */
export class HTTPPreconditionRequired extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPPreconditionRequired";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(428, "Precondition Required", options);
  }
}

/**
 * `431 Request Header Fields Too Large`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPRequestHeaderFieldsTooLarge({ text: "too many cookies" });
 * console.assert(error.status === 431);
 * ```
 */
export class HTTPRequestHeaderFieldsTooLarge extends HTTPClientError {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPRequestHeaderFieldsTooLarge";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(431, "Request Header Fields Too Large", options);
  }
}
