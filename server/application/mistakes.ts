// Error messages for mistakes in handlers and middlewares.
import { described } from "../../http/options.ts";
import { HTTPException } from "../exceptions/http_exception.ts";
import { giverOf, type Handler } from "../request/middleware.ts";
import type { ServerRequest } from "../request/request.ts";
import { Resource } from "../routing/resource.ts";

export const BODY_WAS_READ =
  "A Hono middleware has read the body: set c.res, or read c.res.clone()";

export function noResponse(result: unknown, request: ServerRequest, chain: Handler): TypeError {
  const giver = `The ${giverOf(request, chain)} has to`;
  return new TypeError(
    result instanceof HTTPException
      ? `${giver} throw HTTP exceptions, it returned one`
      : `${giver} return a Response, it returned ${described(result)}: ${
        remedyOf(result, giver.startsWith("The middleware"))
      }`,
  );
}

function remedyOf(result: unknown, isMiddleware: boolean): string {
  switch (typeof result) {
    case "undefined":
      return isMiddleware
        ? "write return await handler(request); wrap a Hono middleware in fromHono()"
        : "is a return missing?";
    case "string":
      return "write return web.textResponse(text)";
    case "function":
      return "call it, or return what it makes";
  }
  if (result === null) return "write return new Response(null, { status: 204 })";
  return result?.constructor?.name === "ClientResponse"
    ? "write return response.toResponse(), or return await web.proxy(request, url)"
    : "write return web.jsonResponse(value)";
}

/** Explains the error of a method that was passed without its object. */
export function explained(error: unknown, request: ServerRequest): unknown {
  if (!(error instanceof TypeError) || !/undefined|private/.test(error.message)) return error;
  const [kind, method] =
    calledFor(request).find(([, each]) => readsThis(each) && error.stack?.includes(each.name)) ??
      [];
  if (method === undefined) return error;
  const { name } = method;
  const args = kind === "handler" ? "request" : "request, handler";
  return new TypeError(
    `The ${kind} ${name} reads "this", and a method that is passed alone has none: ` +
      `write (${args}) => object.${name}(${args}), or object.${name}.bind(object)`,
    { cause: error },
  );
}

type Called = (...args: never[]) => unknown;

function calledFor({ apps, resource, method }: ServerRequest): (readonly [string, Called])[] {
  const routes = resource instanceof Resource ? resource.routes : [];
  const route = routes.find((each) => each.method === method || each.method === "*");
  return [
    ...(route === undefined ? [] : [["handler", route.handler] as const]),
    ...apps.flatMap((app) =>
      "middlewares" in app && Array.isArray(app.middlewares) ? app.middlewares : []
    ).map((each) => ["middleware", each] as const),
  ];
}

/** Whether it is an unbound method, `list(request) { … this … }`, and not an arrow function. */
function readsThis(called: Called): boolean {
  const source = Function.prototype.toString.call(called);
  return /^(?!async\s*\()(?:async\s+)?(?:function\s*)?[\w$#]+\s*\(/.test(source) &&
    /\bthis\b/.test(source);
}
