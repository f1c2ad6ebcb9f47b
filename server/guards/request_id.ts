import type { Middleware } from "../request/middleware.ts";
import { withAnswerHeaders } from "./answer_headers.ts";

const HEADER = "x-request-id";
const ACCEPTED = /^[\w.:+/=-]{1,128}$/;

/**
 * Gives each request an id: that of its `X-Request-Id`, up to 128 letters, digits and `-_.:+/=`, or
 * a new one. It is in the reply's header, in errors that the application logs, and in
 * `request.hono.get("requestId")`, as that of Hono's middleware, which has options.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application({ middlewares: [web.requestId()] });
 * const { headers } = await app.request("/", { headers: { "x-request-id": "a1" } });
 * console.assert(headers.get("x-request-id") === "a1");
 * ```
 */
export function requestId(): Middleware {
  return (request, handler) => {
    const given = request.headers.get(HEADER) ?? "";
    const id = ACCEPTED.test(given) ? given : crypto.randomUUID();
    request.hono.set("requestId", id);
    return withAnswerHeaders(request, handler, (headers) => headers.set(HEADER, id));
  };
}
