// deno run examples/0040_openapi.ts
// OpenAPI 3.1 from the routes: schemas of any library with Standard JSON Schema (zod, arktype,
// valibot by an adapter); this example has its own, to avoid a dependency.
// 由路由生成 OpenAPI 3.1：模式可来自任何支持 Standard JSON Schema 的库。
import { type StandardSchemaV1, web } from "@roundtrip/http";

type Shape = Readonly<Record<string, "string" | "number">>;
type Of<S extends Shape> = { readonly [Key in keyof S]: S[Key] extends "number" ? number : string };

/** A schema of an object; in a query numbers are text. */
function object<const S extends Shape>(shape: S, isQuery = false): StandardSchemaV1<Of<S>> {
  const properties = Object.fromEntries(
    Object.entries(shape).map(([key, type]) => [key, { type }]),
  );
  const toJSON = () => ({ type: "object", properties, required: Object.keys(shape) });
  const validate = (value: unknown) => {
    const given: Record<string, unknown> = { ...value as object };
    for (const [path, type] of Object.entries(shape)) {
      if (isQuery && type === "number") given[path] = Number(given[path]);
      if (typeof given[path] === type && !Number.isNaN(given[path])) continue;
      return { issues: [{ message: `expected a ${type}`, path: [path] }] };
    }
    return { value: given as Of<S> };
  };
  const standard = { version: 1, vendor: "own", validate } as const;
  return { "~standard": { ...standard, ...{ jsonSchema: { input: toJSON, output: toJSON } } } };
}

const Item = object({ id: "string", price: "number" });
const Problem = object({ error: "string" });

const items = new web.RouteTable({ prefix: "/items", openapi: { tags: ["items"] } })
  .get("/{id}", {
    query: object({ discount: "number" }, true),
    response: { 200: Item, 404: Problem },
    openapi: { summary: "An item and its price" },
  }, (request, { query }) => {
    const { id } = request.matchInfo;
    if (id !== "pen") return web.jsonResponse({ error: `no ${id}` }, { status: 404 });
    return web.jsonResponse({ id, price: 10 - query.discount });
  });

const app = new web.Application();
app.addRoutes([
  ...items,
  ...web.openapiRoutes(app, { info: { title: "Items", version: "1.0.0" } }), // the page is at /docs 页面在 /docs
]);

for (const path of ["/items/pen?discount=3", "/items/pen?discount=much", "/items/ink?discount=0"]) {
  const response = await app.request(path);
  console.log(response.status, await response.text());
}
const { paths } = await (await app.request("/openapi.json")).json();
console.log(Object.keys(paths["/items/{id}"].get.responses));

// Prints:
// 200 {"id":"pen","price":7}
// 422 {"issues":[{"in":"query","message":"expected a number","path":["discount"]}]}
// 404 {"error":"no ink"}
// [ "200", "404", "422" ]
