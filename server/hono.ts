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
 *
 * @module
 */
import type { Context, MiddlewareHandler } from "hono";
import { HTTPException as HonoException } from "hono/http-exception";
import { errorPage, problemOf, report } from "./application/error_response.ts";
import { noResponse } from "./application/mistakes.ts";
import { setResponse, withHeaders } from "./application/hono_response.ts";
import { requestBehind } from "./request/hono_context.ts";
import { HTTPMethodNotAllowed } from "./exceptions/client_errors.ts";
import {
  compose,
  type Handler,
  type HandlerResult,
  type Middleware,
} from "./request/middleware.ts";
import { requestInternals, type ServerRequest } from "./request/request.ts";
import type { RouteDef } from "./routes/route_def.ts";

/**
 * Combines Hono middlewares, outermost first, into one of ours. They run on the request's own
 * context, `request.hono`, and see HTTP exceptions and errors as responses, as in Hono. Outer
 * middlewares of ours see the exception, and their response gets the headers that the Hono
 * middlewares set.
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
  return (request, handler) => new Passage(middlewares, request, handler).run();
}

/**
 * Allows other origins on some routes, aiohttp_cors on Hono's `cors()`: each route gets the
 * headers, each path an `OPTIONS` route that answers preflights with the methods of the path, so
 * routes of a path stand together.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { corsRoutes } from "@roundtrip/http/hono";
 * import { cors } from "hono/cors";
 *
 * const app = new web.Application();
 * app.addRoutes(corsRoutes(cors({ origin: "https://shop.example", credentials: true }), [
 *   web.get("/items", () => web.jsonResponse([])),
 * ]));
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
    const ofPath = defs.filter(({ path }) => path === def.path);
    const methods = ofPath.flatMap((each) => each.methods);
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

const ALLOW_METHODS = "access-control-allow-methods";

/** A thrown error, and its page before middlewares change it. */
interface Fault {
  readonly error: unknown;
  readonly status: number;
  readonly headers: Headers;
}

/** The course of one request through Hono middlewares to our handler and back. */
class Passage {
  readonly #middlewares: readonly MiddlewareHandler[];
  readonly #request: ServerRequest;
  readonly #handler: Handler;
  readonly #context: Context;
  #reached = -1;
  #isAnswered = false;
  #outcome: Promise<HandlerResult> | null = null;
  #early: Response | null = null;
  #failure: Fault | null = null;

  constructor(
    middlewares: readonly MiddlewareHandler[],
    request: ServerRequest,
    handler: Handler,
  ) {
    this.#middlewares = middlewares;
    this.#request = request;
    this.#handler = handler;
    this.#context = request.hono;
  }

  async run(): Promise<HandlerResult> {
    const c = this.#context;
    const info = requestInternals.infoOf(this.#request);
    if (c.req.raw !== this.#request.raw) c.req.raw = this.#request.raw; // for a clone
    if (c.env !== info) c.env = info;
    if (c.finalized) { // the handler is called again
      c.res = undefined;
      c.finalized = false;
    }
    void c.res; // creates it: headers set before the handler answers would be lost without it
    await this.#step(0);
    this.#isAnswered = true;
    if (!c.finalized) {
      throw new TypeError("A Hono middleware neither called next() nor returned a response");
    }
    if (this.#early !== null && this.#outcome !== null) {
      this.#passEarly(this.#early);
      if (this.#failure !== null) report(this.#failure.error, this.#request);
      return await this.#outcome;
    }
    return this.#failure === null ? c.res : this.#fail(this.#failure);
  }

  /** As in Hono's compose(): an error becomes its page at the level where it was thrown. */
  async #step(at: number): Promise<void> {
    if (at <= this.#reached) throw new Error("next() called multiple times");
    this.#reached = at;
    const c = this.#context;
    try {
      const middleware = this.#middlewares[at];
      if (middleware === undefined) return await this.#callHandler();
      const response = await middleware(c, () => this.#step(at + 1));
      if (response && !c.finalized) c.res = response;
    } catch (error) {
      if (error instanceof Error) c.error = error;
      const page = errorPage(error, this.#request);
      this.#failure = { error, status: page.status, headers: new Headers(page.headers) };
      setResponse(c, page, c.res.headers);
    }
  }

  async #callHandler(): Promise<void> {
    const c = this.#context;
    const request = this.#request;
    const passed = await requestBehind(c);
    if (passed !== request.raw) requestInternals.replaceRaw(request, passed);
    const wanted = new Headers(c.res.headers);
    const { promise: early, resolve } = Promise.withResolvers<Response>();
    const leave = requestInternals.slotOf(request).delay((response) => {
      this.#early = response;
      resolve(response);
    });
    try {
      this.#outcome = Promise.try(this.#handler, request);
      this.#outcome.catch(() => {}); // awaited by run() after an early answer
      const result = await Promise.race([early, this.#outcome]);
      if (!(result instanceof Response)) throw noResponse(result, request, this.#handler);
      if (!this.#isAnswered) setResponse(c, result, wanted); // unless timeout() has answered
    } finally {
      leave();
    }
  }

  /** Sends an early answer after the middlewares. */
  #passEarly(early: Response): void {
    const { res } = this.#context;
    if (early.status === 101) { // must be the same object
      return requestInternals.slotOf(this.#request).pass(withHeaders(early, res.headers));
    }
    const { body } = early;
    if (body !== null && body !== res.body && !body.locked) body.cancel().catch(() => {});
    requestInternals.slotOf(this.#request).pass(res);
  }

  /** Throws the error for outer middlewares, unless a Hono middleware has answered differently. */
  #fail({ error, status, headers }: Fault): Response {
    const { res } = this.#context;
    if (error instanceof HonoException) return res;
    if (res.status !== status) {
      if (problemOf(error, this.#request) === null) report(error, this.#request);
      return res;
    }
    const wanted = new Headers(res.headers);
    for (const [name, value] of headers) {
      if (wanted.get(name) === value) wanted.delete(name);
    }
    for (const name of ["content-type", "content-length", "content-encoding", "etag"]) {
      wanted.delete(name);
    }
    requestInternals.slotOf(this.#request).failure = { error, response: res, wanted };
    throw error;
  }
}
