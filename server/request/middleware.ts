import { described } from "../../http/options.ts";
import { isResponse } from "../engine/response_record.ts";
import { mutableResponse } from "./mutable_response.ts";
import { requestInternals, type ServerRequest } from "./request.ts";
import type { EarlyAnswer } from "./answer_slot.ts";

/** An object that makes its response from the request, such as a `FileResponse`. */
export interface Responder {
  /** Makes the response. Middlewares see the result, never the responder. */
  respond(request: ServerRequest): Response | Promise<Response>;
}

/** Result of a handler: a platform response, a responder, or a prepared stream or WebSocket. */
export type HandlerResult = Response | EarlyAnswer | Responder;

/** Answers a request; `Params` is the match info of its route. */
export type Handler<Params = Record<string, string>> = (
  request: ServerRequest<Params>,
) => HandlerResult | Promise<HandlerResult>;

/** Wraps a handler, which it may call; HTTP exceptions pass through as errors, as in aiohttp. */
export type Middleware = (
  request: ServerRequest,
  handler: Handler,
) => HandlerResult | Promise<HandlerResult>;

export function checkMiddlewares(middlewares: readonly Middleware[]): void {
  for (const [at, each] of middlewares.entries()) {
    if (typeof each === "function" && each.length < 3) continue;
    const got: unknown = each;
    const remedy = typeof got === "function"
      ? ` with ${got.length} parameters; write async (request, handler) => await handler(request)`
      : "";
    throw new TypeError(
      `Cannot use middlewares[${at}]: a middleware is a function (request, handler), ` +
        `got ${described(got)}${remedy}`,
    );
  }
}

/** Wraps a handler in middlewares, once, when routes are frozen. */
export function compose(middlewares: readonly Middleware[], handler: Handler): Handler {
  return middlewares.reduceRight<Handler>(
    (inner, middleware) => {
      const next = rendering(inner, middleware);
      const handler: Handler = (request) => middleware(request, next);
      called.set(handler, `middleware ${middleware.name || "without a name"}`);
      return handler;
    },
    handler,
  );
}

export function render(
  result: HandlerResult,
  request: ServerRequest,
): HandlerResult | Promise<HandlerResult> {
  const isFinal = isResponse(result) || requestInternals.earlyOf(request) !== null;
  return isFinal || !isResponder(result) ? result : result.respond(request);
}

const called = new WeakMap<Handler, string>(); // what a wrapped handler calls, by name
const guilty = new WeakMap<ServerRequest, Handler>();
let anyGuilty = false; // usually there is nothing to look up

export function standingFor(handler: Handler, first: Handler): Handler {
  called.set(handler, nameOf(first));
  return handler;
}

function nameOf(handler: Handler): string {
  return called.get(handler) ?? `handler ${handler.name}`.trim();
}

/** Names the source of an invalid result: the innermost middleware or handler. */
export function giverOf(request: ServerRequest, chain: Handler): string {
  return nameOf(guilty.get(request) ?? chain);
}

function rendering(handler: Handler, middleware: Middleware): Handler {
  return (request) => {
    if (request === undefined) {
      throw new TypeError(
        `The middleware ${middleware.name || "without a name"} called its handler without the ` +
          "request: write await handler(request); wrap a Hono middleware in fromHono()",
      );
    }
    const result = handler(request);
    return result instanceof Promise
      ? result.then((each) => changeable(each, request, handler))
      : changeable(result, request, handler);
  };
}

/** The `handler` argument of middlewares, which can change the headers of any response. */
function changeable(
  result: HandlerResult,
  request: ServerRequest,
  handler: Handler,
): HandlerResult | Promise<HandlerResult> {
  if (isResponse(result)) {
    if (anyGuilty) guilty.delete(request); // a middleware has turned it into a response
    return mutableResponse(result);
  }
  if (requestInternals.earlyOf(request) === null && !isResponder(result)) {
    anyGuilty = true;
    if (!guilty.has(request)) guilty.set(request, handler);
  }
  return render(result, request);
}

function isResponder(result: unknown): result is Responder {
  return typeof result === "object" && result !== null && "respond" in result &&
    typeof result.respond === "function";
}
