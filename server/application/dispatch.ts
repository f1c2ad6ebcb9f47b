/**
 * One request from Hono's match to the platform's response.
 * @module
 */
import type { Context } from "hono";
import type { LinkedList } from "../../http/linked_list.ts";
import { MultipartError, MultipartLimitError } from "../../http/multipart/errors.ts";
import type { AppContext } from "../request/app_context.ts";
import { rawPathOf } from "../request/base_request.ts";
import type { EnginePort, ServeInfo } from "../engine/engine.ts";
import { mutableResponse } from "../request/mutable_response.ts";
import { headResponse } from "../response/head_response.ts";
import { HTTPBadRequest, HTTPMethodNotAllowed, HTTPNotFound } from "../exceptions/client_errors.ts";
import { HTTPRequestEntityTooLarge } from "../exceptions/message_errors.ts";
import { HTTPException } from "../exceptions/http_exception.ts";
import { ConnectionResetError } from "../response/connection_reset_error.ts";
import { type Handler, type HandlerResult, render } from "../request/middleware.ts";
import { NO_PARAMS } from "../routing/no_params.ts";
import { decodePath } from "../routing/path_template.ts";
import { serverErrorResponse } from "../response/prepare_response.ts";
import type { EarlyAnswer } from "../request/prepared_answer.ts";
import { ServerRequest } from "../request/request.ts";
import { endBody } from "../body/request_body.ts";
import type { Missed, Resolution } from "../routing/route.ts";

/** What dispatch needs of an application. */
export interface DispatchOptions {
  /** The application, as requests see it. */
  readonly app: AppContext;
  /**
   * Finds the route of a request.
   *
   * @param method Method in upper case.
   * @param path Decoded path.
   * @param url `Request.url`.
   */
  resolve(method: string, path: string, url: string): Resolution;
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
  /**
   * Looks at a response just before it leaves.
   *
   * @param response The response.
   * @param engine What sends it.
   * @returns The response, or what is to leave instead.
   */
  check(response: Response, engine: EnginePort): Response;
  /** Told of every socket or stream that outlives its answer, until it is done. */
  readonly running: Set<EarlyAnswer>;
  /** Told of every request whose handler has not answered yet. */
  readonly waiting: LinkedList<ServerRequest>;
}

/**
 * Answers a request: every failure of a handler, a responder or a logger becomes a response.
 *
 * @param raw The platform's request.
 * @param info What the platform tells about the connection.
 * @param url `Request.url`.
 */
export type Dispatch = (
  raw: Request,
  info: ServeInfo | undefined,
  url: string,
) => Response | Promise<Response>;

/**
 * Makes what answers every request: match, middlewares, handler, response.
 *
 * @param options The application and how it finds handlers.
 * @returns The function.
 */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { app, prepare } = options;
  const unknown = options.wrap(notFound);
  return (raw, info, url) => {
    const { method } = raw;
    const found = options.resolve(method, decodePath(rawPathOf(url)), url);
    const { route } = found;
    const request = route === null
      ? new ServerRequest(raw, info, app, NO_PARAMS)
      : new ServerRequest(raw, info, app, found.params, route.resource);
    const chain = route === null
      ? missedChain(found, method, options, unknown)
      : route.chain ?? route.handler;
    const response = answer(request, chain, options);
    if (method === "HEAD" || prepare !== null) return finish(response, request, options);
    return response instanceof Promise ? response : checked(response, request, options);
  };
}

/**
 * Lets Hono call the dispatch of an application.
 *
 * @param dispatch The dispatch.
 * @returns A handler of Hono's.
 */
export function honoHandler(dispatch: Dispatch): (c: Context) => Response | Promise<Response> {
  return (c) => dispatch(c.req.raw, c.env as ServeInfo | undefined, c.req.url);
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
): Promise<Response> {
  let answered = await response;
  try {
    if (options.prepare !== null) answered = await options.prepare(request, answered);
    if (request.method === "HEAD") answered = await headResponse(answered, request.served);
  } catch (error) {
    if (answered.status === 101) { // an upgrade cannot be taken back, only closed
      report(error, request);
      const early = request.earlyAnswer;
      if (early !== null) end(early, request, options.running, error);
    } else {
      answered.body?.cancel().catch(() => {});
      answered = errorResponse(error, request);
    }
  }
  return checked(answered, request, options);
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
    return errorResponse(error, request);
  }
  if (result instanceof Response || !isThenable(result)) return toResponse(result, request);
  const { running, waiting } = options;
  const place = waiting.add(request);
  return new Promise((resolve) => {
    request.onEarlyAnswer((early) => {
      running.add(early);
      resolve(checked(early.response, request, options));
    });
    const done = (value: HandlerResult): void => {
      waiting.delete(place);
      request.finish();
      const early = request.earlyAnswer;
      if (early === null) resolve(checked(toResponse(value, request), request, options));
      else end(early, request, running);
    };
    const failed = (error: unknown): void => {
      waiting.delete(place);
      request.finish();
      const early = request.earlyAnswer;
      if (early === null) return resolve(checked(errorResponse(error, request), request, options));
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

/** Lets the application look at a response that is on its way out. */
function checked(response: Response, request: ServerRequest, options: DispatchOptions): Response {
  try {
    const { engine } = request;
    if (response.status === 205 && request.served && engine.sendsReset === false) {
      response = new Response(null, { status: 204, headers: response.headers });
    }
    return options.check(response, engine);
  } catch (error) { // Response.error(), which has no status that could be sent
    report(error, request);
    return serverErrorResponse();
  }
}

/** A logger that fails must cost nobody the answer. */
function report(error: unknown, request: ServerRequest): void {
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
  try {
    await early.finish(error);
  } catch (cause) {
    report(cause, request);
  } finally {
    running.delete(early);
  }
}

/** Turns what a handler gave into a response. */
function toResponse(result: HandlerResult, request: ServerRequest): Response {
  if (result instanceof Response) {
    if (!request.engine.isBodyUsed(result)) return mutableResponse(result);
    const error = new TypeError("The handler returned a response whose body was read before");
    return errorResponse(error, request);
  }
  const early = request.earlyAnswer;
  if (early !== null) return early.response;
  const error = new TypeError(
    (result as unknown) instanceof HTTPException
      ? "The handler has to throw HTTP exceptions, it returned one"
      : `The handler has to return a Response, it returned ${nameOf(result)}`,
  );
  return errorResponse(error, request);
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

/** Turns what a handler threw into a response; the only place that makes error pages. */
function errorResponse(error: unknown, request: ServerRequest): Response {
  const problem = problemOf(error, request);
  if (problem === null) return serverErrorResponse();
  const { status } = problem;
  const response = problem.toResponse();
  return status < 300 || status === 304 ? response : endBody(request, problem, response);
}

/** What is to be answered; `null` for an error of the program, which is logged. */
function problemOf(error: unknown, request: ServerRequest): HTTPException | null {
  if (error instanceof HTTPException) return error;
  // The client's fault, whichever reader of the body met it.
  if (error instanceof MultipartError) return multipartProblem(error);
  if (isReset(error, request)) return new HTTPBadRequest({ text: "The request was cut" });
  report(error, request);
  return null;
}

function isReset(error: unknown, request: ServerRequest): boolean {
  return error instanceof ConnectionResetError || request.engine.isReset?.(error) === true;
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
