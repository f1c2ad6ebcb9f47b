/**
 * One request from Hono's match to the platform's response.
 * @module
 */
import type { Context } from "hono";
import { MultipartError, MultipartLimitError } from "../http/multipart_errors.ts";
import type { AppContext } from "./app_context.ts";
import { rawPathOf } from "./base_request.ts";
import type { EnginePort, ServeInfo } from "./engine.ts";
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
import { serverErrorResponse } from "./prepare_response.ts";
import { type EarlyAnswer, ServerRequest } from "./request.ts";
import { closeAfter } from "./request_body.ts";
import type { Missed, Resolution } from "./route.ts";

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
  readonly waiting: Set<ServerRequest>;
}

/**
 * Answers a request; it never throws, every failure becomes a response.
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

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

/**
 * Makes what answers every request: match, middlewares, handler, response.
 *
 * @param options The application and how it finds handlers.
 * @returns The function.
 */
export function createDispatch(options: DispatchOptions): Dispatch {
  const { app, prepare, check } = options;
  const unknown = options.wrap(notFound);
  return (raw, info, url) => {
    const { method } = raw;
    const found = options.resolve(method, decodePath(rawPathOf(url)), url);
    const { route } = found;
    const request = new ServerRequest(raw, info, app, route === null ? NO_PARAMS : found.params);
    const chain = route === null
      ? missedChain(found, method, options, unknown)
      : route.chain ?? route.handler;
    const response = answer(request, chain, options);
    if (method === "HEAD" || prepare !== null) return finish(response, request, options);
    return response instanceof Promise ? response : check(response, request.engine);
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
  { prepare, check }: DispatchOptions,
): Promise<Response> {
  let answered = await response;
  if (prepare !== null) {
    try {
      answered = await prepare(request, answered);
    } catch (error) {
      answered.body?.cancel().catch(() => {});
      answered = errorResponse(error, request);
    }
  }
  return check(
    request.method === "HEAD" ? await headResponse(answered) : answered,
    request.engine,
  );
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
  const { running, waiting, check } = options;
  waiting.add(request);
  return new Promise((resolve) => {
    request.onEarlyAnswer((early) => {
      running.add(early);
      resolve(check(early.response, request.engine));
    });
    const done = (value: HandlerResult): void => {
      waiting.delete(request);
      request.finish();
      const early = request.earlyAnswer;
      if (early === null) resolve(check(toResponse(value, request), request.engine));
      else end(early, request, running);
    };
    const failed = (error: unknown): void => {
      waiting.delete(request);
      request.finish();
      const early = request.earlyAnswer;
      if (early === null) return resolve(check(errorResponse(error, request), request.engine));
      if (!(error instanceof ConnectionResetError)) {
        request.app.logger.error(describe(request), error);
      }
      end(early, request, running, error ?? new Error("The handler threw nothing"));
    };
    result.then((value) => {
      const rendered = render(value, request);
      if (rendered instanceof Promise) rendered.then(done, failed);
      else done(rendered);
    }, failed);
  });
}

/** Ends an early answer whose handler is done. */
function end(
  early: EarlyAnswer,
  request: ServerRequest,
  running: Set<EarlyAnswer>,
  error?: unknown,
): void {
  early.finish(error)
    .catch((cause) => request.app.logger.error(describe(request), cause))
    .finally(() => running.delete(early));
}

/** Turns what a handler gave into a response. */
function toResponse(result: HandlerResult, request: ServerRequest): Response {
  if (result instanceof Response) {
    if (!request.engine.isBodyUsed(result)) return result;
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
  if (error instanceof HTTPException) return closeAfter(error, error.toResponse(), request.served);
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
