import { tellHabits } from "../../http/habits.ts";
import type { ResourceRegistry } from "../request/app_context.ts";
import { ROUTER_HABITS } from "../request/habits.ts";
import type { Handler } from "../request/middleware.ts";
import { Bucket } from "./bucket.ts";
import { Resource } from "./resource.ts";
import { type AbstractResource, chainOf, type Route, type RouteResolution } from "./route.ts";

const NAME = /^[\p{ID_Start}_][\p{ID_Continue}_]*(?:[.:-][\p{ID_Start}_][\p{ID_Continue}_]*)*$/u;

/**
 * The resources of an application, indexed by the fixed part of their path: the longest fixed part
 * wins, then the order of registration. Domains are asked first.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const router: web.Router = new web.Application().router;
 * router.addRoute("GET", "/users/{id}", () => web.textResponse("a user"), "user");
 * console.assert(router.has("user") && router.resources().length === 1);
 * ```
 */
export class Router implements ResourceRegistry {
  readonly #wrap: (handler: Handler) => Handler;
  #added: { readonly path: string; readonly resource: Resource } | null = null; // the last one
  readonly #resources: AbstractResource[] = [];
  readonly #first: AbstractResource[] = []; // domains, and others without a prefix
  readonly #named = new Map<string, AbstractResource>();
  readonly #index = new Map<string, Bucket>();
  #longest = 1; // longest fixed part
  #frozen = false;

  /** Creates one; `wrap` puts the middlewares around a handler, once for each route. */
  constructor(wrap: (handler: Handler) => Handler = (handler) => handler) {
    this.#wrap = wrap;
  }

  /** Whether registration is closed. */
  get frozen(): boolean {
    return this.#frozen;
  }

  /**
   * Registers a handler for a method, `*` for any. Consecutive routes with the same path and name
   * share a resource.
   * @throws {TypeError} If the router is frozen, or path, name or method is invalid or taken.
   */
  addRoute(method: string, path: string, handler: Handler, name: string | null = null): Route {
    return this.addResource(path, name).addRoute(method, handler);
  }

  /**
   * Registers a path without methods, or returns the last resource if it has this path and name.
   * @throws {TypeError} If the router is frozen, or path or name is invalid or taken.
   */
  addResource(
    path: string,
    name: string | null = null,
    create: (path: string, name: string | null) => Resource = (...given) => new Resource(...given),
  ): Resource {
    this.#checkOpen(path);
    const last = this.#added;
    if (last?.path === path && last.resource.name === name) return last.resource;
    const resource = create(path, name);
    this.registerResource(resource);
    this.#added = { path, resource };
    return resource;
  }

  /** Registers a resource; a `TypeError` if the router is frozen, or the name invalid or taken. */
  registerResource(resource: AbstractResource): void {
    const { name, canonical } = resource;
    this.#checkOpen(canonical);
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
    this.#added = null;
    this.#addToIndex(resource);
  }

  /** Closes registration. */
  freeze(): void {
    this.#frozen = true;
  }

  /** Moves every resource below a prefix without a trailing `/`. */
  addPrefix(prefix: string): void {
    this.#index.clear();
    this.#first.length = 0;
    this.#longest = 1;
    for (const resource of this.#resources) {
      resource.addPrefix(prefix);
      this.#addToIndex(resource);
    }
  }

  /** Finds the route of a decoded path, else the methods of the path, none if it is unknown. */
  resolve(method: string, path: string, url = ""): RouteResolution {
    const allowed: string[] = [];
    let found = this.#ask(this.#first, method, path, url, allowed);
    // From the end of "/a/a/a/…", 60 KB of it, the walk would take half a second.
    let prefix = path.length <= this.#longest ? path : above(path, this.#longest);
    for (; found === null; prefix = above(prefix, prefix.length)) {
      const candidates = this.#index.get(prefix)?.candidates(path) ?? [];
      found = this.#ask(candidates, method, path, url, allowed);
      if (prefix === "/" || prefix === "") break;
    }
    if (found !== null) return found;
    const unique = allowed.length < 2 ? allowed : [...new Set(allowed)];
    return { route: null, allowed: unique, wrap: this.#wrap };
  }

  /** The first route, or final miss, of some resources; methods of other misses are `allowed`. */
  #ask(
    candidates: readonly AbstractResource[],
    method: string,
    path: string,
    url: string,
    allowed: string[],
  ): RouteResolution | null {
    for (let i = 0; i < candidates.length; i++) {
      const found = candidates[i]?.resolve(method, path, url) ?? null;
      if (found === null) continue;
      if (found.route !== null) chainOf(found.route, this.#wrap);
      if (found.route !== null || found.wrap !== undefined) return found;
      for (const each of found.allowed) allowed.push(each); // a spread takes longer
    }
    return null;
  }

  /** Finds a resource by name; an unknown one is a `TypeError` that lists the known names. */
  named(name: string): AbstractResource {
    const resource = this.#named.get(name);
    if (resource !== undefined) return resource;
    const known = [...this.#named.keys()].map((each) => `"${each}"`).join(", ");
    throw new TypeError(`No resource is named "${name}"; the names are: ${known || "none"}`);
  }

  /** Whether a name is taken. */
  has(name: string): boolean {
    return this.#named.has(name);
  }

  /** Lists all resources in the order of registration. */
  resources(): readonly AbstractResource[] {
    return [...this.#resources];
  }

  /** Lists the routes as registered, those of sub-applications below a prefix included. */
  routes(): readonly Route[] {
    return this.#resources.flatMap((each) => each.routes ?? []);
  }

  /** Lists the named resources. */
  namedResources(): ReadonlyMap<string, AbstractResource> {
    return new Map(this.#named);
  }

  #checkOpen(path: string): void {
    if (!this.#frozen) return;
    throw new TypeError(
      `Cannot add "${path}": routes are frozen once the application has started or was added to another`,
    );
  }

  #addToIndex(resource: AbstractResource): void {
    if (resource.prefix === "") return void this.#first.push(resource);
    this.#longest = Math.max(this.#longest, resource.prefix.length);
    const bucket = this.#index.get(resource.prefix) ?? new Bucket();
    this.#index.set(resource.prefix, bucket);
    bucket.add(resource);
  }
}

tellHabits(Router.prototype, "app.router", ROUTER_HABITS);

/** The path up to the last slash within `length`. */
function above(path: string, length: number): string {
  const slash = path.lastIndexOf("/", length);
  return slash <= 0 ? "/" : path.slice(0, slash);
}
