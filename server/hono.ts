/**
 * Hono's world: its middlewares as ours, and its routes in front of ours.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { fromHono } from "@roundtrip/http/hono";
 * import { cors } from "hono/cors";
 *
 * const app = new web.Application({ middlewares: [fromHono(cors())] });
 * app.addRoutes([web.get("/", () => web.textResponse("hello"))]);
 * const response = await app.fetch(new Request("http://localhost/"));
 * console.assert(response.headers.get("access-control-allow-origin") === "*");
 * ```
 *
 * @module
 */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { HTTPException as HonoException } from "hono/http-exception";
import { NotSupportedError } from "../http/not_supported_error.ts";
import type { Application } from "./application/application.ts";
import { addVary } from "../http/coding/content_coding.ts";
import { engineOf } from "./application/hono_registry.ts";
import { HTTPException } from "./exceptions/http_exception.ts";
import type { Handler, HandlerResult, Middleware } from "./request/middleware.ts";
import { mutableResponse } from "./request/mutable_response.ts";
import type { ServerRequest } from "./request/request.ts";

/** What one request carries through Hono. */
interface Bridge {
  readonly request: ServerRequest;
  readonly handler: Handler;
  /** What Hono gets; for HEAD it is a GET, as Hono would take the body away too early. */
  readonly raw: Request;
  /** What the handler gave, where it is no response of the platform: a stream, a WebSocket. */
  other: Exclude<HandlerResult, Response> | null;
}

const BRIDGE = Symbol("bridge");

interface Env {
  readonly Bindings: {
    readonly [BRIDGE]: Bridge;
    readonly remoteAddr: { readonly hostname: string | null };
  };
}

const contexts = new WeakMap<object, Context>();

/**
 * Makes one of our middlewares of Hono's; several run in order, the first is the outermost. They
 * see the answers to HTTP exceptions as responses, as they do in Hono.
 *
 * @param middlewares Middlewares of Hono: `cors()`, `secureHeaders()`, `jwt({ secret })`.
 * @returns The middleware.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { fromHono, honoContext } from "@roundtrip/http/hono";
 * import { requestId } from "hono/request-id";
 *
 * const app = new web.Application({ middlewares: [fromHono(requestId())] });
 * app.addRoutes([
 *   web.get("/", (request) => web.textResponse(honoContext(request).get("requestId"))),
 * ]);
 * const response = await app.fetch(new Request("http://localhost/"));
 * console.assert(response.headers.get("x-request-id") === await response.text());
 * ```
 */
export function fromHono(...middlewares: readonly MiddlewareHandler[]): Middleware {
  const hono = new Hono<Env>();
  hono.use(shareVariables);
  for (const middleware of middlewares) hono.use(middleware);
  hono.all("*", callHandler);
  hono.onError(errorReply);
  return async (request, handler) => {
    const raw = request.method === "HEAD"
      ? new Request(request.raw, { method: "GET" })
      : request.raw;
    const bridge: Bridge = { request, handler, raw, other: null };
    const response = await hono.fetch(raw, {
      [BRIDGE]: bridge,
      remoteAddr: { hostname: request.remote },
    });
    return bridge.other ?? response;
  };
}

/**
 * Gives the context that Hono's middlewares left their values in.
 *
 * @param request The request.
 * @returns The context of the innermost `fromHono()`.
 * @throws {TypeError} If the request came through no `fromHono()`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { fromHono, honoContext } from "@roundtrip/http/hono";
 *
 * const withUser = fromHono(async (c, next) => {
 *   c.set("user", "ann");
 *   await next();
 * });
 * const app = new web.Application({ middlewares: [withUser] });
 * app.addRoutes([web.get("/", (request) => web.textResponse(honoContext(request).get("user")))]);
 * console.assert(await (await app.request("/")).text() === "ann");
 * ```
 */
export function honoContext<Params>(request: ServerRequest<Params>): Context {
  const context = contexts.get(request);
  if (context !== undefined) return context;
  throw new TypeError("Cannot get Hono's context: the request came through no fromHono()");
}

/**
 * Gives the Hono instance that an application stands on. What is added to it runs in front of the
 * application: routes, middlewares, other Hono applications by `route()` or `mount()`.
 *
 * @param app The application; it must not have started.
 * @returns The instance.
 * @throws {TypeError} If the application has started: Hono takes no routes then.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 * import { honoOf } from "@roundtrip/http/hono";
 *
 * const app = new web.Application();
 * honoOf(app).get("/hono", (c) => c.text("from Hono"));
 * const response = await app.fetch(new Request("http://localhost/hono"));
 * console.assert(await response.text() === "from Hono");
 * ```
 */
export function honoOf(app: Application): Hono {
  const hono = engineOf(app);
  if (!(hono instanceof Hono) || Object.isFrozen(app.middlewares)) {
    throw new TypeError("Cannot mount on Hono: the application has started");
  }
  return hono;
}

/** A `fromHono()` within another one sees the values of the outer one. */
const shareVariables: MiddlewareHandler<Env> = async (c, next) => {
  const { request } = c.env[BRIDGE];
  const outer = contexts.get(request);
  if (outer !== undefined) {
    for (const [name, value] of Object.entries<unknown>(outer.var)) {
      c.set(name as never, value as never);
    }
  }
  contexts.set(request, c);
  void c.res; // makes it: headers that are set before the handler answers are lost without it
  await next();
};

async function callHandler(c: Context<Env>): Promise<Response> {
  const bridge = c.env[BRIDGE];
  if (c.req.raw !== bridge.raw) {
    throw new NotSupportedError(
      "a middleware of Hono that replaces the request",
      "Handlers have the request as it came; limit bodies by clientMaxSize",
    );
  }
  const result = await bridge.handler(bridge.request);
  if (!(result instanceof Response)) bridge.other = result;
  // Of another result this is only for Hono's eyes: the client has that one.
  const response = result instanceof Response ? mutableResponse(result) : new Response();
  // Hono would put the headers that middlewares have set so far in the place of the response's.
  for (const [name, value] of c.res.headers) {
    if (name === "vary") {
      for (const each of value.split(",")) addVary(response.headers, each.trim());
    } else if (name === "set-cookie") response.headers.append(name, value);
    else if (name !== "content-type") response.headers.set(name, value);
  }
  c.res = undefined;
  return c.res = response;
}

function errorReply(error: Error): Response {
  if (error instanceof HTTPException) return error.toResponse();
  if (error instanceof HonoException) return error.getResponse();
  throw error;
}
