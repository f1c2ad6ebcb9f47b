/**
 * Hono middlewares for applications. For Hono routes, use `app.hono`.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { fromHono } from "@roundtrip/http/hono";
 * import { cors } from "hono/cors";
 *
 * const app = new web.Application({ middlewares: [fromHono(cors())] });
 * const { headers } = await app.request("/");
 * console.assert(headers.get("access-control-allow-origin") === "*");
 * ```
 * @module
 */
import type { MiddlewareHandler } from "hono";
import { HTTPException as HonoException } from "hono/http-exception";
import { errorPage, problemOf, report } from "./application/error_response.ts";
import { BODY_WAS_READ, noResponse } from "./application/mistakes.ts";
import { setResponse, withHeaders } from "./application/hono_response.ts";
import { isServed, portOf } from "./engine/engine_of_request.ts";
import { requestBehind } from "./request/hono_context.ts";
import { HTTPMethodNotAllowed } from "./exceptions/replies.ts";
import {
  compose,
  type Handler,
  type HandlerResult,
  type Middleware,
} from "./request/middleware.ts";
import { requestInternals, type ServerRequest } from "./request/request.ts";
import type { RouteDef } from "./routes/route_def.ts";

/**
 * Combines Hono middlewares, outermost first, into one of ours. They run on `request.hono` and see
 * errors as responses; outer middlewares of ours see the exception, and their response gets the
 * headers that the Hono middlewares set.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { fromHono } from "@roundtrip/http/hono";
 * import { requestId } from "hono/request-id";
 *
 * const app = new web.Application({ middlewares: [fromHono(requestId())] });
 * console.assert((await app.request("/")).headers.has("x-request-id"));
 * ```
 */
export function fromHono(...middlewares: readonly MiddlewareHandler[]): Middleware {
  return (request, handler) => pass(middlewares, request, handler);
}

/**
 * Allows other origins on some routes, aiohttp_cors on Hono's `cors()`: each path gets an `OPTIONS`
 * route that answers preflights with its methods, so routes of a path stand together.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { corsRoutes } from "@roundtrip/http/hono";
 * import { cors } from "hono/cors";
 *
 * const app = new web.Application();
 * app.addRoutes(corsRoutes(cors(), [web.get("/items", () => web.jsonResponse([]))]));
 * const headers = { origin: "https://shop.example", "access-control-request-method": "GET" };
 * const response = await app.request("/items", { method: "OPTIONS", headers });
 * console.assert(response.headers.get("access-control-allow-methods") === "GET,HEAD");
 * ```
 */
export function corsRoutes(cors: MiddlewareHandler, routes: Iterable<RouteDef>): RouteDef[] {
  const middleware = [fromHono(cors)];
  const defs = [...routes];
  return defs.flatMap((def, at): RouteDef[] => {
    const allowed = { ...def, handler: compose(middleware, def.handler) };
    const methods = defs.filter(({ path }) => path === def.path).flatMap((each) => each.methods);
    if (defs[at + 1]?.path === def.path || methods.includes("OPTIONS") || methods.includes("*")) {
      return [allowed];
    }
    const refuse = () => {
      throw new HTTPMethodNotAllowed("OPTIONS", methods);
    };
    const answer = compose(middleware, refuse);
    const preflight: Handler = async (request) => {
      const response = await answer(request);
      if (response instanceof Response && response.headers.has(ALLOW_METHODS)) {
        response.headers.set(ALLOW_METHODS, methods.join());
      }
      return response;
    };
    return [allowed, { ...def, methods: ["OPTIONS"], handler: preflight }];
  });
}

const UNANSWERED = "A Hono middleware neither awaited next() nor returned a response: await next()";
const ALLOW_METHODS = "access-control-allow-methods";

/** A thrown error, and its page before middlewares change it. */
interface Fault {
  readonly error: unknown;
  readonly status: number;
  readonly headers: Headers;
}

async function pass(
  middlewares: readonly MiddlewareHandler[],
  request: ServerRequest,
  handler: Handler,
): Promise<HandlerResult> {
  const c = request.hono;
  const slot = requestInternals.slotOf(request);
  let reached = -1;
  let isAnswered = false;
  let outcome: Promise<HandlerResult> | null = null;
  let early = null as Response | null;
  let failure = null as Fault | null;

  /** As in Hono's compose(): an error becomes its page at the level where it was thrown. */
  const step = async (at: number): Promise<void> => {
    if (at <= reached) throw new Error("next() called multiple times");
    reached = at;
    try {
      const middleware = middlewares[at];
      if (middleware === undefined) return await callHandler();
      const response = await middleware(c, () => step(at + 1));
      if (response && !c.finalized) c.res = response;
      if (at === 0 && !c.finalized) throw new TypeError(UNANSWERED);
      if (at === 0 && portOf(info).isBodyUsed(c.res)) throw new TypeError(BODY_WAS_READ);
    } catch (error) {
      if (error instanceof Error) c.error = error;
      const page = errorPage(error, request);
      failure = { error, status: page.status, headers: new Headers(page.headers) };
      setResponse(c, page, c.res.headers);
    }
  };

  const callHandler = async (): Promise<void> => {
    const passed = await requestBehind(c);
    if (passed !== request.raw) requestInternals.replaceRaw(request, passed);
    const wanted = new Headers(c.res.headers);
    const { promise, resolve } = Promise.withResolvers<Response>();
    const leave = slot.delay((response) => {
      if (!isAnswered) return resolve(early = response);
      slot.early = null;
      throw new TypeError("Cannot prepare: a Hono middleware did not await next()");
    });
    // Middlewares may read the body up to its end, which is that of the handler.
    const end = async (error?: unknown): Promise<void> => {
      if (early === null) return;
      await new Promise((resolve) => setTimeout(resolve)); // an outer middleware may write the rest
      if (isAnswered || early.status === 101) return;
      const body = requestInternals.bodyOf(request);
      if (isServed(info) && body.isLeft) await body.drop();
      await slot.early?.finish(error);
    };
    try {
      outcome = (async () => await handler(request))();
      outcome.then(() => end(), end).catch((error) => report(error, request));
      const result = await Promise.race([promise, outcome]);
      if (!(result instanceof Response)) throw noResponse(result, request, handler);
      if (!isAnswered) setResponse(c, result, wanted); // unless timeout() has answered
    } finally {
      leave();
    }
  };

  const info = requestInternals.infoOf(request);
  if (c.req.raw !== request.raw) c.req.raw = request.raw; // for a clone
  if (c.env !== info) c.env = info;
  if (c.finalized) { // the handler is called again
    c.res = undefined;
    c.finalized = false;
  }
  void c.res; // creates it: headers set before the handler answers would be lost without it
  await step(0);
  isAnswered = true;
  if (early !== null && outcome !== null) {
    slot.pass(afterMiddlewares(early, c.res));
    if (failure !== null) report(failure.error, request);
    return await outcome;
  }
  return failure === null ? c.res : failed(failure, request, c.res);
}

function afterMiddlewares(early: Response, res: Response): Response {
  if (early.status === 101) return withHeaders(early, res.headers); // must be the same object
  const { body } = early;
  if (body !== null && body !== res.body && !body.locked) body.cancel().catch(() => {});
  return res;
}

/** Throws the error for outer middlewares, unless a Hono middleware has answered differently. */
function failed(
  { error, status, headers }: Fault,
  request: ServerRequest,
  res: Response,
): Response {
  if (error instanceof HonoException) return res;
  if (res.status !== status) {
    if (problemOf(error, request) === null) report(error, request);
    return res;
  }
  const wanted = new Headers(res.headers);
  for (const [name, value] of headers) if (wanted.get(name) === value) wanted.delete(name);
  for (const name of ["content-type", "content-length", "content-encoding", "etag"]) {
    wanted.delete(name);
  }
  requestInternals.slotOf(request).failure = { error, response: res, wanted };
  throw error;
}
