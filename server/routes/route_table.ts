/**
 * A list of routes, collected before there is an application.
 * @module
 */
import type { Handler } from "../request/middleware.ts";
import type { PathParams } from "../routing/path_template.ts";
import { DecoratedRoutes, type HandlerDecorator } from "./route_decorator.ts";
import * as define from "./route_def.ts";
import type { GetRouteOptions, RouteDef, RouteOptions } from "./route_def.ts";
import { staticFiles, type StaticOptions } from "./static_files.ts";
import type { ViewClass } from "./view.ts";

/**
 * Collects routes in one module to be added to an application in another, aiohttp's
 * `RouteTableDef`. It is iterable, so it can be spread into `addRoutes()`.
 *
 * Without a handler, each method is a standard decorator. The route of a decorated method is there
 * as soon as the class is instantiated (`this` is the instance), of a static one with the class; see
 * {@linkcode HandlerDecorator}.
 *
 * @example A table of functions
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
  readonly #decorated = new DecoratedRoutes();

  /** How many routes were collected. */
  get length(): number {
    return this.#routes.length;
  }

  /**
   * Iterates over the routes in order.
   *
   * @returns The iterator.
   * @throws {TypeError} If a class with decorated methods has no instance yet.
   */
  [Symbol.iterator](): Iterator<RouteDef> {
    this.#decorated.checkBound();
    return this.#routes[Symbol.iterator]();
  }

  /**
   * Lists the routes of one instance of a class with decorated methods, to add those alone.
   *
   * @param instance The instance; the class for static methods.
   * @returns Its routes.
   */
  of(instance: object): readonly RouteDef[] {
    return this.#decorated.of(instance);
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
  ): this;
  /**
   * Decorates a method that answers a method of HTTP.
   *
   * @param method Method, `*` for any.
   * @param path Path template.
   * @param options Name of the resource.
   * @returns The decorator.
   */
  route<const Path extends string>(
    method: string,
    path: Path,
    options?: RouteOptions,
  ): HandlerDecorator<PathParams<Path>>;
  route<const Path extends string>(
    method: string,
    path: Path,
    handler?: Handler<PathParams<Path>> | RouteOptions,
    options?: RouteOptions,
  ): this | HandlerDecorator<PathParams<Path>> {
    return this.#collect(path, (...rest) => define.route(method, ...rest), handler, options);
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
  ): this;
  /**
   * Decorates a method that answers `GET`, and for `HEAD` unless told otherwise.
   *
   * @param path Path template.
   * @param options Name of the resource.
   * @returns The decorator.
   */
  get<const Path extends string>(
    path: Path,
    options?: GetRouteOptions,
  ): HandlerDecorator<PathParams<Path>>;
  get<const Path extends string>(
    path: Path,
    handler?: Handler<PathParams<Path>> | GetRouteOptions,
    options?: GetRouteOptions,
  ): this | HandlerDecorator<PathParams<Path>> {
    return this.#collect(path, define.get, handler, options);
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
  ): this;
  /**
   * Decorates a method that answers `POST`.
   *
   * @param path Path template.
   * @param options Name of the resource.
   * @returns The decorator.
   */
  post<const Path extends string>(
    path: Path,
    options?: RouteOptions,
  ): HandlerDecorator<PathParams<Path>>;
  post<const Path extends string>(
    path: Path,
    handler?: Handler<PathParams<Path>> | RouteOptions,
    options?: RouteOptions,
  ): this | HandlerDecorator<PathParams<Path>> {
    return this.#collect(path, define.post, handler, options);
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
  ): this;
  /**
   * Decorates a method that answers `PUT`.
   *
   * @param path Path template.
   * @param options Name of the resource.
   * @returns The decorator.
   */
  put<const Path extends string>(
    path: Path,
    options?: RouteOptions,
  ): HandlerDecorator<PathParams<Path>>;
  put<const Path extends string>(
    path: Path,
    handler?: Handler<PathParams<Path>> | RouteOptions,
    options?: RouteOptions,
  ): this | HandlerDecorator<PathParams<Path>> {
    return this.#collect(path, define.put, handler, options);
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
  ): this;
  /**
   * Decorates a method that answers `PATCH`.
   *
   * @param path Path template.
   * @param options Name of the resource.
   * @returns The decorator.
   */
  patch<const Path extends string>(
    path: Path,
    options?: RouteOptions,
  ): HandlerDecorator<PathParams<Path>>;
  patch<const Path extends string>(
    path: Path,
    handler?: Handler<PathParams<Path>> | RouteOptions,
    options?: RouteOptions,
  ): this | HandlerDecorator<PathParams<Path>> {
    return this.#collect(path, define.patch, handler, options);
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
  ): this;
  /**
   * Decorates a method that answers `DELETE`.
   *
   * @param path Path template.
   * @param options Name of the resource.
   * @returns The decorator.
   */
  delete<const Path extends string>(
    path: Path,
    options?: RouteOptions,
  ): HandlerDecorator<PathParams<Path>>;
  delete<const Path extends string>(
    path: Path,
    handler?: Handler<PathParams<Path>> | RouteOptions,
    options?: RouteOptions,
  ): this | HandlerDecorator<PathParams<Path>> {
    return this.#collect(path, define.del, handler, options);
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
  ): this;
  /**
   * Decorates a method that answers `HEAD`.
   *
   * @param path Path template.
   * @param options Name of the resource.
   * @returns The decorator.
   */
  head<const Path extends string>(
    path: Path,
    options?: RouteOptions,
  ): HandlerDecorator<PathParams<Path>>;
  head<const Path extends string>(
    path: Path,
    handler?: Handler<PathParams<Path>> | RouteOptions,
    options?: RouteOptions,
  ): this | HandlerDecorator<PathParams<Path>> {
    return this.#collect(path, define.head, handler, options);
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
  ): this;
  /**
   * Decorates a method that answers `OPTIONS`.
   *
   * @param path Path template.
   * @param routeOptions Name of the resource.
   * @returns The decorator.
   */
  options<const Path extends string>(
    path: Path,
    routeOptions?: RouteOptions,
  ): HandlerDecorator<PathParams<Path>>;
  options<const Path extends string>(
    path: Path,
    handler?: Handler<PathParams<Path>> | RouteOptions,
    routeOptions?: RouteOptions,
  ): this | HandlerDecorator<PathParams<Path>> {
    return this.#collect(path, define.options, handler, routeOptions);
  }

  /**
   * Collects a class-based view.
   *
   * @param path Path template.
   * @param viewClass The class.
   * @param options Name of the resource.
   * @returns The table, for chaining.
   */
  view(path: string, viewClass: ViewClass, options?: RouteOptions): this;
  /**
   * Decorates a class-based view.
   *
   * @param path Path template.
   * @param options Name of the resource.
   * @returns The decorator.
   */
  view(
    path: string,
    options?: RouteOptions,
  ): (viewClass: ViewClass, context: ClassDecoratorContext) => void;
  view(
    path: string,
    viewClass?: ViewClass | RouteOptions,
    options?: RouteOptions,
  ): this | ((viewClass: ViewClass, context: ClassDecoratorContext) => void) {
    if (isViewClass(viewClass)) {
      this.#routes.push(define.view(path, viewClass, options));
      return this;
    }
    return (decorated) => {
      this.#routes.push(define.view(path, decorated, viewClass));
    };
  }

  /**
   * Collects the files of a folder, as `web.static()` defines them.
   *
   * @param prefix Path that they are below.
   * @param folder The folder.
   * @param options Name, index, headers.
   * @returns The table, for chaining.
   * @throws {TypeError} As `web.static()` does.
   */
  static(prefix: string, folder: string | URL, options?: StaticOptions): this {
    this.#routes.push(staticFiles(prefix, folder, options));
    return this;
  }

  #collect<Path extends string, Options extends RouteOptions>(
    path: Path,
    make: (path: Path, handler: Handler<PathParams<Path>>, options?: Options) => RouteDef,
    handler: Handler<PathParams<Path>> | Options | undefined,
    options: Options | undefined,
  ): this | HandlerDecorator<PathParams<Path>> {
    if (typeof handler === "function") {
      this.#routes.push(make(path, handler, options));
      return this;
    }
    return this.#decorated.decorator<PathParams<Path>>(
      path,
      (bound) => make(path, bound, handler),
      (route) => this.#routes.push(route),
    );
  }
}

function isViewClass(value: ViewClass | RouteOptions | undefined): value is ViewClass {
  return typeof value === "function";
}
