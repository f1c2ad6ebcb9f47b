// A middleware that answers errors as RFC 9457 problem details.
import { OptionTable } from "../../http/options.ts";
import { explained } from "../application/mistakes.ts";
import { problemOf, report, shownError } from "../application/error_response.ts";
import { HTTPInternalServerError } from "../exceptions/server_errors.ts";
import type { HTTPException } from "../exceptions/http_exception.ts";
import type { Middleware } from "../request/middleware.ts";
import { requestInternals, type ServerRequest } from "../request/request.ts";

/** Options of {@linkcode problemDetails}. */
export interface ProblemDetailsOptions {
  /**
   * Members (RFC 9457 section 3.1) for an error of the application, or more for an HTTP exception;
   * `null` for none.
   */
  readonly describe?: (
    error: unknown,
    request: ServerRequest,
  ) => { readonly status?: number; readonly [member: string]: unknown } | null | undefined;
}

const PROBLEM_DETAILS_OPTIONS = new OptionTable<ProblemDetailsOptions>({ describe: "a function" });

/**
 * Answers every HTTP exception from 400 on and every other error as `application/problem+json`
 * (RFC 9457): `{ "type": "about:blank", "title", "status", "detail" }`. The `detail` is the
 * exception's text; an exception whose text is a JSON object, such as the `issues` of `validate()`,
 * gives its members. Other errors are logged and are `500` without a detail, unless `describe` has
 * one.
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
export function problemDetails(options: ProblemDetailsOptions = {}): Middleware {
  PROBLEM_DETAILS_OPTIONS.check("web.problemDetails()", options);
  return async (request, handler) => {
    try {
      return await handler(request);
    } catch (error) {
      if (requestInternals.earlyOf(request) !== null) throw error; // the head was sent
      const known = problemOf(error, request);
      if (known !== null && known.status < 400) throw error;
      const described = options.describe?.(error, request) ?? null;
      if (known === null && described === null) report(explained(error, request), request);
      const shown = known === null ? shownError(error, request) : null;
      return replyOf(known ?? new HTTPInternalServerError(), { ...shown, ...described });
    }
  };
}

function replyOf(exception: HTTPException, described: { readonly status?: number }): Response {
  const { reason, text } = exception;
  const own = objectOf(text);
  const detail = own === null && text !== `${exception.status}: ${reason}` ? { detail: text } : {};
  const status = described.status ?? exception.status;
  const title = status === exception.status ? reason : undefined; // which JSON leaves out
  const problem = { type: "about:blank", title, status, ...detail, ...own, ...described };
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
