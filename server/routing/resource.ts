import type { Handler } from "../request/middleware.ts";
import { compilePath, NO_PARAMS, type PathTemplate } from "./path_template.ts";
import { RelativeURL } from "../request/relative_url.ts";
import {
  type AbstractResource,
  Route,
  type RouteMatch,
  type RouteMiss,
  type RouteOperation,
  type RouteResolution,
} from "./route.ts";

/** The segments of a template for the index, `null` if it finds routes in another way. */
export let segmentsOf: (resource: Resource) => PathTemplate["segments"];

/**
 * A path template with a handler for each of its methods.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const resource: web.Resource = new web.Application().router.addResource("/items/{id}");
 * console.assert(`${resource.urlFor({ id: "7" })}` === "/items/7");
 * ```
 */
export class Resource implements AbstractResource {
  /** Name given at registration, or `null`. */
  readonly name: string | null;
  #template: PathTemplate;
  #path: string;
  readonly #found = new Map<string, RouteMatch>();
  #any: RouteMatch | null = null;
  #miss: RouteMiss | null = null;

  static {
    segmentsOf = (resource) =>
      resource.resolve === Resource.prototype.resolve ? resource.#template.segments : null;
  }

  /** Creates one, with a name for building URLs or `null`. */
  constructor(path: string, name: string | null) {
    this.#template = compilePath(path);
    this.#path = path;
    this.name = name;
  }

  /** The path template without regular expressions, including prefixes of its applications. */
  get canonical(): string {
    return this.#template.canonical;
  }

  /** The resource's key in the index. */
  get prefix(): string {
    return this.#template.prefix;
  }

  /** The routes in the order of registration. */
  get routes(): readonly Route[] {
    return [...this.#found.values()].map((each) => each.route);
  }

  /** Adds a method, `*` for any; a `TypeError` if it is not a token, or taken. */
  addRoute(method: string, handler: Handler, operation?: RouteOperation): Route {
    const route = new Route(method, handler, this, operation);
    if (this.#found.has(route.method) || this.#any !== null) {
      throw new TypeError(
        `Added route will never be executed, method ${route.method} is already registered for "${this.canonical}"`,
      );
    }
    const found = { route, params: NO_PARAMS };
    this.#found.set(route.method, found);
    if (route.method === "*") this.#any = found;
    this.#miss = { route: null, allowed: [...this.#found.keys()] };
    return route;
  }

  /** Finds the route, or the available methods; `null` if the path does not match. */
  resolve(method: string, path: string): RouteResolution | null {
    const params = this.#template.match(path);
    if (params === null) return null;
    const found = this.#found.get(method) ?? this.#any;
    if (found === null) return this.#miss ?? { route: null, allowed: [] };
    // A miss of a fixed path is always the same, so one record serves every request.
    return this.#template.names.length === 0 ? found : { route: found.route, params };
  }

  /** Moves the resource below a prefix without a trailing `/`. */
  addPrefix(prefix: string): void {
    this.#path = prefix + this.#path;
    this.#template = compilePath(this.#path);
  }

  /** Builds the URL by the values of the variables; a missing one is a `TypeError`. */
  urlFor(parts: Readonly<Record<string, string | boolean>> = {}): RelativeURL {
    return new RelativeURL(this.#template.build(parts));
  }

  /** Formats the resource as `<Resource /users/{id}>`. */
  toString(): string {
    return `<Resource ${this.canonical}>`;
  }

  /** The same for `console.log()`. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
