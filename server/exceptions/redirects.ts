/**
 * HTTP exceptions for redirects: `throw new web.HTTPFound("/login")`.
 * @module
 */
import { HTTPException, type HTTPExceptionOptions } from "./http_exception.ts";

/** Where a redirect leads: text, or a value whose text is a URL (`URL`, `urlFor()`). */
export type Location = string | { toString(): string };

/**
 * Base of the `3xx` replies.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const isRedirect = (error: unknown) => error instanceof web.HTTPRedirection;
 * console.assert(isRedirect(new web.HTTPFound("/")) && isRedirect(new web.HTTPNotModified()));
 * ```
 */
export class HTTPRedirection extends HTTPException {
  /** Name of the class, for telling errors apart. */
  override readonly name: string = "HTTPRedirection";
}

/**
 * Base of the redirects that have a `Location`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const target = (error: unknown) => error instanceof web.HTTPMove ? error.location : null;
 * console.assert(target(new web.HTTPFound("/a b")) === "/a%20b");
 * ```
 */
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

/**
 * `304 Not Modified`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const response = new web.HTTPNotModified({ headers: { etag: '"v1"' } }).toResponse();
 * console.assert(response.status === 304 && response.body === null);
 * ```
 */
export class HTTPNotModified extends HTTPRedirection {
  /** Name of the class, for telling errors apart. */
  override readonly name = "HTTPNotModified";

  /** Takes headers, body and cause. */
  constructor(options: HTTPExceptionOptions = {}) {
    super(304, "Not Modified", options);
  }
}

/**
 * `300 Multiple Choices`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPMultipleChoices("/docs/en");
 * console.assert(error.status === 300 && error.location === "/docs/en");
 * ```
 */
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

/**
 * `301 Moved Permanently`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPMovedPermanently("https://example.com/");
 * console.assert(error.status === 301 && error.location === "https://example.com/");
 * ```
 */
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

/**
 * `302 Found`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([
 *   web.get("/login", () => web.textResponse("log in"), { name: "login" }),
 *   web.get("/", (request) => {
 *     throw new web.HTTPFound(request.app.router.named("login").urlFor());
 *   }),
 * ]);
 * const response = await app.request("/");
 * console.assert(response.status === 302 && response.headers.get("location") === "/login");
 * ```
 */
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

/**
 * `303 See Other`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.post("/notes", () => {
 *   throw new web.HTTPSeeOther("/notes"); // a reload does not send the form again
 * })]);
 * console.assert((await app.request("/notes", { method: "POST" })).status === 303);
 * ```
 */
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

/**
 * `305 Use Proxy`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPUseProxy("http://proxy.example:3128/");
 * console.assert(error.status === 305 && error.location === "http://proxy.example:3128/");
 * ```
 */
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

/**
 * `307 Temporary Redirect`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPTemporaryRedirect("/elsewhere");
 * console.assert(error.status === 307 && error.location === "/elsewhere");
 * ```
 */
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

/**
 * `308 Permanent Redirect`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const error = new web.HTTPPermanentRedirect("/v2/users");
 * console.assert(error.status === 308 && error.location === "/v2/users");
 * ```
 */
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
