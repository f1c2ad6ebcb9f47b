/**
 * A path and the methods it answers.
 * @module
 */
import type { ResourceInfo } from "./app_context.ts";
import type { Handler } from "./middleware.ts";
import { compilePath, type PathTemplate } from "./path_template.ts";
import { RelativeURL } from "./relative_url.ts";

/** A method of a resource and what answers it. */
export interface Route {
  /** Method in upper case, `*` for any. */
  readonly method: string;
  /** The handler as it was registered. */
  readonly handler: Handler;
  /** The resource it belongs to. */
  readonly resource: Resource;
}

/** A path template with a handler for each of its methods. */
export class Resource implements ResourceInfo {
  /** Name given at registration, `null` without one. */
  readonly name: string | null;
  readonly #template: PathTemplate;
  readonly #routes = new Map<string, Route>();

  /**
   * Creates one.
   *
   * @param path Path template.
   * @param name Name for building URLs, `null` without one.
   */
  constructor(path: string, name: string | null) {
    this.#template = compilePath(path);
    this.name = name;
  }

  /** The path template as registered. */
  get canonical(): string {
    return this.#template.canonical;
  }

  /** Where an index looks the resource up. */
  get prefix(): string {
    return this.#template.prefix;
  }

  /** Methods in the order of registration. */
  get methods(): Iterable<string> {
    return this.#routes.keys();
  }

  /**
   * Adds a method.
   *
   * @param method Method, `*` for any.
   * @param handler What answers it.
   * @returns The route.
   * @throws {TypeError} If the method is no token, or is answered already.
   */
  addRoute(method: string, handler: Handler): Route {
    const upper = method.toUpperCase();
    if (upper !== "*" && !/^[\w!#$%&'*+.^`|~-]+$/.test(method)) {
      throw new TypeError(
        `Cannot add a route to "${this.canonical}": "${method}" is no HTTP method`,
      );
    }
    if (typeof handler !== "function") {
      throw new TypeError(
        `Cannot add ${upper} "${this.canonical}": expected a handler function, got ${typeof handler}`,
      );
    }
    if (this.#routes.has(upper) || this.#routes.has("*")) {
      throw new TypeError(
        `Added route will never be executed, method ${upper} is already registered for "${this.canonical}"`,
      );
    }
    const route = { method: upper, handler, resource: this };
    this.#routes.set(upper, route);
    return route;
  }

  /**
   * Matches a decoded path.
   *
   * @param path The path.
   * @returns Values of the variables, `null` where it does not match.
   */
  match(path: string): Readonly<Record<string, string>> | null {
    return this.#template.match(path);
  }

  /**
   * Finds what answers a method.
   *
   * @param method Method in upper case.
   * @returns The route, `undefined` where there is none.
   */
  routeFor(method: string): Route | undefined {
    return this.#routes.get(method) ?? this.#routes.get("*");
  }

  /**
   * Builds the URL of this resource.
   *
   * @param parts Values of the variables.
   * @returns The URL.
   * @throws {TypeError} If a variable has no value or one that is not a string.
   */
  urlFor(parts: Readonly<Record<string, string | boolean>> = {}): RelativeURL {
    return new RelativeURL(this.#template.build(parts));
  }
}
