/**
 * HTTP exceptions for success, which end a handler early: `throw new web.HTTPNoContent()`.
 * @module
 */
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
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "HTTPSuccessful";
}

/**
 * `200 OK`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPOk({ text: "done" });
 * console.assert(error.status === 200 && error.text === "done");
 * ```
 */
export class HTTPOk extends HTTPSuccessful {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPOk";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(200, "OK", options);
  }
}

/**
 * `201 Created`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPCreated({ headers: { location: "/users/7" } });
 * console.assert(error.status === 201 && error.headers.get("location") === "/users/7");
 * ```
 */
export class HTTPCreated extends HTTPSuccessful {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPCreated";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(201, "Created", options);
  }
}

/**
 * `202 Accepted`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPAccepted({ text: "it will be done" });
 * console.assert(error.status === 202);
 * ```
 */
export class HTTPAccepted extends HTTPSuccessful {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPAccepted";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(202, "Accepted", options);
  }
}

/**
 * `203 Non-Authoritative Information`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPNonAuthoritativeInformation({ text: "from a copy" });
 * console.assert(error.status === 203);
 * ```
 */
export class HTTPNonAuthoritativeInformation extends HTTPSuccessful {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPNonAuthoritativeInformation";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(203, "Non-Authoritative Information", options);
  }
}

/**
 * `204 No Content`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPNoContent();
 * console.assert(error.status === 204 && error.text === "");
 * ```
 */
export class HTTPNoContent extends HTTPSuccessful {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPNoContent";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(204, "No Content", options);
  }
}

/**
 * `205 Reset Content`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPResetContent();
 * console.assert(error.status === 205 && error.text === "");
 * ```
 */
export class HTTPResetContent extends HTTPSuccessful {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPResetContent";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(205, "Reset Content", options);
  }
}

/**
 * `206 Partial Content`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPPartialContent({ headers: { "content-range": "bytes 0-4/10" }, text: "hello" });
 * console.assert(error.status === 206);
 * ```
 */
export class HTTPPartialContent extends HTTPSuccessful {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPPartialContent";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(206, "Partial Content", options);
  }
}
