// HTTP exceptions for success, which end a handler early: `throw new web.HTTPNoContent()`.
import { HTTPException, type HTTPExceptionOptions } from "./http_exception.ts";

/**
 * Base of the replies that are a success.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const isFine = (error: unknown) => error instanceof web.HTTPSuccessful;
 * console.assert(isFine(new web.HTTPNoContent()) && !isFine(new web.HTTPFound("/")));
 * ```
 */
export class HTTPSuccessful extends HTTPException {
}

/** `200 OK`. */
export class HTTPOk extends HTTPSuccessful {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(200, "OK", options);
  }
}

/** `201 Created`. */
export class HTTPCreated extends HTTPSuccessful {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(201, "Created", options);
  }
}

/** `202 Accepted`. */
export class HTTPAccepted extends HTTPSuccessful {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(202, "Accepted", options);
  }
}

/** `203 Non-Authoritative Information`. */
export class HTTPNonAuthoritativeInformation extends HTTPSuccessful {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(203, "Non-Authoritative Information", options);
  }
}

/** `204 No Content`. */
export class HTTPNoContent extends HTTPSuccessful {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(204, "No Content", options);
  }
}

/** `205 Reset Content`. */
export class HTTPResetContent extends HTTPSuccessful {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(205, "Reset Content", options);
  }
}

/** `206 Partial Content`. */
export class HTTPPartialContent extends HTTPSuccessful {
  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(206, "Partial Content", options);
  }
}
