import { OptionTable } from "../../http/options.ts";
import type { Middleware } from "../request/middleware.ts";
import { withAnswerHeaders } from "./answer_headers.ts";

/** Options of {@linkcode requestId}. */
export interface RequestIdOptions {
  /** Header of the id, in requests and replies. @default {"x-request-id"} */
  readonly header?: string;
}

const REQUEST_ID_OPTIONS = new OptionTable<RequestIdOptions>({
  header: "a string",
}, { headername: 'Write "header"' });

const ACCEPTED = /^[\w.:+/=-]{1,128}$/;

/**
 * Gives each request an id: that of its header, up to 128 letters, digits and `-_.:+/=`, or a new
 * one. It is in the reply's header, in errors that the application logs, and in
 * `request.hono.get("requestId")`, as that of Hono's middleware.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application({ middlewares: [web.requestId()] });
 * const { headers } = await app.request("/", { headers: { "x-request-id": "a1" } });
 * console.assert(headers.get("x-request-id") === "a1");
 * ```
 */
export function requestId(options: RequestIdOptions = {}): Middleware {
  REQUEST_ID_OPTIONS.check("web.requestId()", options);
  const { header = "x-request-id" } = options;
  new Headers().set(header, ""); // throws for a name that no header has
  return (request, handler) => {
    const given = request.headers.get(header) ?? "";
    const id = ACCEPTED.test(given) ? given : crypto.randomUUID();
    request.hono.set("requestId", id);
    return withAnswerHeaders(request, handler, (headers) => headers.set(header, id));
  };
}
