// HTTP exceptions for redirects: `throw new web.HTTPFound("/login")`.
import { HTTPException, type HTTPExceptionOptions } from "./http_exception.ts";
import { setStatuses, statusOf } from "./statuses.ts";

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

setStatuses([
  [HTTPMultipleChoices, 300, "Multiple Choices"],
  [HTTPMovedPermanently, 301, "Moved Permanently"],
  [HTTPFound, 302, "Found"],
  [HTTPSeeOther, 303, "See Other"],
  [HTTPUseProxy, 305, "Use Proxy"],
  [HTTPTemporaryRedirect, 307, "Temporary Redirect"],
  [HTTPPermanentRedirect, 308, "Permanent Redirect"],
]);
