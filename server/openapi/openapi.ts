import { nodeHttp } from "../../http/node_modules.ts";
import { described, OptionTable } from "../../http/options.ts";
import { Application } from "../application/application.ts";
import type { OpenAPIOperation, Route } from "../routing/route.ts";
import { Components, type JSONSchema, type ToJSONSchema } from "./components.ts";

/** Options of {@linkcode openapi}; what they hold is described by OpenAPI. */
export interface OpenAPIOptions {
  /** Title and version of the API. @default {{ title: "API", version: "0.0.0" }} */
  readonly info?: {
    readonly title: string;
    readonly version: string;
    readonly [member: string]: unknown;
  };
  /** Servers of the API. */
  readonly servers?: readonly { readonly url: string; readonly [member: string]: unknown }[];
  /** Security requirements of all routes; a route's own `openapi.security` replaces them. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  /** Security schemes by name, such as `{ bearer: { type: "http", scheme: "bearer" } }`. */
  readonly securitySchemes?: Readonly<Record<string, object>>;
  /** Descriptions of the tags. */
  readonly tags?: readonly { readonly name: string; readonly [member: string]: unknown }[];
  /** Converter for schemas without Standard JSON Schema. */
  readonly toJsonSchema?: ToJSONSchema;
}

export const OPENAPI_OPTIONS = new OptionTable<OpenAPIOptions>({
  info: "an object",
  servers: "a list",
  security: "a list",
  securitySchemes: "an object",
  tags: "a list",
  toJsonSchema: "a function",
}, { components: 'Write "securitySchemes"', title: 'Write "info: { title, version }"' });

/** A document of OpenAPI 3.1. */
export interface OpenAPIDocument {
  /** Version of the specification. */
  readonly openapi: "3.1.1";
  /** Title and version of the API. */
  readonly info: NonNullable<OpenAPIOptions["info"]>;
  /** Operations by path and method. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenAPIOperation>>>>;
  /** Shared schemas, security schemes. */
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>;
  /** Other members. */
  readonly [member: string]: unknown;
}

/** Options that `openapiRoutes()` was given, by application: the default of {@linkcode openapi}. */
export const knownOptions = new WeakMap<Application, OpenAPIOptions>();

const METHODS = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];
const NOT_PARAMETERS = /^(?:accept|content-type|authorization)$/i; // OpenAPI ignores them

const ISSUES = "RequestIssues";
const ISSUE = {
  type: "object",
  required: ["in", "message", "path"],
  properties: {
    in: { enum: ["params", "query", "headers", "form", "json"] },
    message: { type: "string" },
    path: { type: "array", items: { type: ["string", "integer"] } },
  },
};
const ISSUES_SCHEMA: JSONSchema = {
  type: "object",
  required: ["issues"],
  properties: { issues: { type: "array", items: ISSUE } },
};

/**
 * Describes the routes of an application by OpenAPI 3.1: their paths, the schemas that they
 * validate with, and their declared replies. Sub-applications below a prefix are included. Files,
 * routes for any method, and those with `openapi: false` are left out.
 * @param options Title, servers, security. Default: those of `web.openapiRoutes()`.
 * @throws {TypeError} If a schema cannot be converted; the message names route and part.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const app = new web.Application();
 * app.addRoutes([web.get("/users", () => web.jsonResponse([]), { openapi: { summary: "Users" } })]);
 * const { paths } = web.openapi(app, { info: { title: "Users", version: "1.0.0" } });
 * console.assert(paths["/users"]?.get?.summary === "Users");
 * ```
 */
export function openapi(
  app: Application,
  options: OpenAPIOptions = knownOptions.get(app) ?? {},
): OpenAPIDocument {
  OPENAPI_OPTIONS.check("web.openapi()", options);
  checkApplication("web.openapi()", app);
  const { info = { title: "API", version: "0.0.0" }, securitySchemes, toJsonSchema } = options;
  const components = new Components(toJsonSchema);
  const paths: Record<string, Record<string, OpenAPIOperation>> = {};
  const ids = new Set<string>();
  const shapes = new Map<string, string>();
  for (const route of app.router.routes()) {
    const { operation, resource: { canonical } } = route;
    if (operation?.openapi === false) continue;
    const shape = canonical.replaceAll(/\{[^{}]*\}/g, "{}");
    const path = shapes.get(shape) ?? canonical; // two templates of one shape are one path
    shapes.set(shape, path);
    const own = METHODS.filter((each) => each === route.method);
    for (const method of route.method === "*" ? operation?.methods ?? [] : own) {
      const made = describe(route, method, path, components);
      checkSecurity(made, options, `${method} ${path}`);
      while (ids.has(made.operationId)) made.operationId += "_";
      ids.add(made.operationId);
      (paths[path] ??= {})[method.toLowerCase()] ??= made;
    }
  }
  for (const item of Object.values(paths)) if (item["get"] !== undefined) delete item["head"];
  checkSecurity(options, options, "the document");
  return {
    openapi: "3.1.1",
    info,
    ...optional("servers", options.servers),
    ...optional("security", options.security),
    ...optional("tags", options.tags),
    paths,
    components: {
      ...optional("securitySchemes", securitySchemes),
      schemas: components.schemas,
    },
  };
}

export function checkApplication(where: string, app: Application): void {
  if (app instanceof Application) return;
  throw new TypeError(`${where} takes an Application first, got ${described(app)}`);
}

function describe(
  { operation, resource }: Route,
  method: string,
  path: string,
  components: Components,
): OpenAPIOperation & { operationId: string } {
  const { schemas = {}, openapi = {} } = operation ?? {};
  const { query, params, headers, form, json, response } = schemas;
  const where = `${method} ${resource.canonical}`;
  const id = `${method.toLowerCase()}${path.replaceAll(/[^\p{L}\p{N}]+/gu, "_")}`.replace(/_$/, "");
  const add = (schema: typeof query, part: string, side: "input" | "output" = "input") =>
    schema && components.add(schema, side, `${part} of ${where}`);

  const inPath = propertiesOf(add(params, "params"), components);
  const own = namesIn(resource.canonical);
  const parameters = namesIn(path).map((name, at) => {
    const schema = inPath.find((each) => each.name === own[at])?.schema ?? { type: "string" };
    return { name, in: "path", required: true, schema };
  });
  const others = (["query", "headers"] as const).flatMap((part): object[] => {
    const schema = add(part === "query" ? query : headers, part);
    const place = part === "query" ? "query" : "header";
    const found = propertiesOf(schema, components);
    if (schema !== undefined && found.length === 0 && part === "query") {
      return [{ name: "query", in: place, style: "form", explode: true, schema }];
    }
    return found.filter(({ name }) => part === "query" || !NOT_PARAMETERS.test(name))
      .map(({ name, required, schema }) => ({ name, in: place, required, schema }));
  });
  const body = bodyOf(add(json, "json"), add(form, "form"));
  const hasInput = [query, params, headers, form, json].some((each) => each !== undefined);
  return {
    operationId: id,
    ...optional("parameters", [...parameters, ...others]),
    ...optional("requestBody", body),
    responses: {
      ...hasInput ? refusal(schemas.status ?? 422, components) : null,
      ...Object.fromEntries(
        Object.entries(response ?? {}).map(([status, schema]) => {
          const found = schema === null ? undefined : add(schema, `reply ${status}`, "output");
          const { description = nodeHttp().STATUS_CODES[status] ?? "Reply" } = found ?? {};
          return [status, { description, ...optional("content", jsonContent(found)) }];
        }),
      ),
      ...response === undefined ? { default: { description: "Any other reply" } } : null,
    },
    ...openapi === false ? null : openapi,
  };
}

function refusal(status: number, components: Components): object {
  components.schemas[ISSUES] = ISSUES_SCHEMA;
  const content = jsonContent({ $ref: `#/components/schemas/${ISSUES}` });
  return { [status]: { description: "Invalid data", content } };
}

function bodyOf(json?: JSONSchema, form?: JSONSchema): object | undefined {
  if (json === undefined && form === undefined) return undefined;
  const forms = form && {
    "multipart/form-data": { schema: form },
    "application/x-www-form-urlencoded": { schema: form },
  };
  return { required: true, content: { ...jsonContent(json), ...forms } };
}

function jsonContent(schema: JSONSchema | undefined): object | undefined {
  return schema && { "application/json": { schema } };
}

interface Property {
  readonly name: string;
  readonly schema: unknown;
  readonly required: boolean;
}

/** The properties of an object's schema, those of its `allOf` included. */
function propertiesOf(schema: JSONSchema | undefined, components: Components): Property[] {
  if (schema === undefined) return [];
  const { properties, required, allOf } = components.resolve(schema);
  const needed = Array.isArray(required) ? required : [];
  return [
    ...Object.entries(properties ?? {}).map(([name, schema]) => ({
      name,
      schema,
      required: needed.includes(name),
    })),
    ...(Array.isArray(allOf) ? allOf : []).flatMap((each) => propertiesOf(each, components)),
  ];
}

function namesIn(canonical: string): string[] {
  return [...canonical.matchAll(/\{([^{}]*)\}/g)].map(([, name = ""]) => name);
}

function checkSecurity(
  { security = [] }: { readonly security?: OpenAPIOptions["security"] },
  { securitySchemes = {} }: OpenAPIOptions,
  where: string,
): void {
  for (const name of security.flatMap((each) => Object.keys(each))) {
    if (Object.hasOwn(securitySchemes, name)) continue;
    const known = Object.keys(securitySchemes).join(", ") || "none";
    throw new TypeError(`Cannot describe ${where}: "${name}" is not in securitySchemes (${known})`);
  }
}

function optional(name: string, value: unknown): object | null {
  const isEmpty = value === undefined || Array.isArray(value) && value.length === 0;
  return isEmpty ? null : { [name]: value };
}
