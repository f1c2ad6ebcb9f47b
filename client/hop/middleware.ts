// Client middlewares, between a request and the transport.
import type { ClientRequest } from "./request.ts";
import type { HopResult } from "./transport.ts";

/** Sends a hop. */
export type ClientHandler = (request: ClientRequest) => Promise<HopResult>;

/**
 * Handles every hop of a request, including redirects and retries, as aiohttp's client middlewares.
 * It may change the request, send it several times, answer itself, or change the response. Pass a
 * response that is not returned to `discardReply()` to free its connection.
 */
export type ClientMiddleware = (
  request: ClientRequest,
  handler: ClientHandler,
) => Promise<HopResult>;

/** Wraps a handler in middlewares; the first one is the outermost. */
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

/** Marks a middleware that retries failed hops, so that the transport layer does not. */
export function repeating(middleware: ClientMiddleware): ClientMiddleware {
  REPEATING.add(middleware);
  return middleware;
}

export function isRepeating(middlewares: readonly ClientMiddleware[]): boolean {
  return middlewares.some((each) => REPEATING.has(each));
}
