/**
 * Route definitions: `web.get("/", handler)` and its siblings.
 * @module
 */
import type { Handler } from "./middleware.ts";
import type { PathParams } from "./path_template.ts";
import type { Resource } from "./resource.ts";
import { type ViewClass, viewHandler } from "./view.ts";

/** What a route definition takes besides method, path and handler. */
export interface RouteOptions {
  /** Name of the resource, for `app.router.named(name).urlFor()`. */
  readonly name?: string;
}

/** What a `GET` definition takes. */
export interface GetRouteOptions extends RouteOptions {
  /** Whether the handler answers `HEAD` too, without its body. @default {true} */
  readonly allowHead?: boolean;
}

/** A route before it is added to an application. */
export interface RouteDef {
  /** Methods it answers, `*` for any. */
  readonly methods: readonly string[];
  /** Path template. */
  readonly path: string;
  /** What answers. */
  readonly handler: Handler;
  /** Name of the resource, `null` without one. */
  readonly name: string | null;
  /**
   * Makes the resource, where it is of a kind of its own, as that of static files is.
   *
   * @param path Path template.
   * @param name Name of the resource, `null` without one.
   */
  createResource?(path: string, name: string | null): Resource;
}

/**
 * Defines a route for a method.
 *
 * @typeParam Path The path's literal type; it types `request.matchInfo`.
 * @param method Method, `*` for any.
 * @param path Path template: `{name}` or `{name:regex}` for variables.
 * @param handler What answers.
 * @param options Name of the resource.
 * @returns The definition, for `app.addRoutes()`.
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
 * Defines a route for `GET`, and for `HEAD` unless told otherwise.
 *
 * @typeParam Path The path's literal type; it types `request.matchInfo`.
 * @param path Path template.
 * @param handler What answers.
 * @param options Name of the resource, and whether `HEAD` is answered.
 * @returns The definition, for `app.addRoutes()`.
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
  return define(options.allowHead === false ? ["GET"] : ["GET", "HEAD"], path, handler, options);
}

/**
 * Defines a route for `POST`.
 *
 * @typeParam Path The path's literal type; it types `request.matchInfo`.
 * @param path Path template.
 * @param handler What answers.
 * @param options Name of the resource.
 * @returns The definition, for `app.addRoutes()`.
 */
export function post<const Path extends string>(
  path: Path,
  handler: Handler<PathParams<Path>>,
  options: RouteOptions = {},
): RouteDef {
  return define(["POST"], path, handler, options);
}

/**
 * Defines a route for `PUT`.
 *
 * @typeParam Path The path's literal type; it types `request.matchInfo`.
 * @param path Path template.
 * @param handler What answers.
 * @param options Name of the resource.
 * @returns The definition, for `app.addRoutes()`.
 */
export function put<const Path extends string>(
  path: Path,
  handler: Handler<PathParams<Path>>,
  options: RouteOptions = {},
): RouteDef {
  return define(["PUT"], path, handler, options);
}

/**
 * Defines a route for `PATCH`.
 *
 * @typeParam Path The path's literal type; it types `request.matchInfo`.
 * @param path Path template.
 * @param handler What answers.
 * @param options Name of the resource.
 * @returns The definition, for `app.addRoutes()`.
 */
export function patch<const Path extends string>(
  path: Path,
  handler: Handler<PathParams<Path>>,
  options: RouteOptions = {},
): RouteDef {
  return define(["PATCH"], path, handler, options);
}

/**
 * Defines a route for `DELETE`; `delete` is a word of the language.
 *
 * @typeParam Path The path's literal type; it types `request.matchInfo`.
 * @param path Path template.
 * @param handler What answers.
 * @param options Name of the resource.
 * @returns The definition, for `app.addRoutes()`.
 */
export function del<const Path extends string>(
  path: Path,
  handler: Handler<PathParams<Path>>,
  options: RouteOptions = {},
): RouteDef {
  return define(["DELETE"], path, handler, options);
}

/**
 * Defines a route for `HEAD`.
 *
 * @typeParam Path The path's literal type; it types `request.matchInfo`.
 * @param path Path template.
 * @param handler What answers.
 * @param options Name of the resource.
 * @returns The definition, for `app.addRoutes()`.
 */
export function head<const Path extends string>(
  path: Path,
  handler: Handler<PathParams<Path>>,
  options: RouteOptions = {},
): RouteDef {
  return define(["HEAD"], path, handler, options);
}

/**
 * Defines a route for `OPTIONS`.
 *
 * @typeParam Path The path's literal type; it types `request.matchInfo`.
 * @param path Path template.
 * @param handler What answers.
 * @param routeOptions Name of the resource.
 * @returns The definition, for `app.addRoutes()`.
 */
export function options<const Path extends string>(
  path: Path,
  handler: Handler<PathParams<Path>>,
  routeOptions: RouteOptions = {},
): RouteDef {
  return define(["OPTIONS"], path, handler, routeOptions);
}

/**
 * Defines a route for a class-based view: each method of the class answers the HTTP method of its
 * name.
 *
 * @param path Path template.
 * @param viewClass The class.
 * @param options Name of the resource.
 * @returns The definition, for `app.addRoutes()`.
 */
export function view(path: string, viewClass: ViewClass, options: RouteOptions = {}): RouteDef {
  return define(["*"], path, viewHandler(viewClass), options);
}

function define<Params>(
  methods: readonly string[],
  path: string,
  handler: Handler<Params>,
  options: RouteOptions,
): RouteDef {
  // The router fills matchInfo from the same path, so what the type says of it holds.
  return { methods, path, handler: handler as Handler, name: options.name ?? null };
}
