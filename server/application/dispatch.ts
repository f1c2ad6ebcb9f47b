// One request from Hono's match to the platform's response.
import { tracing } from "../../http/open_telemetry.ts";
import type { LinkedList } from "../../http/linked_list.ts";
import type { ServeInfo } from "../engine/engine.ts";
import { isServed, portOf } from "../engine/engine_of_request.ts";
import { isResponse } from "../engine/response_record.ts";
import type { AppContext } from "../request/app_context.ts";
import { HTTPMethodNotAllowed, HTTPNotFound } from "../exceptions/replies.ts";
import { type Handler, type HandlerResult, render } from "../request/middleware.ts";
import { NO_PARAMS } from "../routing/path_template.ts";
import type { RunningAnswer } from "../request/answer_slot.ts";
import { requestInternals, ServerRequest } from "../request/request.ts";
import { endBody } from "../body/end_body.ts";
import { chainOf, type RouteMiss } from "../routing/route.ts";
import type { Dispatch } from "./hono_router.ts";
import { errorResponse, isReset, mountedError, report, withWanted } from "./error_response.ts";
import { whenSent } from "../response/when_sent.ts";
import { noResponse } from "./mistakes.ts";
import type { OpenAnswers } from "./open_answers.ts";
import { endSocketSpan, openSocketSpan, traced } from "./trace_requests.ts";

export interface DispatchOptions {
  readonly app: AppContext;
  /** Calls `onResponsePrepare` with a response; `null` if there are no listeners. */
  readonly prepare: ((request: ServerRequest, response: Response) => Promise<Response>) | null;
  check(response: Response, raw: Request, info: ServeInfo | undefined): Response;
  readonly open: OpenAnswers;
}

export function createDispatch(options: DispatchOptions): Dispatch {
  const { app, prepare } = options;
  const spans = tracing();
  const observers = [...options.open.observers];
  if (spans !== null) observers.push((dispatch) => traced(spans, dispatch));
  const dispatch: Dispatch = ({ context, raw, passed, info, method, found }) => {
    const { route } = found;
    const request = route === null
      ? new ServerRequest(raw, info, app, NO_PARAMS, null, context)
      : new ServerRequest(raw, info, app, found.params, route.resource, context);
    if (passed !== raw) requestInternals.replaceRaw(request, passed);
    const chain = route === null ? missedChain(found, method) : chainOf(route, asIs);
    const response = answer(request, chain, options);
    return prepare === null ? response : finish(response, request, options, prepare);
  };
  return observers.reduce((inner, observe) => observe(inner), dispatch);
}

function missedChain({ allowed, wrap = asIs }: RouteMiss, method: string): Handler {
  return wrap(() => {
    throw allowed.length === 0 ? new HTTPNotFound() : new HTTPMethodNotAllowed(method, allowed);
  });
}

function asIs(handler: Handler): Handler { // the router has wrapped it
  return handler;
}

async function finish(
  response: Response | Promise<Response>,
  request: ServerRequest,
  options: DispatchOptions,
  prepare: NonNullable<DispatchOptions["prepare"]>,
): Promise<Response> {
  const answered = await response;
  try {
    return last(await prepare(request, answered), request, options);
  } catch (error) {
    if (answered.status === 101) { // an upgrade cannot be undone, only closed
      report(error, request);
      const early = requestInternals.earlyOf(request);
      if (early !== null) end(early, request, options.open.running, error);
      return answered;
    }
    answered.body?.cancel().catch(() => {});
    return last(errorResponse(error, request), request, options);
  }
}

/** Runs the chain; an early answer is sent at once, while the chain runs on. */
function answer(
  request: ServerRequest,
  chain: Handler,
  options: DispatchOptions,
): Response | Promise<Response> {
  let result: HandlerResult | Promise<HandlerResult>;
  try {
    result = chain(request);
    if (!(isResponse(result) || isThenable(result))) result = render(result, request);
  } catch (error) {
    requestInternals.finish(request);
    return leave(errorResponse(error, request), request, options);
  }
  if (isResponse(result) || !isThenable(result)) {
    requestInternals.finish(request);
    return leave(toResponse(result, request, chain), request, options);
  }
  const { open: { running, waiting }, prepare } = options;
  const place = waiting.add(request);
  return new Promise((resolve) => {
    requestInternals.listen(request, (early, response) => {
      requestInternals.slotOf(request).place = running.add(early);
      openSocketSpan(early, request);
      resolve(prepare === null ? last(response, request, options) : response);
    });
    const done = (value: HandlerResult): void => {
      waiting.delete(place);
      requestInternals.finish(request);
      const early = requestInternals.earlyOf(request);
      if (early === null) resolve(leave(toResponse(value, request, chain), request, options));
      else end(early, request, running);
    };
    const failed = (error: unknown): void => {
      waiting.delete(place);
      requestInternals.finish(request);
      const early = requestInternals.earlyOf(request);
      if (early === null) return resolve(leave(errorResponse(error, request), request, options));
      if (!isReset(error, request)) report(error, request);
      end(early, request, running, error ?? new Error("The handler threw nothing"));
    };
    result.then((value) => {
      if (isResponse(value)) done(value);
      else (async () => await render(value, request))().then(done, failed);
    }, failed);
  });
}

/** Tells those who wait for the end of the answer. */
function leave(
  response: Response,
  request: ServerRequest,
  options: DispatchOptions,
): Response | Promise<Response> {
  const end = requestInternals.endOf(request);
  const told = end === null ? response : whenSent(response, requestInternals.infoOf(request), end);
  return options.prepare === null ? last(told, request, options) : told;
}

/** Ends the body of the request and checks the response, after its last change. */
function last(
  response: Response,
  request: ServerRequest,
  { app, check }: DispatchOptions,
): Response | Promise<Response> {
  const { method, raw } = request;
  const info = requestInternals.infoOf(request);
  if (method === "GET" || method === "HEAD" || requestInternals.earlyOf(request) !== null) {
    return check(response, raw, info);
  }
  const checked = (each: Response): Response => check(each, raw, info);
  const failed = (error: unknown): Response => checked(mountedError(error, app.logger));
  try {
    const ended = endBody(requestInternals.bodyOf(request), info, response);
    return ended instanceof Promise ? ended.then(checked, failed) : checked(ended);
  } catch (error) { // of Response.error(), which cannot be copied
    return failed(error);
  }
}

async function end(
  early: RunningAnswer,
  request: ServerRequest,
  running: LinkedList<RunningAnswer>,
  error?: unknown,
): Promise<void> {
  const incoming = requestInternals.bodyOf(request);
  // Deno answers later requests of the connection with 500 if a body is read after its answer.
  const isWhole = !isServed(requestInternals.infoOf(request)) || !incoming.isLeft ||
    await incoming.drop();
  try {
    await early.finish(error);
  } catch (cause) {
    report(cause, request);
  } finally {
    const { place } = requestInternals.slotOf(request);
    if (place !== null) running.delete(place);
    endSocketSpan(early, error);
    requestInternals.endOf(request)?.();
    if (!isWhole) incoming.abandon();
  }
}

function toResponse(result: HandlerResult, request: ServerRequest, chain: Handler): Response {
  if (isResponse(result)) {
    if (!portOf(requestInternals.infoOf(request)).isBodyUsed(result)) {
      return withWanted(result, request);
    }
    const error = new TypeError("The handler returned a response whose body was read before");
    return errorResponse(error, request);
  }
  const early = requestInternals.earlyOf(request);
  if (early !== null) return early.response;
  return errorResponse(noResponse(result, request, chain), request);
}

function isThenable(value: unknown): value is Promise<HandlerResult> {
  return value instanceof Promise ||
    typeof value === "object" && value !== null && "then" in value &&
      typeof value.then === "function";
}
