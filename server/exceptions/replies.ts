import { HTTPError, HTTPException, type HTTPExceptionOptions } from "./http_exception.ts";

/** Base of the replies that are a success. */
export class HTTPSuccessful extends HTTPException {}

/** @internal */
class SuccessReply extends HTTPSuccessful {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    const [status, reason] = statusOf(new.target);
    super(status, reason, options);
  }
}

/** `200 OK`. */
export class HTTPOk extends SuccessReply {}
/** `201 Created`. */
export class HTTPCreated extends SuccessReply {}
/** `202 Accepted`. */
export class HTTPAccepted extends SuccessReply {}
/** `203 Non-Authoritative Information`. */
export class HTTPNonAuthoritativeInformation extends SuccessReply {}
/** `204 No Content`. */
export class HTTPNoContent extends SuccessReply {}
/** `205 Reset Content`. */
export class HTTPResetContent extends SuccessReply {}
/** `206 Partial Content`. */
export class HTTPPartialContent extends SuccessReply {}

/** Target of a redirect: text, or a value that converts to a URL (`URL`, `urlFor()`). */
export type RedirectTarget = string | { toString(): string };

/** Base of the `3xx` replies. */
export class HTTPRedirection extends HTTPException {}

/** Base of the redirects that have a `Location`. */
export class HTTPMove extends HTTPRedirection {
  /** The `Location` header as it is sent. */
  readonly location: string;

  /**
   * Creates one.
   * @param location Target; characters not allowed in URLs are percent-encoded, so that text from a
   * request cannot break the header.
   * @throws {TypeError} If the location is empty.
   */
  constructor(
    status: number,
    reason: string,
    location: RedirectTarget,
    options: HTTPExceptionOptions,
  ) {
    super(status, reason, options);
    this.location = quoteLocation(`${location}`);
    if (this.location === "") throw new TypeError("HTTP redirects need a location to redirect to");
    this.headers.set("location", this.location);
  }
}

/** @internal */
class MoveReply extends HTTPMove {
  /** Takes the target (a URL, a path, or a result of `urlFor()`), headers, body and cause. */
  constructor(location: RedirectTarget, options: HTTPExceptionOptions = {}) {
    const [status, reason] = statusOf(new.target);
    super(status, reason, location, options);
  }
}

/** `304 Not Modified`. */
export class HTTPNotModified extends HTTPRedirection {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(304, "Not Modified", options);
  }
}

/** `300 Multiple Choices`. */
export class HTTPMultipleChoices extends MoveReply {}
/** `301 Moved Permanently`. */
export class HTTPMovedPermanently extends MoveReply {}
/** `302 Found`. */
export class HTTPFound extends MoveReply {}
/** `303 See Other`. */
export class HTTPSeeOther extends MoveReply {}
/** `305 Use Proxy`. */
export class HTTPUseProxy extends MoveReply {}
/** `307 Temporary Redirect`. */
export class HTTPTemporaryRedirect extends MoveReply {}
/** `308 Permanent Redirect`. */
export class HTTPPermanentRedirect extends MoveReply {}

/** Encodes characters that RFC 3986 does not allow in URLs: controls, blanks, quotes, non-ASCII. */
function quoteLocation(location: string): string {
  return location.toWellFormed().replace(
    // deno-lint-ignore no-control-regex -- matches control bytes on purpose
    /[\x00-\x20\x7f"<>\\^`{|}]|[^\x00-\x7f]+/g,
    (text) => encodeURIComponent(text),
  );
}

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

/** Base of the replies for errors of the server. */
export class HTTPServerError extends HTTPError {}

/** @internal */
class ServerReply extends HTTPServerError {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    const [status, reason] = statusOf(new.target);
    super(status, reason, options);
  }
}

/** `500 Internal Server Error`. */
export class HTTPInternalServerError extends ServerReply {}
/** `501 Not Implemented`. */
export class HTTPNotImplemented extends ServerReply {}
/** `502 Bad Gateway`. */
export class HTTPBadGateway extends ServerReply {}
/** `503 Service Unavailable`. */
export class HTTPServiceUnavailable extends ServerReply {}
/** `504 Gateway Timeout`. */
export class HTTPGatewayTimeout extends ServerReply {}
/** `505 HTTP Version Not Supported`. */
export class HTTPVersionNotSupported extends ServerReply {}
/** `506 Variant Also Negotiates`. */
export class HTTPVariantAlsoNegotiates extends ServerReply {}
/** `507 Insufficient Storage`. */
export class HTTPInsufficientStorage extends ServerReply {}
/** `510 Not Extended`. */
export class HTTPNotExtended extends ServerReply {}
/** `511 Network Authentication Required`. */
export class HTTPNetworkAuthenticationRequired extends ServerReply {}

const STATUSES = new Map<unknown, readonly [status: number, reason: string]>([
  [HTTPOk, [200, "OK"]],
  [HTTPCreated, [201, "Created"]],
  [HTTPAccepted, [202, "Accepted"]],
  [HTTPNonAuthoritativeInformation, [203, "Non-Authoritative Information"]],
  [HTTPNoContent, [204, "No Content"]],
  [HTTPResetContent, [205, "Reset Content"]],
  [HTTPPartialContent, [206, "Partial Content"]],
  [HTTPMultipleChoices, [300, "Multiple Choices"]],
  [HTTPMovedPermanently, [301, "Moved Permanently"]],
  [HTTPFound, [302, "Found"]],
  [HTTPSeeOther, [303, "See Other"]],
  [HTTPUseProxy, [305, "Use Proxy"]],
  [HTTPTemporaryRedirect, [307, "Temporary Redirect"]],
  [HTTPPermanentRedirect, [308, "Permanent Redirect"]],
  [HTTPBadRequest, [400, "Bad Request"]],
  [HTTPUnauthorized, [401, "Unauthorized"]],
  [HTTPPaymentRequired, [402, "Payment Required"]],
  [HTTPForbidden, [403, "Forbidden"]],
  [HTTPNotFound, [404, "Not Found"]],
  [HTTPNotAcceptable, [406, "Not Acceptable"]],
  [HTTPProxyAuthenticationRequired, [407, "Proxy Authentication Required"]],
  [HTTPRequestTimeout, [408, "Request Timeout"]],
  [HTTPConflict, [409, "Conflict"]],
  [HTTPGone, [410, "Gone"]],
  [HTTPLengthRequired, [411, "Length Required"]],
  [HTTPPreconditionFailed, [412, "Precondition Failed"]],
  [HTTPRequestURITooLong, [414, "Request-URI Too Long"]],
  [HTTPUnsupportedMediaType, [415, "Unsupported Media Type"]],
  [HTTPRequestRangeNotSatisfiable, [416, "Requested Range Not Satisfiable"]],
  [HTTPExpectationFailed, [417, "Expectation Failed"]],
  [HTTPMisdirectedRequest, [421, "Misdirected Request"]],
  [HTTPUnprocessableEntity, [422, "Unprocessable Entity"]],
  [HTTPFailedDependency, [424, "Failed Dependency"]],
  [HTTPUpgradeRequired, [426, "Upgrade Required"]],
  [HTTPPreconditionRequired, [428, "Precondition Required"]],
  [HTTPTooManyRequests, [429, "Too Many Requests"]],
  [HTTPRequestHeaderFieldsTooLarge, [431, "Request Header Fields Too Large"]],
  [HTTPInternalServerError, [500, "Internal Server Error"]],
  [HTTPNotImplemented, [501, "Not Implemented"]],
  [HTTPBadGateway, [502, "Bad Gateway"]],
  [HTTPServiceUnavailable, [503, "Service Unavailable"]],
  [HTTPGatewayTimeout, [504, "Gateway Timeout"]],
  [HTTPVersionNotSupported, [505, "HTTP Version Not Supported"]],
  [HTTPVariantAlsoNegotiates, [506, "Variant Also Negotiates"]],
  [HTTPInsufficientStorage, [507, "Insufficient Storage"]],
  [HTTPNotExtended, [510, "Not Extended"]],
  [HTTPNetworkAuthenticationRequired, [511, "Network Authentication Required"]],
]);

/** The row of a class, or of the one that it extends. */
function statusOf(made: unknown): readonly [status: number, reason: string] {
  return STATUSES.get(made) ?? statusOf(Object.getPrototypeOf(made));
}
