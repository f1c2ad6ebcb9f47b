import { OptionTable } from "../../http/options.ts";
import type { ContractsOf, Routed } from "../../http/schema/routed.ts";
import {
  checkMiddlewares,
  compose,
  type Handler,
  type HandlerResult,
  type Middleware,
} from "../request/middleware.ts";
import type { SchemaHandler } from "../request/route_schemas.ts";
import type { CanonicalPath, PathParams } from "../routing/path_template.ts";
import type { OpenAPIOperation } from "../routing/route.ts";
import { checkPath, listOf } from "./check_path.ts";
import { DecoratedRoutes, type HandlerDecorator } from "./route_decorator.ts";
import * as define from "./route_def.ts";
import type {
  DefineRoute,
  GetRouteOptions,
  RouteContracts,
  RouteDef,
  RouteOptions,
} from "./route_def.ts";
import { staticFiles, type StaticOptions } from "./static_files.ts";
import type { ViewClass } from "./view.ts";

/** Collects the routes of one HTTP method, or decorates their handler methods. */
export type CollectRoute<
  Table,
  Method extends string,
  Prefix extends string,
  Options extends RouteOptions = RouteOptions,
> = DefineRoute<Method, Options, Table, Prefix> & {
  <const Path extends string>(
    path: Path,
    options?: Options,
  ): HandlerDecorator<PathParams<`${Prefix}${Path}`>>;
};

/** Options of a {@linkcode RouteTable}. */
export interface RouteTableOptions<Prefix extends string = string> {
  /** Prefix of its paths, `/users`; it may have variables. */
  readonly prefix?: Prefix;
  /** Middlewares of its routes, outside their own; the first is the outermost. */
  readonly middlewares?: readonly Middleware[];
  /** Description of its routes for `web.openapi()`, such as tags; `false` to leave them out. */
  readonly openapi?: OpenAPIOperation | false;
}

const TABLE_OPTIONS = new OptionTable<RouteTableOptions>({
  prefix: "a string",
  middlewares: "a list",
  openapi: "an object or a boolean",
});

/** The contracts of a table below a prefix. */
export type PrefixedContracts<Prefix extends string, Contracts> = {
  readonly [
    Key in keyof Contracts as Key extends `${infer Method} ${infer Path}`
      ? `${Method} ${CanonicalPath<Prefix>}${Path}`
      : never
  ]: Contracts[Key];
};

/**
 * Collects routes in one module for the application of another, aiohttp's `RouteTableDef`. Without
 * a handler, each method is a standard decorator: the route of a decorated method exists once the
 * class is instantiated (`this` is the instance), of a static one with the class.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const routes = new web.RouteTable();
 * routes.get("/users/{id:\\d+}", (request) => web.jsonResponse(request.matchInfo));
 * const app = new web.Application();
 * app.addRoutes(routes);
 * console.assert(await (await app.request("/users/7")).text() === '{"id":"7"}');
 * ```
 */
export class RouteTable<const Prefix extends string = ""> implements Iterable<RouteDef> {
  readonly #routes: RouteDef[] = [];
  readonly #decorated = new DecoratedRoutes();
  readonly #options: RouteTableOptions;

  /** Creates one. */
  constructor(options: RouteTableOptions<Prefix> = {}) {
    TABLE_OPTIONS.check("new RouteTable", options);
    const { prefix = "", middlewares = [] } = options;
    const where = `Cannot use the prefix "${prefix}"`;
    checkPath(where, prefix);
    if (prefix !== "" && !/^\/.*[^/]$/.test(prefix)) {
      throw new TypeError(`${where}: it starts with "/" and does not end with one`);
    }
    checkMiddlewares(middlewares);
    this.#options = options;
  }

  /** Number of routes. */
  get length(): number {
    return this.#routes.length;
  }

  /** Iterates over the routes; a class with decorated methods but no instance is a `TypeError`. */
  [Symbol.iterator](): Iterator<RouteDef & Routed<ContractsOf<this>>> {
    this.#decorated.checkBound();
    return this.#routes[Symbol.iterator](); // the contracts are types only
  }

  /** Adds the present routes of another table or list below the prefix, inside the middlewares. */
  addRoutes<Routes extends Iterable<RouteDef>>(
    routes: Routes,
  ): this & Routed<PrefixedContracts<Prefix, ContractsOf<Routes>>> {
    for (const route of [...listOf(routes)]) this.#add(route);
    return this;
  }

  /** Collects a route for a method, `*` for any, or decorates its handler method. */
  route<const Method extends string, const Path extends string, Result extends HandlerResult>(
    method: Method,
    ...rest: [
      path: Path,
      handler: SchemaHandler<PathParams<`${Prefix}${Path}`>, Record<never, never>, Result>,
      options?: RouteOptions,
    ]
  ): this & Routed<RouteContracts<Method, `${Prefix}${Path}`, Record<never, never>, Result>>;
  /** Decorates the handler method for an HTTP method, `*` for any. */
  route<const Path extends string>(
    method: string,
    ...rest: [path: Path, options?: RouteOptions]
  ): HandlerDecorator<PathParams<`${Prefix}${Path}`>>;
  route(method: string, path: string, given?: unknown, options?: unknown): unknown {
    const make = (...[path, handler]: Parameters<Make>) =>
      define.route(method, path, handler as Handler, options as RouteOptions);
    return this.#collect(make, path, given, options);
  }

  /** Collects a route for `GET`, and by default `HEAD`, or decorates its handler method. */
  readonly get: CollectRoute<this, "GET", Prefix, GetRouteOptions> = this.#collector(define.get);
  /** Collects a route for `POST`, or decorates its handler method. */
  readonly post: CollectRoute<this, "POST", Prefix> = this.#collector(define.post);
  /** Collects a route for `PUT`, or decorates its handler method. */
  readonly put: CollectRoute<this, "PUT", Prefix> = this.#collector(define.put);
  /** Collects a route for `PATCH`, or decorates its handler method. */
  readonly patch: CollectRoute<this, "PATCH", Prefix> = this.#collector(define.patch);
  /** Collects a route for `DELETE`, or decorates its handler method. */
  readonly delete: CollectRoute<this, "DELETE", Prefix> = this.#collector(define.del);
  /** Collects a route for `HEAD`, or decorates its handler method. */
  readonly head: CollectRoute<this, "HEAD", Prefix> = this.#collector(define.head);
  /** Collects a route for `OPTIONS`, or decorates its handler method. */
  readonly options: CollectRoute<this, "OPTIONS", Prefix> = this.#collector(define.options);

  /** Collects a class-based view. */
  view(path: string, viewClass: ViewClass, options?: RouteOptions): this;
  /** Decorates a class-based view. */
  view(
    path: string,
    options?: RouteOptions,
  ): (viewClass: ViewClass, context: ClassDecoratorContext) => void;
  view(path: string, given?: ViewClass | RouteOptions, options?: RouteOptions): unknown {
    if (typeof given !== "function") {
      return (decorated: ViewClass) => this.#add(define.view(path, decorated, given));
    }
    this.#add(define.view(path, given, options));
    return this;
  }

  /** Collects the files of a folder, as `web.static()` does. */
  static(prefix: string, folder: string | URL, options?: StaticOptions): this {
    this.#add(staticFiles(prefix, folder, options));
    return this;
  }

  #collector<Method extends string, Options extends RouteOptions>(
    make: DefineRoute<Method, Options>,
  ): CollectRoute<this, Method, Prefix, Options> {
    const collect = (...args: Parameters<Make>) => this.#collect(make as unknown as Make, ...args);
    return collect as unknown as CollectRoute<this, Method, Prefix, Options>;
  }

  #collect(make: Make, path: string, given?: unknown, last?: unknown): unknown {
    if (typeof given === "function" || typeof last === "function") {
      this.#add(make(path, given, last));
      return this;
    }
    return this.#decorated.decorator(path, (bound) => this.#add(make(path, bound, given)));
  }

  #add(route: RouteDef): void {
    const { prefix = "", middlewares = [], openapi } = this.#options;
    const { schemas = {}, openapi: own = {}, ...rest } = route.operation ?? {};
    const described = own !== false && openapi !== false && { ...openapi, ...own };
    this.#routes.push({
      ...route,
      path: prefix + route.path,
      handler: compose(middlewares, route.handler),
      operation: { ...rest, schemas, openapi: described },
    });
  }
}

type Make = (path: string, given?: unknown, last?: unknown) => RouteDef; // route_def.ts, untyped
