/**
 * A method of a resource and what answers it.
 * @module
 */
import { isToken } from "../../http/headers/header_params.ts";
import type { ResourceInfo } from "../request/app_context.ts";
import type { Handler } from "../request/middleware.ts";

/**
 * Gives the handler of a route inside the middlewares of its applications. It is made once: by the
 * innermost router, which is asked first.
 */
export let chainOf: (route: Route, wrap: (handler: Handler) => Handler) => Handler;

/**
 * A method of a resource and what answers it.
 *
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * const routes: readonly web.Route[] = app.addRoutes([web.put("/a", () => web.textResponse(""))]);
 * console.assert(routes[0]?.method === "PUT" && routes[0].resource.canonical === "/a");
 * ```
 */
export class Route {
  /** Method in upper case, `*` for any. */
  readonly method: string;
  /** The handler as it was registered. */
  readonly handler: Handler;
  /** The resource it belongs to. */
  readonly resource: ResourceInfo;
  #chain: Handler | null = null;

  static {
    chainOf = (route, wrap) => route.#chain ??= wrap(route.handler);
  }

  /**
   * Creates one.
   *
   * @param method Method, `*` for any.
   * @param handler What answers it.
   * @param resource The resource it belongs to.
   * @throws {TypeError} If the method is no token or the handler no function.
   */
  constructor(method: string, handler: Handler, resource: ResourceInfo) {
    if (!isToken(method)) {
      throw new TypeError(
        `Cannot add a route to "${resource.canonical}": "${method}" is no HTTP method`,
      );
    }
    if (typeof handler !== "function") {
      throw new TypeError(
        `Cannot add ${method} "${resource.canonical}": expected a handler function, got ${typeof handler}`,
      );
    }
    if (isClass(handler)) { // it would be called, which throws, at the first request
      throw new TypeError(
        `Cannot add ${method} "${resource.canonical}": a class goes into web.view(path, viewClass)`,
      );
    }
    this.method = method.toUpperCase();
    this.handler = handler;
    this.resource = resource;
  }
}

function isClass(handler: Handler): boolean {
  return /^class\b/.test(Function.prototype.toString.call(handler));
}

/** What a look-up gives. */
export type RouteResolution = RouteMatch | RouteMiss;

/** The route for a request. */
export interface RouteMatch {
  /** The route. */
  readonly route: Route;
  /** Decoded values of the path's variables. */
  readonly params: Readonly<Record<string, string>>;
}

/** A path that is unknown, or known with other methods. */
export interface RouteMiss {
  /** There is no route. */
  readonly route: null;
  /** Methods that the path has; none if it is unknown. */
  readonly allowed: readonly string[];
  /**
   * Wraps the handler of the error page in middlewares. Where it is given, the answer is final: a
   * sub-application owns its prefix, nothing behind it is asked.
   */
  readonly wrap?: (handler: Handler) => Handler;
}

/**
 * Something that answers paths: a template, a sub-application, or a class of your own given to
 * `app.router.registerResource()`.
 */
export interface AbstractResource extends ResourceInfo {
  /** Start of every path it answers, without a `/` at the end; `/` to be asked for any path. */
  readonly prefix: string;
  /**
   * Finds the route for a request.
   *
   * @param method Method in upper case.
   * @param path Decoded path.
   * @param url `Request.url`.
   * @returns The route, or the methods that the path has; `null` where the path is not its own.
   */
  resolve(method: string, path: string, url: string): RouteResolution | null;
  /**
   * Moves the resource below a prefix; called when its application is added to another.
   *
   * @param prefix The prefix, without a `/` at the end.
   */
  addPrefix(prefix: string): void;
}
