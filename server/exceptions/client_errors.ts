// HTTP exceptions for errors of the client: `throw new web.HTTPNotFound()`.
import { HTTPError, type HTTPExceptionOptions } from "./http_exception.ts";
import { setStatuses, statusOf } from "./statuses.ts";

/** Base of the replies for errors of the client. */
export class HTTPClientError extends HTTPError {}

/** @internal */
class ClientReply extends HTTPClientError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    const [status, reason] = statusOf(new.target);
    super(status, reason, options);
  }
}

/** `400 Bad Request`. */
export class HTTPBadRequest extends ClientReply {}
/** `401 Unauthorized`. */
export class HTTPUnauthorized extends ClientReply {}
/** `402 Payment Required`. */
export class HTTPPaymentRequired extends ClientReply {}
/** `403 Forbidden`. */
export class HTTPForbidden extends ClientReply {}
/** `404 Not Found`. */
export class HTTPNotFound extends ClientReply {}

/** `405 Method Not Allowed`, with the `Allow` header that RFC 9110 section 15.5.6 asks for. */
export class HTTPMethodNotAllowed extends HTTPClientError {
  /** Method of the request. */
  readonly method: string;
  /** Allowed methods, sorted. */
  readonly allowedMethods: readonly string[];

  /** Creates one. */
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
export class HTTPNotAcceptable extends ClientReply {}
/** `407 Proxy Authentication Required`. */
export class HTTPProxyAuthenticationRequired extends ClientReply {}
/** `408 Request Timeout`. */
export class HTTPRequestTimeout extends ClientReply {}
/** `409 Conflict`. */
export class HTTPConflict extends ClientReply {}
/** `410 Gone`. */
export class HTTPGone extends ClientReply {}
/** `411 Length Required`. */
export class HTTPLengthRequired extends ClientReply {}
/** `412 Precondition Failed`. */
export class HTTPPreconditionFailed extends ClientReply {}

/** `413 Request Entity Too Large`. */
export class HTTPRequestEntityTooLarge extends HTTPClientError {
  /** The limit, in bytes. */
  readonly maxSize: number;

  /** Creates one; the limit is in bytes. */
  constructor(maxSize: number, options: HTTPExceptionOptions = {}) {
    super(413, "Request Entity Too Large", {
      text: `Maximum request body size ${maxSize} exceeded.`,
      ...options,
    });
    this.maxSize = maxSize;
  }
}

/** `414 Request-URI Too Long`. */
export class HTTPRequestURITooLong extends ClientReply {}
/** `415 Unsupported Media Type`. */
export class HTTPUnsupportedMediaType extends ClientReply {}
/** `416 Requested Range Not Satisfiable`. */
export class HTTPRequestRangeNotSatisfiable extends ClientReply {}
/** `417 Expectation Failed`. */
export class HTTPExpectationFailed extends ClientReply {}
/** `421 Misdirected Request`. */
export class HTTPMisdirectedRequest extends ClientReply {}
/** `422 Unprocessable Entity`. */
export class HTTPUnprocessableEntity extends ClientReply {}
/** `424 Failed Dependency`. */
export class HTTPFailedDependency extends ClientReply {}
/** `426 Upgrade Required`. */
export class HTTPUpgradeRequired extends ClientReply {}
/** `428 Precondition Required`. */
export class HTTPPreconditionRequired extends ClientReply {}
/** `429 Too Many Requests`. */
export class HTTPTooManyRequests extends ClientReply {}
/** `431 Request Header Fields Too Large`. */
export class HTTPRequestHeaderFieldsTooLarge extends ClientReply {}

/** `451 Unavailable For Legal Reasons`, with the link of RFC 7725 section 4. */
export class HTTPUnavailableForLegalReasons extends HTTPClientError {
  /** URL of the demanding party, or `null`. */
  readonly link: string | null;

  /** Creates one, with the URL of the demanding party or `null`. */
  constructor(link: string | URL | null, options: HTTPExceptionOptions = {}) {
    super(451, "Unavailable For Legal Reasons", options);
    this.link = link === null ? null : String(link);
    if (this.link !== null) this.headers.set("link", `<${this.link}>; rel="blocked-by"`);
  }
}

setStatuses([
  [HTTPBadRequest, 400, "Bad Request"],
  [HTTPUnauthorized, 401, "Unauthorized"],
  [HTTPPaymentRequired, 402, "Payment Required"],
  [HTTPForbidden, 403, "Forbidden"],
  [HTTPNotFound, 404, "Not Found"],
  [HTTPNotAcceptable, 406, "Not Acceptable"],
  [HTTPProxyAuthenticationRequired, 407, "Proxy Authentication Required"],
  [HTTPRequestTimeout, 408, "Request Timeout"],
  [HTTPConflict, 409, "Conflict"],
  [HTTPGone, 410, "Gone"],
  [HTTPLengthRequired, 411, "Length Required"],
  [HTTPPreconditionFailed, 412, "Precondition Failed"],
  [HTTPRequestURITooLong, 414, "Request-URI Too Long"],
  [HTTPUnsupportedMediaType, 415, "Unsupported Media Type"],
  [HTTPRequestRangeNotSatisfiable, 416, "Requested Range Not Satisfiable"],
  [HTTPExpectationFailed, 417, "Expectation Failed"],
  [HTTPMisdirectedRequest, 421, "Misdirected Request"],
  [HTTPUnprocessableEntity, 422, "Unprocessable Entity"],
  [HTTPFailedDependency, 424, "Failed Dependency"],
  [HTTPUpgradeRequired, 426, "Upgrade Required"],
  [HTTPPreconditionRequired, 428, "Precondition Required"],
  [HTTPTooManyRequests, 429, "Too Many Requests"],
  [HTTPRequestHeaderFieldsTooLarge, 431, "Request Header Fields Too Large"],
]);
