// HTTP exceptions for errors of the server: `throw new web.HTTPServiceUnavailable()`.
import { HTTPError, type HTTPExceptionOptions } from "./http_exception.ts";
import { setStatuses, statusOf } from "./statuses.ts";

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

setStatuses([
  [HTTPInternalServerError, 500, "Internal Server Error"],
  [HTTPNotImplemented, 501, "Not Implemented"],
  [HTTPBadGateway, 502, "Bad Gateway"],
  [HTTPServiceUnavailable, 503, "Service Unavailable"],
  [HTTPGatewayTimeout, 504, "Gateway Timeout"],
  [HTTPVersionNotSupported, 505, "HTTP Version Not Supported"],
  [HTTPVariantAlsoNegotiates, 506, "Variant Also Negotiates"],
  [HTTPInsufficientStorage, 507, "Insufficient Storage"],
  [HTTPNotExtended, 510, "Not Extended"],
  [HTTPNetworkAuthenticationRequired, 511, "Network Authentication Required"],
]);
