/**
 * Handlers and middlewares.
 * @module
 */
import type { ServerRequest } from "./request.ts";
import type { EarlyAnswer } from "./request.ts";

/** What a handler gives: a platform response, or a stream or WebSocket that was prepared. */
export type HandlerResult = Response | EarlyAnswer;

/**
 * Answers a request.
 *
 * @typeParam Params Match info of its route.
 */
export type Handler<Params = Record<string, string>> = (
  request: ServerRequest<Params>,
) => HandlerResult | Promise<HandlerResult>;

/**
 * Wraps a handler: look at the request, call `handler(request)`, look at the response, or answer
 * without calling it. HTTP exceptions pass through as errors, as in aiohttp.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const timing: web.Middleware = async (request, handler) => {
 *   const start = performance.now();
 *   const response = await handler(request);
 *   console.log(request.path, performance.now() - start, "ms");
 *   return response;
 * };
 * const app = new web.Application({ middlewares: [timing] });
 * ```
 */
export type Middleware = (
  request: ServerRequest,
  handler: Handler,
) => HandlerResult | Promise<HandlerResult>;

/**
 * Wraps a handler in middlewares, once, when routes are frozen.
 *
 * @param middlewares The first is the outermost.
 * @param handler The innermost.
 * @returns One handler; the given one where there are no middlewares.
 */
export function compose(middlewares: readonly Middleware[], handler: Handler): Handler {
  return middlewares.reduceRight<Handler>(
    (next, middleware) => (request) => middleware(request, next),
    handler,
  );
}
