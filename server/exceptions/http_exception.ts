import { OptionTable } from "../../http/options.ts";
import { WITHOUT_BODY } from "../../http/headers/status.ts";

/** Options of all HTTP exceptions. */
export interface HTTPExceptionOptions {
  /** Headers of the reply, in addition to those of the exception itself. */
  readonly headers?: HeadersInit;
  /** Body of the reply. @default the status and its reason, `404: Not Found` */
  readonly text?: string;
  /** Mime type of the body. @default {"text/plain; charset=utf-8"} */
  readonly contentType?: string;
  /** The cause; never sent. */
  readonly cause?: unknown;
}

const HTTP_EXCEPTION_OPTIONS = new OptionTable<HTTPExceptionOptions>({
  headers: "a map or a list of pairs",
  text: "a string",
  contentType: "a string",
  cause: "anything",
}, {
  status: "The class says the status",
  json: 'Write "text", with JSON.stringify(), and "contentType"',
});

/**
 * An HTTP reply as an error: throw it from a handler or a middleware and the client gets it.
 * The named ones ({@linkcode HTTPNotFound}, {@linkcode HTTPFound}, …) are made of it.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const secret: web.Handler = () => {
 *   throw new web.HTTPForbidden({ text: "members only" });
 * };
 * ```
 */
export class HTTPException extends Error {
  /** Name of the class, for telling errors apart. */
  override readonly name: string;
  /** Status code of the reply. */
  readonly status: number;
  /** Reason phrase that goes with the status. */
  readonly reason: string;
  /** Headers of the reply; change them before throwing. */
  readonly headers: Headers;
  /** Body of the reply, empty for statuses that have none. */
  readonly text: string;

  /** Creates one. */
  constructor(status: number, reason: string, options: HTTPExceptionOptions = {}) {
    super(`${status}: ${reason}`, options);
    HTTP_EXCEPTION_OPTIONS.check(`new web.${new.target.name}`, options);
    this.name = new.target.name;
    this.status = status;
    this.reason = reason;
    this.headers = new Headers(options.headers);
    this.text = WITHOUT_BODY.has(status) ? "" : options.text ?? `${status}: ${reason}`;
    if (this.text !== "" && !this.headers.has("content-type")) {
      this.headers.set("content-type", options.contentType ?? "text/plain; charset=utf-8");
    }
  }

  /** The reply as a platform response. */
  toResponse(): Response {
    return new Response(WITHOUT_BODY.has(this.status) ? null : this.text, {
      status: this.status,
      statusText: this.reason,
      headers: this.headers,
    });
  }
}

/** Base of the replies for errors, 4xx and 5xx: not of successes and redirects. */
export class HTTPError extends HTTPException {}

/** Thrown exceptions: the request, and their headers at that time. */
const thrown = new WeakMap<HTTPException, readonly [request: Request, headers: Headers]>();

/** Makes the headers of an exception a request's own: for a second request it returns a copy. */
export function ownException(error: HTTPException, raw: Request): HTTPException {
  const before = thrown.get(error);
  if (before === undefined) thrown.set(error, [raw, new Headers(error.headers)]);
  if (before === undefined || before[0] === raw) return error;
  const copy = new HTTPException(error.status, error.reason, { cause: error });
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error));
  Object.assign(copy, error, { headers: new Headers(before[1]) });
  thrown.set(copy, [raw, before[1]]);
  return copy;
}
