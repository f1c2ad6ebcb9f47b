import { explained } from "../application/mistakes.ts";
import { problemOf, report, shownError } from "../application/error_response.ts";
import { HTTPInternalServerError } from "../exceptions/replies.ts";
import type { HTTPException } from "../exceptions/http_exception.ts";
import type { Middleware } from "../request/middleware.ts";
import { requestInternals } from "../request/request.ts";

/**
 * Answers every HTTP exception from 400 on and every other error as `application/problem+json`
 * (RFC 9457): `{ "type": "about:blank", "title", "status", "detail" }`. The `detail` is the
 * exception's text; an exception whose text is a JSON object, such as the `issues` of `validate()`,
 * gives its members. Other errors are logged and are `500` without a detail.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application({ middlewares: [web.problemDetails()] });
 * const response = await app.request("/nothing");
 * console.assert(response.headers.get("content-type") === "application/problem+json");
 * console.assert((await response.json()).title === "Not Found");
 * ```
 */
export function problemDetails(): Middleware {
  return async (request, handler) => {
    try {
      return await handler(request);
    } catch (error) {
      if (requestInternals.earlyOf(request) !== null) throw error; // the head was sent
      const known = problemOf(error, request);
      if (known !== null && known.status < 400) throw error;
      if (known !== null) return replyOf(known, null);
      report(explained(error, request), request);
      return replyOf(new HTTPInternalServerError(), shownError(error, request));
    }
  };
}

function replyOf(exception: HTTPException, shown: object | null): Response {
  const { status, reason, text } = exception;
  const own = objectOf(text) ?? (text === `${status}: ${reason}` ? null : { detail: text });
  const problem = { type: "about:blank", title: reason, status, ...own, ...shown };
  const headers = new Headers(exception.headers);
  headers.set("content-type", "application/problem+json");
  return new Response(JSON.stringify(problem), { status, headers });
}

function objectOf(text: string): Record<string, unknown> | null {
  if (!text.startsWith("{")) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null; // is a text that begins with a brace
  }
}
