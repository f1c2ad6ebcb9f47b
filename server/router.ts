/**
 * Finds the resource for a path, in aiohttp's order.
 * @module
 */
import type { ResourceRegistry } from "./app_context.ts";
import type { Handler } from "./middleware.ts";
import { Resource, type Route } from "./resource.ts";

/** What a look-up gives: the route, or the methods that the path would have had. */
export type Resolution =
  | { readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly route: null; readonly allowed: readonly string[] };

const NAME = /^[\p{ID_Start}_][\p{ID_Continue}_]*(?:[.:-][\p{ID_Start}_][\p{ID_Continue}_]*)*$/u;

/**
 * The resources of an application. Resources are indexed by the fixed part of their path; a
 * look-up walks from the whole path up to `/`, so the longest fixed part wins, then the order of
 * registration, and a thousand routes cost no more than ten.
 */
export class Router implements ResourceRegistry {
  readonly #resources: Resource[] = [];
  readonly #named = new Map<string, Resource>();
  readonly #index = new Map<string, Resource[]>();
  #frozen = false;

  /**
   * Registers a handler.
   *
   * @param method Method, `*` for any.
   * @param path Path template.
   * @param handler What answers.
   * @param name Name of the resource, `null` without one.
   * @param create Makes the resource, where it is of a kind of its own.
   * @returns The route.
   * @throws {TypeError} If the router is frozen, or path, name or method are not valid or taken.
   */
  addRoute(
    method: string,
    path: string,
    handler: Handler,
    name: string | null,
    create: (path: string, name: string | null) => Resource = plainResource,
  ): Route {
    if (this.#frozen) {
      throw new TypeError(
        `Cannot add "${path}": routes are frozen once the application has started`,
      );
    }
    return this.#resourceFor(path, name, create).addRoute(method, handler);
  }

  /** Ends registration. */
  freeze(): void {
    this.#frozen = true;
  }

  /**
   * Finds the route for a method and a path.
   *
   * @param method Method in upper case.
   * @param path Decoded path.
   * @returns The route with its values, else the methods that the path has, none if it is unknown.
   */
  resolve(method: string, path: string): Resolution {
    let allowed: string[] | null = null;
    for (let prefix = path;; prefix = prefix.slice(0, prefix.lastIndexOf("/")) || "/") {
      for (const resource of this.#index.get(prefix) ?? []) {
        const params = resource.match(path);
        if (params === null) continue;
        const route = resource.routeFor(method);
        if (route !== undefined) return { route, params };
        (allowed ??= []).push(...resource.methods);
      }
      if (prefix === "/" || prefix === "") break;
    }
    return { route: null, allowed: [...new Set(allowed)] };
  }

  /**
   * Finds a resource by name.
   *
   * @param name Name given at registration.
   * @returns The resource.
   * @throws {TypeError} If there is none; the message lists the names there are.
   */
  named(name: string): Resource {
    const resource = this.#named.get(name);
    if (resource !== undefined) return resource;
    const known = [...this.#named.keys()].map((each) => `"${each}"`).join(", ");
    throw new TypeError(`No resource is named "${name}"; the names are: ${known || "none"}`);
  }

  /**
   * Lists all resources in the order of registration.
   *
   * @returns The resources.
   */
  resources(): readonly Resource[] {
    return this.#resources;
  }

  /**
   * Lists the named resources.
   *
   * @returns Resources by name.
   */
  namedResources(): ReadonlyMap<string, Resource> {
    return this.#named;
  }

  /** Routes added one after the other for one path and name share a resource, as in aiohttp. */
  #resourceFor(
    path: string,
    name: string | null,
    create: (path: string, name: string | null) => Resource,
  ): Resource {
    const last = this.#resources.at(-1);
    if (last !== undefined && last.canonical === path && last.name === name) return last;
    const resource = create(path, name);
    if (name !== null) {
      if (!NAME.test(name)) {
        throw new TypeError(
          `Invalid resource name "${name}": expected identifiers joined by ".", ":" or "-"`,
        );
      }
      const taken = this.#named.get(name);
      if (taken !== undefined) {
        throw new TypeError(`Duplicate "${name}": the name is taken by "${taken.canonical}"`);
      }
      this.#named.set(name, resource);
    }
    this.#resources.push(resource);
    const bucket = this.#index.get(resource.prefix);
    if (bucket === undefined) this.#index.set(resource.prefix, [resource]);
    else bucket.push(resource);
    return resource;
  }
}

function plainResource(path: string, name: string | null): Resource {
  return new Resource(path, name);
}
