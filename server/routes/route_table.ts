// A list of routes, collected before the application exists.
import type { Handler } from "../request/middleware.ts";
import type { PathParams } from "../routing/path_template.ts";
import { DecoratedRoutes, type HandlerDecorator } from "./route_decorator.ts";
import * as define from "./route_def.ts";
import type { GetRouteOptions, RouteDef, RouteOptions } from "./route_def.ts";
import { staticFiles, type StaticOptions } from "./static_files.ts";
import type { ViewClass } from "./view.ts";

/** Collects the routes of one HTTP method, see {@linkcode RouteTable}. */
export interface CollectRoute<Options extends RouteOptions = RouteOptions> {
  /** Collects a route. */
  <const Path extends string>(
    path: Path,
    handler: Handler<PathParams<Path>>,
    options?: Options,
  ): RouteTable;
  /** Decorates a method. */
  <const Path extends string>(path: Path, options?: Options): HandlerDecorator<PathParams<Path>>;
}

/**
 * Collects routes in one module to be added to an application in another, aiohttp's
 * `RouteTableDef`. It is iterable, so it can be spread into `addRoutes()`.
 *
 * Without a handler, each method is a standard decorator. The route of a decorated method exists
 * once the class is instantiated (`this` is the instance), of a static one with the class; see
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

  /** Number of routes. */
  get length(): number {
    return this.#routes.length;
  }

  /**
   * Iterates over the routes in order.
   * @throws {TypeError} If a class with decorated methods has no instance yet.
   */
  [Symbol.iterator](): Iterator<RouteDef> {
    this.#decorated.checkBound();
    return this.#routes[Symbol.iterator]();
  }

  /**
   * Lists the routes of one instance of a class with decorated methods, to add those alone.
   * @param instance The instance; the class for static methods.
   */
  of(instance: object): readonly RouteDef[] {
    return this.#decorated.of(instance);
  }

  /**
   * Collects a route for a method, `*` for any, or decorates its handler method.
   * @param method Method, `*` for any.
   * @param rest Path, handler and options, as for the other methods.
   * @returns The table with a handler, a decorator without one.
   */
  route<const Path extends string>(
    method: string,
    ...rest: [path: Path, handler: Handler<PathParams<Path>>, options?: RouteOptions]
  ): this;
  /** Decorates the handler method for an HTTP method, `*` for any. */
  route<const Path extends string>(
    method: string,
    ...rest: [path: Path, options?: RouteOptions]
  ): HandlerDecorator<PathParams<Path>>;
  route<Path extends string>(
    method: string,
    path: Path,
    handler?: Handler<PathParams<Path>> | RouteOptions,
    options?: RouteOptions,
  ): this | HandlerDecorator<PathParams<Path>> {
    return this.#collect(path, (...rest) => define.route(method, ...rest), handler, options);
  }

  /** Collects a route for `GET`, and by default `HEAD`, or decorates its handler method. */
  readonly get: CollectRoute<GetRouteOptions> = this.#collector(define.get);

  /** Collects a route for `POST`, or decorates its handler method. */
  readonly post: CollectRoute = this.#collector(define.post);

  /** Collects a route for `PUT`, or decorates its handler method. */
  readonly put: CollectRoute = this.#collector(define.put);

  /** Collects a route for `PATCH`, or decorates its handler method. */
  readonly patch: CollectRoute = this.#collector(define.patch);

  /** Collects a route for `DELETE`, or decorates its handler method. */
  readonly delete: CollectRoute = this.#collector(define.del);

  /** Collects a route for `HEAD`, or decorates its handler method. */
  readonly head: CollectRoute = this.#collector(define.head);

  /** Collects a route for `OPTIONS`, or decorates its handler method. */
  readonly options: CollectRoute = this.#collector(define.options);

  /** Collects a class-based view. */
  view(path: string, viewClass: ViewClass, options?: RouteOptions): this;
  /** Decorates a class-based view. */
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
   * Collects the files of a folder, as `web.static()` does.
   * @param prefix Path prefix.
   * @param folder The folder.
   * @param options Name, index, headers.
   * @throws {TypeError} As `web.static()` does.
   */
  static(prefix: string, folder: string | URL, options?: StaticOptions): this {
    this.#routes.push(staticFiles(prefix, folder, options));
    return this;
  }

  #collector<Options extends RouteOptions>(
    make: <const Path extends string>(
      path: Path,
      handler: Handler<PathParams<Path>>,
      options?: Options,
    ) => RouteDef,
  ): CollectRoute<Options> {
    const collect = <Path extends string>(
      path: Path,
      handler?: Handler<PathParams<Path>> | Options,
      options?: Options,
    ) => this.#collect(path, make, handler, options);
    return collect as CollectRoute<Options>; // the table with a handler, else a decorator
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
