import { type Context, Hono } from "hono";
import type { Result, Router as RouterOfHono } from "hono/router";
import type { H, RouterRoute } from "hono/types";
import type { ServeInfo } from "../engine/engine.ts";
import { rawPathOf } from "../request/base_request.ts";
import { requestBehind } from "../request/hono_context.ts";
import { decodePath, NO_PARAMS, toHonoPath } from "../routing/path_template.ts";
import type { Route, RouteResolution } from "../routing/route.ts";
import type { Router } from "../routing/router.ts";
import { setResponse, withHeaders } from "./hono_response.ts";

type Entry = [answer: H, route: RouterRoute];

export interface Exchange {
  readonly context: Context;
  readonly raw: Request;
  readonly passed: Request; // after Hono middlewares; `raw` if there were none
  readonly info: ServeInfo | undefined;
  readonly method: string;
  readonly found: RouteResolution;
}

/** A request between Hono's questions for its path and its match. */
interface Arrival extends Pick<Exchange, "raw" | "info"> {
  readonly url: string;
  readonly path: string;
  readonly entering: "any" | "HEAD" | null; // by fetch(); `null` if by Hono's own methods
}

/** A request between its match and its handler. */
type Matched = Omit<Exchange, "context" | "passed"> & Pick<Arrival, "entering">;

/** Answers a request: every error of a handler, a responder or a logger becomes a response. */
export type Dispatch = (exchange: Exchange) => Response | Promise<Response>;

/** Watches requests: wraps the function that answers them. */
export type Observer = (dispatch: Dispatch) => Dispatch;

export interface HonoRouterOptions {
  readonly resources: Router;
  answer(exchange: Exchange): Response | Promise<Response>;
  /** Starts the application; `null` once it has started. */
  starting(): Promise<void> | null;
}

/** Hono's `Router` over our resources, behind the routes that were added to the instance itself. */
export class HonoRouter implements RouterOfHono<Entry> {
  readonly name = "RoundtripRouter";
  readonly #options: HonoRouterOptions;
  readonly #added: RouterRoute[] = [];
  readonly #upgrades = new WeakMap<Request, Response>();
  #inner: RouterOfHono<Entry> | null = null;
  // Of the request being matched: Hono calls pathOf(), match() and the handler synchronously.
  #entering: Arrival["entering"] = null;
  #arrival: Arrival | null = null;
  #matched: Matched | null = null;
  #late: Promise<Response> | null = null;
  readonly #results = new WeakMap<Route, Result<Entry>>(); // of fixed paths: always the same

  constructor(options: HonoRouterOptions) {
    this.#options = options;
  }

  createHono(): Hono {
    const hono = new Hono({ router: this, getPath: (raw, options) => this.#pathOf(raw, options) });
    return Object.defineProperty(hono, "routes", { get: () => this.#routes() });
  }

  /** Hono's answer; for HEAD that to GET with its body, whose length is counted when it is sent. */
  fetch(
    hono: Hono,
    raw: Request,
    info: ServeInfo | undefined,
    entering: "any" | "HEAD",
  ): Response | Promise<Response> {
    this.#entering = entering;
    if (entering === "HEAD") {
      Object.defineProperty(raw, "method", { value: "GET", configurable: true });
    }
    const answered: unknown = hono.fetch(raw, info, HONO_EXECUTION);
    const late = this.#late;
    if (answered !== LATE || late === null) return answered as Response | Promise<Response>;
    this.#late = null;
    return late;
  }

  /** Whether anything was added to the Hono instance itself. */
  get isMounted(): boolean {
    return this.#inner !== null;
  }

  /** Adds a user's route or middleware to the Hono instance; called by Hono. */
  add(method: string, path: string, entry: Entry): void {
    if (this.#options.resources.frozen) {
      throw new TypeError(
        `Cannot add ${method} "${path}" to Hono: the application has started or was added to another; ` +
          "add it before, to the Hono instance of the outermost application",
      );
    }
    this.#inner ??= new Hono().router;
    this.#inner.add(method, path, entry);
    this.#added.push(entry[1]);
  }

  match(method: string, path: string): Result<Entry> {
    const arrival = this.#arrival;
    this.#arrival = null;
    if (arrival === null) return [[]]; // as Hono's helpers do to get the router's name
    const { resources, starting } = this.#options;
    const { raw, info, entering } = arrival;
    const verb = entering === "HEAD" ? entering : method;
    if (this.#inner !== null || starting() !== null) {
      return this.#matchAll(method, path, { ...arrival, method: verb });
    }
    const found = resources.resolve(verb, decodePath(arrival.path), arrival.url);
    this.#matched = { raw, info, entering, method: verb, found };
    const { route } = found;
    if (route === null || found.params !== NO_PARAMS) return this.#resultOf(found, verb);
    const known = this.#results.get(route);
    if (known?.[0][0]?.[0][1].method === verb) return known;
    const result = this.#resultOf(found, verb);
    this.#results.set(route, result);
    return result;
  }

  #resultOf(found: RouteResolution, method: string): Result<Entry> {
    return [[[[this.#handler, routeOf(found, method, this.#handler)], paramsOf(found)]]];
  }

  readonly #handler = (context: Context): Response | Promise<Response> => {
    const { raw, info, entering, method, found } = this.#matched as Matched;
    this.#matched = null;
    const answered = this.#options.answer({ context, raw, passed: raw, info, method, found });
    if (entering === null || !(answered instanceof Promise)) return answered;
    this.#late = answered;
    return LATE as unknown as Response;
  };

  /** Returns the response to send for Hono's. */
  leaving(raw: Request, response: Response): Response {
    const upgrade = this.#upgrades.get(raw);
    return upgrade === undefined ? response : withHeaders(upgrade, response.headers);
  }

  /** Behind middlewares, which may replace the request and change the response. */
  #matchAll(
    method: string,
    path: string,
    request: Arrival & { readonly method: string },
  ): Result<Entry> {
    const { resources, answer } = this.#options;
    const { raw } = request;
    const resolve = () => resources.resolve(request.method, decodePath(request.path), request.url);
    const found = resources.frozen ? resolve() : null;
    const handler = async (context: Context): Promise<Response> => {
      const wanted = new Headers(context.res.headers);
      await this.#options.starting();
      const passed = await requestBehind(context);
      const exchange = { ...request, context, passed, found: found ?? resolve() };
      const response = await answer(exchange);
      if (response.status === 101) this.#upgrades.set(raw, response);
      return setResponse(context, response, wanted);
    };
    const entry: Entry = [handler, routeOf(found, request.method, handler)];
    const params = found === null ? {} : paramsOf(found);
    if (this.#inner === null) return [[[entry, params]]];
    const matched = this.#inner.match(method, path);
    if (matched.length === 1) return [[...matched[0], [entry, params]]];
    const values = [...matched[1]]; // here parameters are indexes of values
    const numbers = Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, values.push(value) - 1]),
    );
    return [[...matched[0], [entry, numbers]], values];
  }

  /** `c.req.path`; also stores the request for the match. */
  #pathOf(raw: Request, options?: { env?: unknown }): string {
    const entering = this.#entering;
    this.#entering = null;
    if (entering === "HEAD") Reflect.deleteProperty(raw, "method");
    const { url } = raw;
    const path = rawPathOf(url);
    const info = options?.env as ServeInfo | undefined;
    this.#arrival = { raw, info, url, path, entering };
    return path.includes("%") ? honoPath(path) : path;
  }

  #routes(): RouterRoute[] {
    const ours = this.#options.resources.routes().map(({ resource, method, handler }) => ({
      basePath: "/",
      path: toHonoPath(resource.canonical),
      method: method === "*" ? "ALL" : method,
      handler: handler as unknown as H,
    }));
    return [...this.#added, ...ours];
  }
}

const LATE = {}; // for a promise of ours: Hono would chain two more to it, 5 % of a hello route

/** For `c.executionCtx`: background work of a middleware such as `cache()`. */
const HONO_EXECUTION = {
  waitUntil: (promise: Promise<unknown>): void => void promise.catch(() => {}),
  passThroughOnException: (): void => {},
  props: {},
};

/** As in Hono's own getPath(): "%25" stays, and so does a malformed path. */
function honoPath(path: string): string {
  try {
    return decodeURI(path.replaceAll("%25", "%2525"));
  } catch {
    return path;
  }
}

function routeOf(found: RouteResolution | null, method: string, handler: H): RouterRoute {
  const path = found?.route?.resource.canonical ?? "*";
  return { basePath: "/", path, method, handler };
}

/** Hono decodes parameters on access; ours are decoded already. */
function paramsOf(found: RouteResolution): Record<string, string> {
  if (found.route === null || found.params === NO_PARAMS) return NO_PARAMS;
  for (const name in found.params) {
    if (found.params[name]?.includes("%") !== true) continue;
    const encoded = Object.entries(found.params)
      .map(([key, value]) => [key, encodeURIComponent(value)]);
    return Object.fromEntries(encoded);
  }
  return found.params;
}
