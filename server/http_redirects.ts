/**
 * HTTP exceptions for success and redirects: `throw new web.HTTPFound("/login")`.
 * @module
 */
import { HTTPException, type HTTPExceptionOptions } from "./http_exception.ts";

/** Where a redirect leads: text, or a value whose text is a URL (`URL`, `urlFor()`). */
export type Location = string | { toString(): string };

/** Base of the replies that are a success. */
export class HTTPSuccessful extends HTTPException {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "HTTPSuccessful";
}

/** Base of the `3xx` replies. */
export class HTTPRedirection extends HTTPException {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "HTTPRedirection";
}

/** Base of the redirects that have a `Location`. */
export class HTTPMove extends HTTPRedirection {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "HTTPMove";
  /** The `Location` header as it is sent. */
  readonly location: string;

  /**
   * Creates one.
   *
   * @param status Status code of the reply.
   * @param reason Reason phrase that goes with it.
   * @param location Where to go; characters that no URL may hold are percent-encoded, so that
   * text from a request cannot break the header.
   * @param options Headers, body, cause.
   * @throws {TypeError} If the location is empty.
   */
  constructor(status: number, reason: string, location: Location, options: HTTPExceptionOptions) {
    super(status, reason, options);
    this.location = quoteLocation(`${location}`);
    if (this.location === "") throw new TypeError("HTTP redirects need a location to redirect to");
    this.headers.set("location", this.location);
  }
}

/** `200 OK`. */
export class HTTPOk extends HTTPSuccessful {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPOk";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(200, "OK", options);
  }
}

/** `201 Created`. */
export class HTTPCreated extends HTTPSuccessful {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPCreated";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(201, "Created", options);
  }
}

/** `202 Accepted`. */
export class HTTPAccepted extends HTTPSuccessful {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPAccepted";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(202, "Accepted", options);
  }
}

/** `203 Non-Authoritative Information`. */
export class HTTPNonAuthoritativeInformation extends HTTPSuccessful {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPNonAuthoritativeInformation";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(203, "Non-Authoritative Information", options);
  }
}

/** `204 No Content`. */
export class HTTPNoContent extends HTTPSuccessful {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPNoContent";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(204, "No Content", options);
  }
}

/** `205 Reset Content`. */
export class HTTPResetContent extends HTTPSuccessful {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPResetContent";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(205, "Reset Content", options);
  }
}

/** `206 Partial Content`. */
export class HTTPPartialContent extends HTTPSuccessful {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPPartialContent";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(206, "Partial Content", options);
  }
}

/** `304 Not Modified`. */
export class HTTPNotModified extends HTTPRedirection {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPNotModified";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(304, "Not Modified", options);
  }
}

/** `300 Multiple Choices`. */
export class HTTPMultipleChoices extends HTTPMove {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPMultipleChoices";

  /**
   * Creates one.
   *
   * @param location Where to go: a URL, a path, or what `urlFor()` gives.
   * @param options Headers, body, cause.
   */
  constructor(location: Location, options: HTTPExceptionOptions = {}) {
    super(300, "Multiple Choices", location, options);
  }
}

/** `301 Moved Permanently`. */
export class HTTPMovedPermanently extends HTTPMove {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPMovedPermanently";

  /**
   * Creates one.
   *
   * @param location Where to go: a URL, a path, or what `urlFor()` gives.
   * @param options Headers, body, cause.
   */
  constructor(location: Location, options: HTTPExceptionOptions = {}) {
    super(301, "Moved Permanently", location, options);
  }
}

/** `302 Found`. */
export class HTTPFound extends HTTPMove {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPFound";

  /**
   * Creates one.
   *
   * @param location Where to go: a URL, a path, or what `urlFor()` gives.
   * @param options Headers, body, cause.
   */
  constructor(location: Location, options: HTTPExceptionOptions = {}) {
    super(302, "Found", location, options);
  }
}

/** `303 See Other`. */
export class HTTPSeeOther extends HTTPMove {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPSeeOther";

  /**
   * Creates one.
   *
   * @param location Where to go: a URL, a path, or what `urlFor()` gives.
   * @param options Headers, body, cause.
   */
  constructor(location: Location, options: HTTPExceptionOptions = {}) {
    super(303, "See Other", location, options);
  }
}

/** `305 Use Proxy`. */
export class HTTPUseProxy extends HTTPMove {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPUseProxy";

  /**
   * Creates one.
   *
   * @param location Where to go: a URL, a path, or what `urlFor()` gives.
   * @param options Headers, body, cause.
   */
  constructor(location: Location, options: HTTPExceptionOptions = {}) {
    super(305, "Use Proxy", location, options);
  }
}

/** `307 Temporary Redirect`. */
export class HTTPTemporaryRedirect extends HTTPMove {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPTemporaryRedirect";

  /**
   * Creates one.
   *
   * @param location Where to go: a URL, a path, or what `urlFor()` gives.
   * @param options Headers, body, cause.
   */
  constructor(location: Location, options: HTTPExceptionOptions = {}) {
    super(307, "Temporary Redirect", location, options);
  }
}

/** `308 Permanent Redirect`. */
export class HTTPPermanentRedirect extends HTTPMove {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPPermanentRedirect";

  /**
   * Creates one.
   *
   * @param location Where to go: a URL, a path, or what `urlFor()` gives.
   * @param options Headers, body, cause.
   */
  constructor(location: Location, options: HTTPExceptionOptions = {}) {
    super(308, "Permanent Redirect", location, options);
  }
}

/** Encodes what RFC 3986 allows nowhere in a URL: controls, blanks, quotes, non-ASCII. */
function quoteLocation(location: string): string {
  return location.toWellFormed().replace(
    // deno-lint-ignore no-control-regex -- control bytes are what has to be caught here
    /[\x00-\x20\x7f"<>\\^`{|}]|[^\x00-\x7f]+/g,
    (text) => encodeURIComponent(text),
  );
}
