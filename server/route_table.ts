/**
 * A list of routes, collected before there is an application.
 * @module
 */
import type { Handler } from "./middleware.ts";
import type { PathParams } from "./path_template.ts";
import * as define from "./route_def.ts";
import type { GetRouteOptions, RouteDef, RouteOptions } from "./route_def.ts";
import type { ViewClass } from "./view.ts";

/**
 * Collects routes in one module to be added to an application in another, aiohttp's
 * `RouteTableDef`. It is iterable, so it can be spread into `addRoutes()`.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const routes = new web.RouteTable();
 * routes.get("/users/{id:\\d+}", (request) => web.jsonResponse({ id: request.matchInfo.id }), {
 *   name: "user",
 * });
 * const app = new web.Application();
 * app.addRoutes(routes);
 * console.assert(`${app.router.named("user").urlFor({ id: "7" })}` === "/users/7");
 * ```
 */
export class RouteTable implements Iterable<RouteDef> {
  readonly #routes: RouteDef[] = [];

  /** How many routes were collected. */
  get length(): number {
    return this.#routes.length;
  }

  /**
   * Iterates over the routes in order.
   *
   * @returns The iterator.
   */
  [Symbol.iterator](): Iterator<RouteDef> {
    return this.#routes[Symbol.iterator]();
  }

  /**
   * Collects a route for a method.
   *
   * @param method Method, `*` for any.
   * @param path Path template.
   * @param handler What answers.
   * @param options Name of the resource.
   * @returns The table, for chaining.
   */
  route<const Path extends string>(
    method: string,
    path: Path,
    handler: Handler<PathParams<Path>>,
    options?: RouteOptions,
  ): this {
    return this.#add(define.route(method, path, handler, options));
  }

  /**
   * Collects a route for `GET`, and for `HEAD` unless told otherwise.
   *
   * @param path Path template.
   * @param handler What answers.
   * @param options Name of the resource.
   * @returns The table, for chaining.
   */
  get<const Path extends string>(
    path: Path,
    handler: Handler<PathParams<Path>>,
    options?: GetRouteOptions,
  ): this {
    return this.#add(define.get(path, handler, options));
  }

  /**
   * Collects a route for `POST`.
   *
   * @param path Path template.
   * @param handler What answers.
   * @param options Name of the resource.
   * @returns The table, for chaining.
   */
  post<const Path extends string>(
    path: Path,
    handler: Handler<PathParams<Path>>,
    options?: RouteOptions,
  ): this {
    return this.#add(define.post(path, handler, options));
  }

  /**
   * Collects a route for `PUT`.
   *
   * @param path Path template.
   * @param handler What answers.
   * @param options Name of the resource.
   * @returns The table, for chaining.
   */
  put<const Path extends string>(
    path: Path,
    handler: Handler<PathParams<Path>>,
    options?: RouteOptions,
  ): this {
    return this.#add(define.put(path, handler, options));
  }

  /**
   * Collects a route for `PATCH`.
   *
   * @param path Path template.
   * @param handler What answers.
   * @param options Name of the resource.
   * @returns The table, for chaining.
   */
  patch<const Path extends string>(
    path: Path,
    handler: Handler<PathParams<Path>>,
    options?: RouteOptions,
  ): this {
    return this.#add(define.patch(path, handler, options));
  }

  /**
   * Collects a route for `DELETE`.
   *
   * @param path Path template.
   * @param handler What answers.
   * @param options Name of the resource.
   * @returns The table, for chaining.
   */
  delete<const Path extends string>(
    path: Path,
    handler: Handler<PathParams<Path>>,
    options?: RouteOptions,
  ): this {
    return this.#add(define.del(path, handler, options));
  }

  /**
   * Collects a route for `HEAD`.
   *
   * @param path Path template.
   * @param handler What answers.
   * @param options Name of the resource.
   * @returns The table, for chaining.
   */
  head<const Path extends string>(
    path: Path,
    handler: Handler<PathParams<Path>>,
    options?: RouteOptions,
  ): this {
    return this.#add(define.head(path, handler, options));
  }

  /**
   * Collects a route for `OPTIONS`.
   *
   * @param path Path template.
   * @param handler What answers.
   * @param routeOptions Name of the resource.
   * @returns The table, for chaining.
   */
  options<const Path extends string>(
    path: Path,
    handler: Handler<PathParams<Path>>,
    routeOptions?: RouteOptions,
  ): this {
    return this.#add(define.options(path, handler, routeOptions));
  }

  /**
   * Collects a class-based view.
   *
   * @param path Path template.
   * @param viewClass The class.
   * @param options Name of the resource.
   * @returns The table, for chaining.
   */
  view(path: string, viewClass: ViewClass, options?: RouteOptions): this {
    return this.#add(define.view(path, viewClass, options));
  }

  #add(route: RouteDef): this {
    this.#routes.push(route);
    return this;
  }
}
