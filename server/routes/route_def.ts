// Route definitions: `web.get("/", handler)` and its siblings.
import { described, OptionTable } from "../../http/options.ts";
import type { Handler } from "../request/middleware.ts";
import type { PathParams } from "../routing/path_template.ts";
import type { Resource } from "../routing/resource.ts";
import { type ViewClass, viewHandler } from "./view.ts";

/** Options of a route definition. */
export interface RouteOptions {
  /** Name of the resource, for `app.router.named(name).urlFor()`. */
  readonly name?: string;
}

const ROUTE_REMEDIES = {
  middlewares: "They are of an application: give them to a sub-application, app.addSubapp()",
  middleware: "Middlewares are of an application: give them to a sub-application, app.addSubapp()",
  expecthandler: "The server answers Expect by itself",
};

const ROUTE_OPTIONS = new OptionTable<RouteOptions>({ name: "a string" }, ROUTE_REMEDIES);

/** Options of a `GET` definition. */
export interface GetRouteOptions extends RouteOptions {
  /** Whether the handler answers `HEAD` too, without its body. @default {true} */
  readonly allowHead?: boolean;
}

const GET_ROUTE_OPTIONS = new OptionTable<GetRouteOptions>({
  ...ROUTE_OPTIONS.kinds,
  allowHead: "true or false",
}, ROUTE_REMEDIES);

/** A route before it is added to an application. */
export interface RouteDef {
  /** Its method, `*` for any. */
  readonly methods: readonly string[];
  /** Path template. */
  readonly path: string;
  /** The handler. */
  readonly handler: Handler;
  /** Name of the resource, or `null`. */
  readonly name: string | null;
  /**
   * Creates a special kind of resource, such as that of static files.
   * @param path Path template.
   * @param name Name of the resource, or `null`.
   */
  createResource?(path: string, name: string | null): Resource;
}

/**
 * Defines a route for a method.
 * @typeParam Path The path's literal type; it types `request.matchInfo`.
 * @param method Method, `*` for any.
 * @param path Path template: `{name}` or `{name:regex}` for variables.
 * @param handler The handler.
 * @param options Name of the resource.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([
 *   web.route("*", "/any/{id:\\d+}", (request) => web.textResponse(request.matchInfo.id)),
 * ]);
 * ```
 */
export function route<const Path extends string>(
  method: string,
  path: Path,
  handler: Handler<PathParams<Path>>,
  options: RouteOptions = {},
): RouteDef {
  return define([method], path, handler, options);
}

/**
 * Defines a route for `GET`, and by default for `HEAD`.
 * @typeParam Path The path's literal type; it types `request.matchInfo`.
 * @param path Path template.
 * @param handler The handler.
 * @param options Name of the resource, and whether `HEAD` is answered.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([
 *   web.get("/hello/{name}", (request) => web.textResponse(`hello, ${request.matchInfo.name}`)),
 * ]);
 * ```
 */
export function get<const Path extends string>(
  path: Path,
  handler: Handler<PathParams<Path>>,
  options: GetRouteOptions = {},
): RouteDef {
  GET_ROUTE_OPTIONS.check("web.get()", options);
  const { allowHead: _, ...named } = options;
  return define(options.allowHead === false ? ["GET"] : ["GET", "HEAD"], path, handler, named);
}

/**
 * Defines a route for `POST`, as {@linkcode get} does.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.post("/users", async (request) => {
 *   const { name } = await request.json<{ name: string }>();
 *   return web.jsonResponse({ name }, { status: 201 });
 * })]);
 * const response = await app.request("/users", { method: "POST", body: '{"name":"ann"}' });
 * console.assert(response.status === 201);
 * ```
 */
export function post<const Path extends string>(
  path: Path,
  handler: Handler<PathParams<Path>>,
  options: RouteOptions = {},
): RouteDef {
  return define(["POST"], path, handler, options);
}

/**
 * Defines a route for `PUT`, as {@linkcode get} does.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * web.put("/notes/{id}", async (request) => web.textResponse(await request.text()));
 * ```
 */
export function put<const Path extends string>(
  path: Path,
  handler: Handler<PathParams<Path>>,
  options: RouteOptions = {},
): RouteDef {
  return define(["PUT"], path, handler, options);
}

/**
 * Defines a route for `PATCH`, as {@linkcode get} does.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * web.patch("/users/{id}", async (request) => web.jsonResponse(await request.json()));
 * ```
 */
export function patch<const Path extends string>(
  path: Path,
  handler: Handler<PathParams<Path>>,
  options: RouteOptions = {},
): RouteDef {
  return define(["PATCH"], path, handler, options);
}

/**
 * Defines a route for `DELETE`, as {@linkcode get} does; `delete` is a reserved word.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * web.del("/users/{id}", () => new Response(null, { status: 204 }));
 * ```
 */
export function del<const Path extends string>(
  path: Path,
  handler: Handler<PathParams<Path>>,
  options: RouteOptions = {},
): RouteDef {
  return define(["DELETE"], path, handler, options);
}

/**
 * Defines a route for `HEAD`, as {@linkcode get} does.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * web.head("/file", () => new Response(null, { headers: { "x-size": "7" } }));
 * ```
 */
export function head<const Path extends string>(
  path: Path,
  handler: Handler<PathParams<Path>>,
  options: RouteOptions = {},
): RouteDef {
  return define(["HEAD"], path, handler, options);
}

/**
 * Defines a route for `OPTIONS`, as {@linkcode get} does.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * web.options("/users", () => new Response(null, { headers: { allow: "GET, OPTIONS" } }));
 * ```
 */
export function options<const Path extends string>(
  path: Path,
  handler: Handler<PathParams<Path>>,
  routeOptions: RouteOptions = {},
): RouteDef {
  return define(["OPTIONS"], path, handler, routeOptions);
}

/**
 * Defines a route for a class-based view: each method of the class handles the HTTP method of the
 * same name.
 * @param path Path template.
 * @param viewClass The class.
 * @param options Name of the resource.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * class Users extends web.View {
 *   get(): Response {
 *     return web.jsonResponse([]);
 *   }
 *   async post(): Promise<Response> {
 *     return web.jsonResponse(await this.request.json(), { status: 201 });
 *   }
 * }
 * const app = new web.Application();
 * app.addRoutes([web.view("/users", Users)]);
 * console.assert((await app.request("/users", { method: "POST", body: "{}" })).status === 201);
 * console.assert((await app.request("/users", { method: "PUT" })).status === 405);
 * ```
 */
export function view(path: string, viewClass: ViewClass, options: RouteOptions = {}): RouteDef {
  return define(["*"], path, viewHandler(viewClass), options);
}

// Flask's <int:id>, Starlette's {id:int}
const CONVERTER = /(?<!\?)<(?:\w+:)?(\w+)>|\{(\w+):(int|float|str|string|path|uuid)\}/;
const REGEXES: Readonly<Record<string, string>> = { int: ":\\d+", path: ":.*" };

const CALLED = '; write the function\'s name alone, without "()"';

function define<Params>(
  methods: readonly string[],
  path: string,
  handler: Handler<Params>,
  options: RouteOptions,
): RouteDef {
  const where = `Cannot add a route ${path}`;
  ROUTE_OPTIONS.check(where, options);
  if (typeof path !== "string") throw new TypeError(`${where}: the path is a string`);
  const [foreign, name] = /\/:(\w+)(?![^{]*\})/.exec(path) ?? /\/\*()$/.exec(path) ?? [];
  if (foreign !== undefined) {
    throw new TypeError(
      `${where}: write "${path.replace(foreign, name ? `/{${name}}` : "/{rest:.*}")}", ` +
        "a variable stands in braces",
    );
  }
  const converter = CONVERTER.exec(path);
  if (converter !== null) {
    const [given, ofFlask, name, kind = ""] = converter;
    const regex = REGEXES[kind] ?? "";
    throw new TypeError(`${where}: write "{${ofFlask ?? name}${regex}}" in place of "${given}"`);
  }
  if (/^[^{]*\?/.test(path)) {
    throw new TypeError(`${where}: a path has no query, read request.query in the handler`);
  }
  if (typeof handler !== "function") {
    const called = handler === undefined || typeof handler === "object" ? CALLED : "";
    throw new TypeError(
      `${where}: expected a handler function, got ${described(handler)}${called}`,
    );
  }
  if (handler.length > 1) {
    throw new TypeError(
      `${where}: a handler takes the request and returns a Response, got ${
        described(handler)
      } with ` +
        `${handler.length} parameters; write (request) => web.textResponse("…")`,
    );
  }
  // The router fills matchInfo from the same path, so its type is right.
  return { methods, path, handler: handler as Handler, name: options.name ?? null };
}
