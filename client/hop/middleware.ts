/**
 * Middlewares: what stands between a request and the transport.
 * @module
 */
import type { ClientRequest } from "./request.ts";
import type { HopResult } from "./transport.ts";

/**
 * Sends one hop on.
 *
 * @param request The hop.
 * @returns The head of its reply.
 *
 * @example
 * ```ts
 * import { type ClientHandler, type ClientMiddleware, ClientSession } from "@roundtrip/http";
 *
 * const times: number[] = [];
 * const measured = (handler: ClientHandler): ClientHandler => async (request) => {
 *   const start = performance.now();
 *   const result = await handler(request);
 *   times.push(performance.now() - start);
 *   return result;
 * };
 * const timing: ClientMiddleware = (request, handler) => measured(handler)(request);
 * const app = { fetch: () => new Response() };
 * await using session = new ClientSession({ app, middlewares: [timing] });
 * await using response = await session.get("/");
 * console.assert(response.ok && times.length === 1);
 * ```
 */
export type ClientHandler = (request: ClientRequest) => Promise<HopResult>;

/**
 * Sees every hop of a request, redirects and retries included, as aiohttp's client middlewares. It
 * may change the request, send it several times, answer itself, or pass the reply on changed. A
 * reply that is not passed on has to be given to `discard()`, or its connection stays taken.
 *
 * @example
 * ```ts
 * import { type ClientMiddleware, ClientSession } from "@roundtrip/http";
 *
 * const stamp: ClientMiddleware = (request, handler) => {
 *   request.headers.set("x-request-id", crypto.randomUUID());
 *   return handler(request);
 * };
 * const app = { fetch: (r: Request) => new Response(r.headers.get("x-request-id")) };
 * await using session = new ClientSession({ app, middlewares: [stamp] });
 * await using response = await session.get("/");
 * console.assert((await response.text()).length === 36);
 * ```
 */
export type ClientMiddleware = (
  request: ClientRequest,
  handler: ClientHandler,
) => Promise<HopResult>;

/**
 * Puts middlewares around a handler; the first one is the outermost.
 *
 * @param middlewares The middlewares.
 * @param handler What the innermost one calls.
 * @returns All of it as one handler.
 */
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

/**
 * Marks a middleware that sends failed hops again, so that nobody beneath it does.
 *
 * @param middleware The middleware.
 * @returns The same.
 */
export function repeating(middleware: ClientMiddleware): ClientMiddleware {
  REPEATING.add(middleware);
  return middleware;
}

/**
 * Tells whether one of some middlewares sends failed hops again.
 *
 * @param middlewares The middlewares.
 * @returns Whether one does.
 */
export function isRepeating(middlewares: readonly ClientMiddleware[]): boolean {
  return middlewares.some((each) => REPEATING.has(each));
}
