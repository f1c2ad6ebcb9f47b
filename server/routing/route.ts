import { isToken } from "../../http/headers/header_params.ts";
import type { ResourceInfo } from "../request/app_context.ts";
import type { Handler } from "../request/middleware.ts";
import type { RouteSchemas } from "../request/route_schemas.ts";

/** The handler in the middlewares of its applications, made once by the innermost router. */
export let chainOf: (route: Route, wrap: (handler: Handler) => Handler) => Handler;

/** Description of an operation for `web.openapi()`; other members of OpenAPI are passed on. */
export interface OpenAPIOperation {
  /** Summary: a few words. */
  readonly summary?: string;
  /** Description, in CommonMark. */
  readonly description?: string;
  /** Groups in the page. */
  readonly tags?: readonly string[];
  /** Unique name. @default method and path */
  readonly operationId?: string;
  /** Whether it should not be used any more. */
  readonly deprecated?: boolean;
  /** Security requirements, instead of the document's; `[]` for none. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  /** Other members, such as `callbacks` or `x-` extensions. */
  readonly [member: string]: unknown;
}

/** A route's description of itself. */
export interface RouteOperation {
  /** Its schemas, and the status for invalid data. */
  readonly schemas: RouteSchemas & { readonly status?: number };
  /** Description, `false` to leave it out of the document. */
  readonly openapi: OpenAPIOperation | false;
  /** Methods of a route for `*`, where they are known. */
  readonly methods?: readonly string[];
}

/**
 * A method of a resource and its handler.
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
  /** The handler as registered. */
  readonly handler: Handler;
  /** The resource it belongs to. */
  readonly resource: ResourceInfo;
  /** Description of itself, `null` for none. */
  readonly operation: RouteOperation | null;
  #chain: Handler | null = null;

  static {
    chainOf = (route, wrap) => route.#chain ??= wrap(route.handler);
  }

  /** Creates one for a method, `*` for any; it has to be a token, and the handler a function. */
  constructor(
    method: string,
    handler: Handler,
    resource: ResourceInfo,
    operation: RouteOperation | null = null,
  ) {
    const { canonical } = resource;
    if (!isToken(method)) {
      throw new TypeError(
        `Cannot add a route to "${canonical}": "${method}" is not an HTTP method`,
      );
    }
    const cannot = `Cannot add ${method} "${canonical}"`;
    if (typeof handler !== "function") {
      throw new TypeError(`${cannot}: expected a handler function, got ${typeof handler}`);
    }
    if (/^class\b/.test(Function.prototype.toString.call(handler))) { // cannot be called
      throw new TypeError(`${cannot}: a class goes into web.view(path, viewClass)`);
    }
    this.method = method.toUpperCase();
    this.handler = handler;
    this.resource = resource;
    this.operation = operation;
  }
}

/** Result of a look-up. */
export type RouteResolution = RouteMatch | RouteMiss;

/** A matched route. */
export interface RouteMatch {
  /** The route. */
  readonly route: Route;
  /** Decoded values of the path's variables. */
  readonly params: Readonly<Record<string, string>>;
}

/** A path that is unknown, or known with other methods only. */
export interface RouteMiss {
  /** Always `null`: no route. */
  readonly route: null;
  /** Methods of the path; empty if it is unknown. */
  readonly allowed: readonly string[];
  /** Wraps the handler of the error page in middlewares; later resources are not asked then. */
  readonly wrap?: (handler: Handler) => Handler;
}

/** A template, a sub-application, or a class of your own for `app.router.registerResource()`. */
export interface AbstractResource extends ResourceInfo {
  /** Common prefix of its paths, `/` to be asked for any path, `""` to be asked before others. */
  readonly prefix: string;
  /** Its routes, for listing. */
  readonly routes?: readonly Route[];
  /** Finds the route of a decoded path, or the methods of the path; `null` if it does not match. */
  resolve(method: string, path: string, url: string): RouteResolution | null;
  /** Moves the resource below a prefix without a trailing `/`, when its application is added. */
  addPrefix(prefix: string): void;
}
