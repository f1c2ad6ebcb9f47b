// Route definitions: `web.get("/", handler)` and its siblings.
import { described, type OptionKinds, OptionTable } from "../../http/options.ts";
import type { Routed } from "../../http/schema/routed.ts";
import {
  checkMiddlewares,
  compose,
  type Handler,
  type HandlerResult,
  type Middleware,
} from "../request/middleware.ts";
import type { ServerRequest } from "../request/request.ts";
import type {
  ContractOf,
  ResultOf,
  RouteSchemas,
  SchemaHandler,
  Validated,
} from "../request/route_schemas.ts";
import {
  ROUTE_SCHEMAS,
  schemasOf,
  validate,
  VALIDATE_OPTIONS,
  type ValidateOptions,
} from "../request/validate.ts";
import type { CanonicalPath, PathParams } from "../routing/path_template.ts";
import type { Resource } from "../routing/resource.ts";
import type { OpenAPIOperation, RouteOperation } from "../routing/route.ts";
import { type ViewClass, viewHandler } from "./view.ts";
import { checkPath } from "./check_path.ts";

/** Options of a route definition. */
export interface RouteOptions {
  /** Name of the resource, for `app.router.named(name).urlFor()`. */
  readonly name?: string;
  /** Middlewares of this route, inside those of its application; the first is the outermost. */
  readonly middlewares?: readonly Middleware[];
  /** Description for `web.openapi()`, `false` to leave the route out. */
  readonly openapi?: OpenAPIOperation | false;
}

/** Options of a `GET` definition. */
export interface GetRouteOptions extends RouteOptions {
  /** Whether the handler answers `HEAD` too, without its body. @default {true} */
  readonly allowHead?: boolean;
}

const SPEC_KINDS = { ...ROUTE_SCHEMAS.kinds, ...VALIDATE_OPTIONS.kinds };
const REMEDIES = {
  middleware: 'Write "middlewares"',
  expecthandler: "The server answers Expect by itself",
};
const LATE = Object.fromEntries(
  Object.keys(SPEC_KINDS).map((name) => {
    return [name, `Schemas stand before the handler: web.get(path, { ${name} }, handler)`];
  }),
);

/** Tables for options after a handler, and for those with schemas before it. */
function tablesOf<Options extends RouteOptions>(kinds: OptionKinds<Options>) {
  const remedies = { ...ROUTE_SCHEMAS.remedies, ...REMEDIES };
  return {
    plain: new OptionTable<Options>(kinds, { ...REMEDIES, ...LATE }),
    spec: new OptionTable<object>({ ...SPEC_KINDS, ...kinds }, remedies),
  };
}

const KINDS: OptionKinds<RouteOptions> = {
  name: "a string",
  middlewares: "a list",
  openapi: "an object or a boolean",
};
const TABLES = tablesOf(KINDS);
const GET_TABLES = tablesOf<GetRouteOptions>({ ...KINDS, allowHead: "true or false" });

/** A route before it is added to an application. */
export interface RouteDef {
  /** Its method, `*` for any. */
  readonly methods: readonly string[];
  /** Path template. */
  readonly path: string;
  /** The handler. */
  readonly handler: Handler;
  /** Name of the resource, or `null`. */
  readonly name: string | null;
  /** Description of itself: schemas, and text for `web.openapi()`. */
  readonly operation?: RouteOperation;
  /** Creates a special kind of resource, such as that of static files, by name or `null`. */
  createResource?(path: string, name: string | null): Resource;
}

/** The contract of a route, by its method and path. */
export type RouteContracts<Method extends string, Path extends string, Schemas, Result> = {
  readonly [Key in `${Uppercase<Method>} ${CanonicalPath<Path>}`]: ContractOf<
    PathParams<CanonicalPath<Path>>,
    Schemas,
    Result
  >;
};

/** Schemas and options of a route in one object; an unknown name is a type error. */
export type RouteSpec<Schemas, Options> =
  & Schemas
  & {
    readonly [
      Unknown in Exclude<keyof Schemas, keyof (RouteSchemas & ValidateOptions & Options)>
    ]: never;
  };

/** Defines a route for a method. */
export interface DefineRoute<
  Method extends string,
  Options extends RouteOptions = RouteOptions,
  Made = RouteDef,
  Prefix extends string = "",
> {
  /** Defines a route by its handler; `/{name}` or `/{name:regex}` types `request.matchInfo`. */
  <const Path extends string, Result extends HandlerResult, Schemas = Record<never, never>>(
    path: Path,
    handler: SchemaHandler<PathParams<`${Prefix}${Path}`>, Schemas, Result>,
    options?: Options,
  ): Made & Routed<RouteContracts<Method, `${Prefix}${Path}`, Schemas, Result>>;
  /** Defines a route by schemas, which may stand with its options, see {@linkcode validate}. */
  <
    const Path extends string,
    const Schemas extends RouteSchemas & ValidateOptions & Options,
    Result extends HandlerResult,
  >(
    path: Path,
    spec: RouteSpec<Schemas, Options>,
    handler: (
      request: ServerRequest<PathParams<`${Prefix}${Path}`>>,
      data: Validated<Schemas>,
    ) => ResultOf<Schemas, Result> | Promise<ResultOf<Schemas, Result>>,
  ): Made & Routed<RouteContracts<Method, `${Prefix}${Path}`, Schemas, Result>>;
}

/**
 * Defines a route for a method, `*` for any.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.route("*", "/{id}", ({ matchInfo }) => web.textResponse(matchInfo.id))]);
 * console.assert(await (await app.request("/7", { method: "PUT" })).text() === "7");
 * ```
 */
export function route<
  const Method extends string,
  const Path extends string,
  Result extends HandlerResult,
  Schemas = Record<never, never>,
>(
  method: Method,
  path: Path,
  handler: SchemaHandler<PathParams<Path>, Schemas, Result>,
  options?: RouteOptions,
): RouteDef & Routed<RouteContracts<Method, Path, Schemas, Result>> {
  return define([method], path, handler, options);
}

/**
 * Defines a route for `GET`, and by default for `HEAD`; see {@linkcode DefineRoute}.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/{name}", ({ matchInfo }) => web.textResponse(matchInfo.name))]);
 * console.assert(await (await app.request("/ann")).text() === "ann");
 * ```
 */
export const get: DefineRoute<"GET", GetRouteOptions> = definer(["GET", "HEAD"], GET_TABLES);

/** Defines a route for `POST`, as {@linkcode get} does. */
export const post: DefineRoute<"POST"> = definer(["POST"]);

/** Defines a route for `PUT`, as {@linkcode get} does. */
export const put: DefineRoute<"PUT"> = definer(["PUT"]);
/** Defines a route for `PATCH`, as {@linkcode get} does. */
export const patch: DefineRoute<"PATCH"> = definer(["PATCH"]);
/** Defines a route for `DELETE`, as {@linkcode get} does; `delete` is a reserved word. */
export const del: DefineRoute<"DELETE"> = definer(["DELETE"]);
/** Defines a route for `HEAD`, as {@linkcode get} does. */
export const head: DefineRoute<"HEAD"> = definer(["HEAD"]);
/** Defines a route for `OPTIONS`, as {@linkcode get} does. */
export const options: DefineRoute<"OPTIONS"> = definer(["OPTIONS"]);

/**
 * Defines a route for a class-based view; another method than those of the class is `405`.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * class Users extends web.View {
 *   get(): Response {
 *     return web.textResponse(this.request.path);
 *   }
 * }
 * const app = new web.Application();
 * app.addRoutes([web.view("/users", Users)]);
 * console.assert((await app.request("/users", { method: "PUT" })).status === 405);
 * ```
 */
export function view<const Path extends string>(
  path: Path,
  viewClass: ViewClass,
  options?: RouteOptions,
): RouteDef & Routed<{ readonly [Key in `* ${Path}`]: never }> {
  const { handler, methods } = viewHandler(viewClass);
  const route = define(["*"], path, handler, options);
  return { ...route, operation: { ...route.operation, methods } };
}

const CALLED = '; write the function\'s name alone, without "()"';

function definer<Method extends string, Options extends RouteOptions>(
  methods: readonly string[],
  tables = TABLES,
): DefineRoute<Method, Options> {
  return (path: string, given: unknown, last?: unknown) =>
    define(methods, path, given, last, tables);
}

function define(
  methods: readonly string[],
  path: string,
  given: unknown,
  last: unknown = {},
  tables = TABLES,
): RouteDef & { readonly operation: RouteOperation } {
  const where = `Cannot add a route ${path}`;
  const isSpec = typeof last === "function" && typeof given === "object";
  const options = (isSpec ? given : last) as GetRouteOptions & RouteSchemas & ValidateOptions;
  tables[isSpec ? "spec" : "plain"].check(where, options);
  const { name = null, middlewares = [], openapi, allowHead, status = 422, ...schemas } = options;
  checkPath(where, path);
  const own: unknown = isSpec ? last : given;
  if (typeof own !== "function") {
    const called = own === undefined || typeof own === "object" ? CALLED : "";
    throw new TypeError(`${where}: expected a handler function, got ${described(own)}${called}`);
  }
  if (own.length > (isSpec ? 2 : 1)) {
    const takes = isSpec ? "the request and the data" : "the request";
    throw new TypeError(
      `${where}: a handler takes ${takes} and returns a Response, got ${described(own)} with ` +
        `${own.length} parameters; write (request) => web.textResponse("…")`,
    );
  }
  // The router fills matchInfo from the same path, so its type is right.
  const handler = (isSpec ? validate(schemas, own as Handler, { status }) : own) as Handler;
  checkMiddlewares(middlewares);
  return {
    methods: allowHead === false ? ["GET"] : methods,
    path,
    handler: compose(middlewares, handler),
    name,
    operation: { schemas: schemasOf(handler) ?? {}, openapi: openapi ?? {} },
  };
}
