/**
 * One request from Hono's match to the platform's response.
 * @module
 */
import type { Context } from "hono";
import { MultipartError, MultipartLimitError } from "../http/multipart_errors.ts";
import type { AppContext } from "./app_context.ts";
import { headResponse } from "./head_response.ts";
import {
  HTTPBadRequest,
  HTTPMethodNotAllowed,
  HTTPNotFound,
  HTTPRequestEntityTooLarge,
} from "./http_client_errors.ts";
import { HTTPException } from "./http_exception.ts";
import { ConnectionResetError } from "./connection_reset_error.ts";
import { type Handler, type HandlerResult, render } from "./middleware.ts";
import { decodePath } from "./path_template.ts";
import { type EarlyAnswer, rawPathOf, type ServeInfo, ServerRequest } from "./request.ts";
import type { Route } from "./resource.ts";
import type { Resolution } from "./router.ts";

/** What dispatch needs of an application. */
export interface DispatchOptions {
  /** The application, as requests see it. */
  readonly app: AppContext;
  /**
   * Finds the route of a request.
   *
   * @param method Method in upper case.
   * @param path Decoded path.
   */
  resolve(method: string, path: string): Resolution;
  /**
   * Wraps a handler in the application's middlewares.
   *
   * @param handler The handler; the same one gives the same chain.
   */
  chainOf(handler: Handler): Handler;
  /** Told of every socket or stream that outlives its answer, until it is done. */
  readonly running: Set<EarlyAnswer>;
}

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

/**
 * Makes the handler that Hono calls for every request: match, middlewares, handler, response.
 *
 * @param options The application and how it finds handlers.
 * @returns The handler; it never throws, every failure becomes a response.
 */
export function createDispatch(
  options: DispatchOptions,
): (c: Context) => Response | Promise<Response> {
  return (c) => {
    const raw = c.req.raw;
    const found = options.resolve(raw.method, decodePath(rawPathOf(raw.url)));
    const params = found.route === null ? NO_PARAMS : found.params;
    const request = new ServerRequest(raw, c.env as ServeInfo | undefined, options.app, params);
    const chain = options.chainOf(handlerOf(found, raw.method));
    const response = answer(request, chain, options.running);
    return raw.method === "HEAD" ? Promise.resolve(response).then(headResponse) : response;
  };
}

function handlerOf(found: Resolution, method: string): Handler {
  if (found.route !== null) return (found.route as Route).handler;
  if (found.allowed.length === 0) return notFound;
  return () => Promise.reject(new HTTPMethodNotAllowed(method, found.allowed));
}

function notFound(): never {
  throw new HTTPNotFound();
}

/** Runs the chain; an early answer goes out at once, while the chain runs on. */
function answer(
  request: ServerRequest,
  chain: Handler,
  running: Set<EarlyAnswer>,
): Response | Promise<Response> {
  let result: HandlerResult | Promise<HandlerResult>;
  try {
    result = chain(request);
    if (!(result instanceof Response || result instanceof Promise)) {
      result = render(result, request);
    }
  } catch (error) {
    return errorResponse(error, request);
  }
  if (!(result instanceof Promise)) return toResponse(result, request);
  return new Promise((resolve) => {
    request.onEarlyAnswer((early) => {
      running.add(early);
      resolve(early.response);
    });
    const done = (value: HandlerResult) =>
      settle(request, running, resolve, () => toResponse(value, request));
    const failed = (error: unknown) =>
      settle(request, running, resolve, () => errorResponse(error, request), error);
    result.then((value) => {
      if (value instanceof Response) return done(value);
      new Promise<HandlerResult>((rendered) => rendered(render(value, request))).then(done, failed);
    }, failed);
  });
}

/** Ends a request whose handler is done: with its response, or by ending the early answer. */
function settle(
  request: ServerRequest,
  running: Set<EarlyAnswer>,
  resolve: (response: Response) => void,
  respond: () => Response,
  error?: unknown,
): void {
  const early = request.earlyAnswer;
  request.finish();
  if (early === null) return resolve(respond());
  const { logger } = request.app;
  if (error !== undefined && !(error instanceof ConnectionResetError)) {
    logger.error(describe(request), error);
  }
  early.finish(error)
    .catch((cause) => logger.error(describe(request), cause))
    .finally(() => running.delete(early));
}

/** Turns what a handler gave into a response. */
function toResponse(result: HandlerResult, request: ServerRequest): Response {
  if (result instanceof Response) {
    if (!result.bodyUsed) return result;
    const error = new TypeError("The handler returned a response whose body was read before");
    return errorResponse(error, request);
  }
  const early = request.earlyAnswer;
  if (early !== null) return early.response;
  const got = result === undefined ? "undefined" : typeof result;
  const error = new TypeError(`The handler has to return a Response, it returned ${got}`);
  return errorResponse(error, request);
}

/** Turns what a handler threw into a response; the only place that makes error pages. */
function errorResponse(error: unknown, request: ServerRequest): Response {
  if (error instanceof HTTPException) return error.toResponse();
  // The client's fault, whichever reader of the body met it.
  if (error instanceof MultipartError) return multipartProblem(error).toResponse();
  request.app.logger.error(describe(request), error);
  return serverErrorResponse();
}

function multipartProblem(error: MultipartError): HTTPException {
  return error instanceof MultipartLimitError && error.option !== "maxDuration"
    ? new HTTPRequestEntityTooLarge(error.limit, { text: error.message })
    : new HTTPBadRequest({ text: error.message });
}

function describe(request: ServerRequest): string {
  // The path may hold anything a client can send; a log line has to stay one line.
  return `Error handling ${request.method} ${JSON.stringify(request.rawPath)}`;
}

/**
 * The page for an error that nobody caught; it tells nothing of the error.
 *
 * @returns The response.
 */
export function serverErrorResponse(): Response {
  return new Response("500 Internal Server Error\n\nServer got itself in trouble", {
    status: 500,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
