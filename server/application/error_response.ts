import { HTTPException as HonoException } from "hono/http-exception";
import { fault, tracing } from "../../http/open_telemetry.ts";
import { MultipartError, MultipartLimitError } from "../../http/multipart/errors.ts";
import { portOf } from "../engine/engine_of_request.ts";
import type { Logger } from "../request/app_context.ts";
import { mutableResponse } from "../request/mutable_response.ts";
import { HTTPBadRequest, HTTPRequestEntityTooLarge } from "../exceptions/replies.ts";
import { HTTPException } from "../exceptions/http_exception.ts";
import { ConnectionResetError } from "../response/connection_reset_error.ts";
import { serverErrorResponse } from "../response/prepare_response.ts";
import { requestInternals, type ServerRequest } from "../request/request.ts";
import { isMismatch } from "../body/incoming_body.ts";
import type { ShownError } from "../development/error_page.ts";
import { explained } from "./mistakes.ts";
import { withHeaders } from "./hono_response.ts";

export function report(error: unknown, request: ServerRequest): void {
  const span = tracing()?.span;
  if (span && typeof error !== "string") fault(span, error);
  log(request.app.logger, describe(request), error);
}

function log(logger: Logger, message: string, error: unknown): void {
  try {
    logger.error(message, error);
  } catch {
    // A failing logger must not prevent the response.
  }
}

/** Adds the headers set by Hono middlewares to the response for an error that passed them. */
export function withWanted(response: Response, request: ServerRequest): Response {
  const failure = requestInternals.failureOf(request);
  return failure === null || failure.response === response
    ? mutableResponse(response)
    : withHeaders(response, failure.wanted);
}

/** Converts a thrown value to a response, and logs errors of the program. */
export function errorResponse(error: unknown, request: ServerRequest): Response {
  const failure = requestInternals.failureOf(request);
  const known = failure?.error === error ? failure?.response : undefined;
  if (known === undefined && error instanceof HonoException) {
    return withWanted(error.getResponse(), request);
  }
  const problem = problemOf(error, request);
  if (problem === null) report(explained(error, request), request);
  // One line: the client's error is not a failure of the program.
  else if (requestInternals.bodyOf(request).isFault(error)) report(problem.text, request);
  return known ?? withWanted(pageOf(problem, error, request), request);
}

/** Returns the page for a thrown value, without logging. */
export function errorPage(error: unknown, request: ServerRequest): Response {
  const failure = requestInternals.failureOf(request);
  if (failure !== null && failure.error === error) return failure.response;
  return error instanceof HonoException
    ? error.getResponse()
    : pageOf(problemOf(error, request), error, request);
}

/** Answers errors of routes and middlewares that were added to `app.hono`. */
export function mountedError(error: unknown, logger: Logger): Response {
  if (error instanceof HonoException) return error.getResponse();
  const problem = problemOf(error);
  if (problem !== null) return problem.toResponse();
  log(logger, "Error handling a request", error);
  return serverErrorResponse();
}

let development: typeof import("../development/error_page.ts") | null = null;

export async function loadErrorPage(): Promise<void> {
  development ??= await import("../development/error_page.ts");
}

/** What developers are told about an error; `null` without `debug`. */
export function shownError(error: unknown, request: ServerRequest): ShownError | null {
  return development === null || request.apps[0]?.debug !== true
    ? null
    : development.shownError(explained(error, request), request);
}

function pageOf(problem: HTTPException | null, error: unknown, request: ServerRequest): Response {
  if (problem !== null) return problem.toResponse();
  if (development === null || request.apps[0]?.debug !== true) return serverErrorResponse();
  try {
    return development.errorPage(explained(error, request), request);
  } catch { // of an error whose own members fail
    return serverErrorResponse();
  }
}

/** Finds the HTTP exception for an error, `null` for one of the program, which has to be logged. */
export function problemOf(error: unknown, request?: ServerRequest): HTTPException | null {
  if (error instanceof HTTPException) return error;
  if (error instanceof MultipartLimitError && error.option !== "maxDuration") {
    return new HTTPRequestEntityTooLarge(error.limit, { text: error.message, cause: error });
  }
  // The client's fault, for any reader of the body.
  if (error instanceof MultipartError || isMismatch(error)) {
    return new HTTPBadRequest({ text: error.message, cause: error });
  }
  return isReset(error, request) ? new HTTPBadRequest({ text: "The request was cut" }) : null;
}

/** Whether an error means that the client has disconnected. */
export function isReset(error: unknown, request?: ServerRequest): boolean {
  return error instanceof ConnectionResetError ||
    request !== undefined && portOf(requestInternals.infoOf(request)).isReset?.(error) === true;
}

function describe(request: ServerRequest): string {
  // The path may hold anything a client can send; a log entry has to stay one line.
  const id: unknown = request.hono.get("requestId"); // of web.requestId(), or Hono's
  const named = typeof id === "string" ? ` (${id})` : "";
  return `Error handling ${request.method} ${JSON.stringify(request.rawPath)}${named}`;
}
