/**
 * One request from Hono's match to the platform's response.
 * @module
 */
import { HTTPException as HonoException } from "hono/http-exception";
import type { LinkedList } from "../../http/linked_list.ts";
import { MultipartError, MultipartLimitError } from "../../http/multipart/errors.ts";
import type { AppContext, Logger } from "../request/app_context.ts";
import { mutableResponse } from "../request/mutable_response.ts";
import { HTTPBadRequest, HTTPMethodNotAllowed, HTTPNotFound } from "../exceptions/client_errors.ts";
import { HTTPRequestEntityTooLarge } from "../exceptions/message_errors.ts";
import { HTTPException } from "../exceptions/http_exception.ts";
import { ConnectionResetError } from "../response/connection_reset_error.ts";
import { type Handler, type HandlerResult, render } from "../request/middleware.ts";
import { NO_PARAMS } from "../routing/no_params.ts";
import { serverErrorResponse } from "../response/prepare_response.ts";
import type { EarlyAnswer } from "../request/prepared_answer.ts";
import { requestInternals, ServerRequest } from "../request/request.ts";
import { endBody } from "../body/end_body.ts";
import { isMismatch } from "../body/incoming_body.ts";
import type { Missed } from "../routing/route.ts";
import { withHeaders } from "./hono_response.ts";
import type { Exchange } from "./hono_router.ts";

/** What dispatch needs of an application. */
export interface DispatchOptions {
  /** The application, as requests see it. */
  readonly app: AppContext;
  /**
   * Wraps a handler in the application's middlewares.
   *
   * @param handler The handler.
   */
  wrap(handler: Handler): Handler;
  /** Lets `onResponsePrepare` see a response; `null` where nobody listens. */
  readonly prepare:
    | ((request: ServerRequest, response: Response) => Promise<Response>)
    | null;
  /** Told of every socket or stream that outlives its answer, until it is done. */
  readonly running: Set<EarlyAnswer>;
  /** Told of every request whose handler has not answered yet. */
  readonly waiting: LinkedList<ServerRequest>;
}

/**
 * Answers a request: every failure of a handler, a responder or a logger becomes a response.
 *
 * @param exchange The request and its route.
 */
export type Dispatch = (exchange: Exchange) => Response | Promise<Response>;

/**
 * Makes what answers every request: middlewares, handler, response.
 *
 * @param options The application and how it wraps handlers.
 * @returns The function.
 */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { app, prepare } = options;
  const unknown = options.wrap(notFound);
  return ({ context, raw, passed, info, method, found }) => {
    const { route } = found;
    const request = route === null
      ? new ServerRequest(raw, info, app, NO_PARAMS, null, context)
      : new ServerRequest(raw, info, app, found.params, route.resource, context);
    if (passed !== raw) requestInternals.replaceRaw(request, passed);
    const chain = route === null
      ? missedChain(found, method, options, unknown)
      : route.chain ?? route.handler;
    const response = answer(request, chain, options);
    const prepared = prepare === null ? response : finish(response, request, options, prepare);
    if (method === "GET" || method === "HEAD") return prepared;
    return prepared instanceof Promise
      ? prepared.then((each) => endBody(request, each))
      : endBody(request, prepared);
  };
}

function missedChain(
  found: Missed,
  method: string,
  options: DispatchOptions,
  unknown: Handler,
): Handler {
  const { allowed, wrap } = found;
  if (allowed.length === 0) return wrap === undefined ? unknown : wrap(notFound);
  return (wrap ?? options.wrap)(() => {
    throw new HTTPMethodNotAllowed(method, allowed);
  });
}

function notFound(): never {
  throw new HTTPNotFound();
}

async function finish(
  response: Response | Promise<Response>,
  request: ServerRequest,
  options: DispatchOptions,
  prepare: NonNullable<DispatchOptions["prepare"]>,
): Promise<Response> {
  const answered = await response;
  try {
    return await prepare(request, answered);
  } catch (error) {
    if (answered.status === 101) { // an upgrade cannot be taken back, only closed
      report(error, request);
      const early = request.earlyAnswer;
      if (early !== null) end(early, request, options.running, error);
      return answered;
    }
    answered.body?.cancel().catch(() => {});
    return errorResponse(error, request);
  }
}

/** Runs the chain; an early answer goes out at once, while the chain runs on. */
function answer(
  request: ServerRequest,
  chain: Handler,
  options: DispatchOptions,
): Response | Promise<Response> {
  let result: HandlerResult | Promise<HandlerResult>;
  try {
    result = chain(request);
    if (!(result instanceof Response || isThenable(result))) result = render(result, request);
  } catch (error) {
    request.finish();
    return errorResponse(error, request);
  }
  if (result instanceof Response || !isThenable(result)) {
    request.finish();
    return toResponse(result, request);
  }
  const { running, waiting } = options;
  const place = waiting.add(request);
  return new Promise((resolve) => {
    requestInternals.slotOf(request).listen((early, response) => {
      running.add(early);
      resolve(response);
    });
    const done = (value: HandlerResult): void => {
      waiting.delete(place);
      request.finish();
      const early = request.earlyAnswer;
      if (early === null) resolve(toResponse(value, request));
      else end(early, request, running);
    };
    const failed = (error: unknown): void => {
      waiting.delete(place);
      request.finish();
      const early = request.earlyAnswer;
      if (early === null) return resolve(errorResponse(error, request));
      if (!isReset(error, request)) report(error, request);
      end(early, request, running, error ?? new Error("The handler threw nothing"));
    };
    result.then((value) => {
      let rendered: HandlerResult | Promise<HandlerResult>;
      try {
        rendered = render(value, request);
      } catch (error) { // a responder that is not async; nobody else would hear of it
        return failed(error);
      }
      if (isThenable(rendered)) rendered.then(done, failed);
      else done(rendered);
    }, failed);
  });
}

/**
 * Logs an error; a logger that fails must not cost the client its answer.
 *
 * @param error The error.
 * @param request The request that it ended.
 */
export function report(error: unknown, request: ServerRequest): void {
  try {
    request.app.logger.error(describe(request), error);
  } catch {
    // There is nobody left to tell.
  }
}

/** Ends an early answer whose handler is done. */
async function end(
  early: EarlyAnswer,
  request: ServerRequest,
  running: Set<EarlyAnswer>,
  error?: unknown,
): Promise<void> {
  const { incoming } = request;
  // Deno answers the next requests of the connection with 500 where a body is read after its answer.
  const isWhole = !request.served || !incoming.isLeft || await incoming.drop();
  try {
    await early.finish(error);
  } catch (cause) {
    report(cause, request);
  } finally {
    running.delete(early);
    if (!isWhole) incoming.abandon();
  }
}

/** Turns what a handler gave into a response. */
function toResponse(result: HandlerResult, request: ServerRequest): Response {
  if (result instanceof Response) {
    if (!request.engine.isBodyUsed(result)) return withWanted(result, request);
    const error = new TypeError("The handler returned a response whose body was read before");
    return errorResponse(error, request);
  }
  const early = request.earlyAnswer;
  if (early !== null) return early.response;
  return errorResponse(noResponse(result, request), request);
}

/** After an error that left middlewares of Hono and that a middleware of ours has answered. */
function withWanted(response: Response, request: ServerRequest): Response {
  const failure = requestInternals.failureOf(request);
  return failure === null || failure.response === response
    ? mutableResponse(response)
    : withHeaders(response, failure.wanted);
}

/**
 * The error for a handler that gave something else than a response.
 *
 * @param result What it gave.
 * @param request The request, to name the middleware that gave it.
 * @returns The error.
 */
export function noResponse(result: unknown, request?: ServerRequest): TypeError {
  return new TypeError(
    result instanceof HTTPException
      ? "The handler has to throw HTTP exceptions, it returned one"
      : `The ${
        request === undefined ? "handler" : returning(request)
      } has to return a Response, it returned ${nameOf(result)}`,
  );
}

/** What gave the result: the outermost middleware, where there is one, else the handler. */
function returning({ app }: ServerRequest): string {
  const [outermost]: readonly unknown[] = "middlewares" in app && Array.isArray(app.middlewares)
    ? app.middlewares
    : [];
  return typeof outermost === "function"
    ? `middleware ${outermost.name || "without a name"} (or the handler within; ` +
      "one of Hono's goes through fromHono())"
    : "handler";
}

function isThenable(value: unknown): value is Promise<HandlerResult> {
  return value instanceof Promise ||
    typeof value === "object" && value !== null && "then" in value &&
      typeof value.then === "function";
}

function nameOf(value: unknown): string {
  if (typeof value !== "object") return typeof value;
  return value === null ? "null" : `an object of ${value.constructor?.name ?? "no class"}`;
}

/** Turns what a handler threw into a response, and logs what is the program's fault. */
function errorResponse(error: unknown, request: ServerRequest): Response {
  const failure = requestInternals.failureOf(request);
  const known = failure !== null && failure.error === error ? failure.response : null;
  if (known === null && error instanceof HonoException) {
    return withWanted(error.getResponse(), request);
  }
  const problem = problemOf(error, request);
  if (problem === null) report(error, request);
  // One line: what a client got wrong is no failure of the program.
  else if (request.incoming.isFault(error)) report(problem.text, request);
  return known ?? withWanted(pageOf(problem), request);
}

/**
 * Gives the page for what a handler threw, and logs nothing.
 *
 * @param error What was thrown.
 * @param request The request.
 * @returns The page.
 */
export function errorPage(error: unknown, request: ServerRequest): Response {
  const failure = requestInternals.failureOf(request);
  if (failure !== null && failure.error === error) return failure.response;
  return error instanceof HonoException ? error.getResponse() : pageOf(problemOf(error, request));
}

/**
 * Answers for what a route or middleware of Hono's has thrown that was added to `app.hono`.
 *
 * @param error What was thrown.
 * @param logger Where an error of the program is reported.
 * @returns The page.
 */
export function mountedError(error: unknown, logger: Logger): Response {
  if (error instanceof HonoException) return error.getResponse();
  const problem = problemOf(error);
  if (problem !== null) return problem.toResponse();
  try {
    logger.error("Error handling a request", error);
  } catch {
    // A logger that fails must not cost the client its answer.
  }
  return serverErrorResponse();
}

function pageOf(problem: HTTPException | null): Response {
  return problem === null ? serverErrorResponse() : problem.toResponse();
}

/**
 * Tells what is to be answered for an error.
 *
 * @param error What was thrown.
 * @param request The request, if there is one.
 * @returns The exception; `null` for an error of the program, which has to be logged.
 */
export function problemOf(error: unknown, request?: ServerRequest): HTTPException | null {
  if (error instanceof HTTPException) return error;
  // The client's fault, whichever reader of the body met it.
  if (error instanceof MultipartError) return multipartProblem(error);
  if (isMismatch(error)) {
    return new HTTPBadRequest({ text: error.message, cause: error });
  }
  if (isReset(error, request)) return new HTTPBadRequest({ text: "The request was cut" });
  return null;
}

function isReset(error: unknown, request?: ServerRequest): boolean {
  return error instanceof ConnectionResetError || request?.engine.isReset?.(error) === true;
}

function multipartProblem(error: MultipartError): HTTPException {
  return error instanceof MultipartLimitError && error.option !== "maxDuration"
    ? new HTTPRequestEntityTooLarge(error.limit, { text: error.message, cause: error })
    : new HTTPBadRequest({ text: error.message, cause: error });
}

function describe(request: ServerRequest): string {
  // The path may hold anything a client can send; a log line has to stay one line.
  return `Error handling ${request.method} ${JSON.stringify(request.rawPath)}`;
}
