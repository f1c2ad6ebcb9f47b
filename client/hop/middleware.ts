/**
 * Middlewares: what stands between a request and the transport.
 * @module
 */
import type { ClientRequest } from "./request.ts";
import type { HopResult } from "./transport.ts";

/**
 * Sends one hop on.
 *
 * @returns The head of its reply.
 */
export type ClientHandler = (request: ClientRequest) => Promise<HopResult>;

/**
 * Sees every hop of a request, redirects and retries included, as aiohttp's client middlewares. It
 * may change the request, send it several times, answer itself, or pass the reply on changed. A
 * reply that is not passed on has to be given to `discardReply()`, or its connection stays taken.
 */
export type ClientMiddleware = (
  request: ClientRequest,
  handler: ClientHandler,
) => Promise<HopResult>;

/** Puts middlewares around a handler; the first one is the outermost. */
export function compose(
  middlewares: readonly ClientMiddleware[],
  handler: ClientHandler,
): ClientHandler {
  return middlewares.reduceRight<ClientHandler>(
    (next, middleware) => (request) => middleware(request, next),
    handler,
  );
}

const REPEATING = new WeakSet<ClientMiddleware>();

/** Marks a middleware that sends failed hops again, so that nobody beneath it does. */
export function repeating(middleware: ClientMiddleware): ClientMiddleware {
  REPEATING.add(middleware);
  return middleware;
}

/** Tells whether one of some middlewares sends failed hops again. */
export function isRepeating(middlewares: readonly ClientMiddleware[]): boolean {
  return middlewares.some((each) => REPEATING.has(each));
}
