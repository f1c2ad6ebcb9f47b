import { described, OptionTable } from "../../http/options.ts";
import { isStandardSchema } from "../../http/schema/standard_schema.ts";
import { HTTPBadRequest, HTTPUnprocessableEntity } from "../exceptions/replies.ts";
import type { HandlerResult } from "./middleware.ts";
import type { ServerRequest } from "./request.ts";
import type {
  RequestIssue,
  ResultOf,
  RouteSchemas,
  SchemaHandler,
  Validated,
} from "./route_schemas.ts";

export const ROUTE_SCHEMAS = new OptionTable<RouteSchemas>({
  query: "a Standard Schema (zod, valibot, arktype …)",
  params: "a Standard Schema (zod, valibot, arktype …)",
  headers: "a Standard Schema (zod, valibot, arktype …)",
  form: "a Standard Schema (zod, valibot, arktype …)",
  json: "a Standard Schema (zod, valibot, arktype …)",
  response: "an object",
}, {
  body: 'Write "json", or "form"',
  data: 'Write "json", or "form"',
  path: 'Write "params"',
  matchinfo: 'Write "params"',
  searchparams: 'Write "query"',
  header: 'Write "headers"',
  param: 'Write "params"',
  responses: 'Write "response"',
});

/** Options of {@linkcode validate}. */
export interface ValidateOptions {
  /** Status for invalid data. @default {422} */
  readonly status?: 400 | 422;
}

export const VALIDATE_OPTIONS = new OptionTable<ValidateOptions>({ status: "a number" });

export const PARTS = ["params", "query", "headers", "form", "json"] as const; // in this order

const kept = new WeakMap<object, RouteSchemas & ValidateOptions>();

/** Returns the schemas of a handler made by {@linkcode validate}, or `null`. */
export function schemasOf(handler: object): RouteSchemas & ValidateOptions | null {
  return kept.get(handler) ?? null;
}

/**
 * Validates parts of a request by Standard Schemas (zod, valibot, arktype, …), as the route
 * `web.get(path, { query }, handler)` does too. The handler gets their output; invalid data is
 * answered with all issues as JSON: `{ "issues": [{ "in", "message", "path" }] }`.
 * @example
 * ```ts
 * import { web } from "@roundtrip/http";
 *
 * const page = { // of zod, valibot, arktype …; this one is made by hand and takes everything
 *   "~standard": { version: 1, vendor: "example", validate: (value: unknown) => ({ value }) },
 * } as const;
 * const app = new web.Application();
 * const handler = web.validate({ query: page }, (_, { query }) => web.jsonResponse(query));
 * app.addRoutes([web.get("/", handler)]);
 * console.assert(await (await app.request("/?page=7")).text() === '{"page":"7"}');
 * ```
 */
export function validate<
  const Schemas extends RouteSchemas,
  Params = Record<string, string>,
  Result extends HandlerResult = HandlerResult,
>(
  schemas: Schemas & { readonly [Unknown in Exclude<keyof Schemas, keyof RouteSchemas>]: never },
  handler: (
    request: ServerRequest<Params>,
    data: Validated<Schemas>,
  ) => ResultOf<Schemas, Result> | Promise<ResultOf<Schemas, Result>>,
  options: ValidateOptions = {},
): SchemaHandler<Params, Schemas, ResultOf<Schemas, Result>> {
  ROUTE_SCHEMAS.check("web.validate()", schemas);
  VALIDATE_OPTIONS.check("web.validate()", options);
  for (const [status, schema] of Object.entries(schemas.response ?? {})) {
    if (/^[1-5]\d\d$/.test(status) && (schema === null || isStandardSchema(schema))) continue;
    const got = `${status}: ${described(schema)}`;
    throw new TypeError(
      `web.validate(): "response" takes a Standard Schema or null by status, got ${got}`,
    );
  }
  const { status = 422 } = options;
  const checks = PARTS.map((part) => [part, schemas[part]] as const);
  const validating = async (request: ServerRequest<Params>) => {
    const data: Partial<Record<(typeof PARTS)[number], unknown>> = {};
    const issues: RequestIssue[] = [];
    for (const [part, schema] of checks) {
      if (schema === undefined) continue;
      const result = await schema["~standard"].validate(await valueOf(part, request));
      if (result.issues === undefined) data[part] = result.value;
      for (const { message, path = [] } of result.issues ?? []) {
        issues.push({ in: part, message, path: path.map(keyOf) });
      }
    }
    if (issues.length > 0) throw refusal(status, issues);
    // Every part of the schemas was validated, so the data has its type.
    return await handler(request, data as Validated<Schemas>);
  };
  kept.set(validating, { ...schemas, status });
  return validating;
}

async function valueOf<Params>(
  part: (typeof PARTS)[number],
  request: ServerRequest<Params>,
): Promise<unknown> {
  switch (part) {
    case "params":
      return { ...request.matchInfo };
    case "query":
      return collect(request.query);
    case "headers":
      return collect(request.headers);
    case "form":
      return collect(await request.post());
    case "json":
      return await request.json();
  }
}

/** Values by name; without a prototype, so that "__proto__" is a plain name. */
function collect(pairs: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  const values: Record<string, unknown> = Object.create(null);
  for (const [name, value] of pairs) {
    const before = values[name];
    if (before === undefined) values[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else values[name] = [before, value];
  }
  return values;
}

function keyOf(segment: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof segment === "object" ? segment.key : segment;
  return typeof key === "number" ? key : String(key);
}

function refusal(
  status: 400 | 422,
  issues: readonly RequestIssue[],
): HTTPBadRequest | HTTPUnprocessableEntity {
  const options = { text: JSON.stringify({ issues }), contentType: "application/json" };
  return status === 400 ? new HTTPBadRequest(options) : new HTTPUnprocessableEntity(options);
}
