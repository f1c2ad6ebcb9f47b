// deno run examples/0036_validation.ts
// Checked and typed input: a schema for each part of the request. Any Standard Schema library works
// (zod, valibot, arktype); this example has its own, to avoid a dependency.
// 校验并带类型的输入：请求的每部分一个模式，任何 Standard Schema 库都行。
import { type StandardSchemaV1, web } from "@roundtrip/http";

type Check<T> = (value: Record<string, unknown>) => T | string;

/** Makes a schema of a function that returns the value or an error message. */
function schema<T extends object>(check: Check<T>): StandardSchemaV1<unknown, T> {
  return {
    "~standard": {
      version: 1,
      vendor: "example",
      validate(value) {
        const result = check(value as Record<string, unknown>);
        return typeof result === "string" ? { issues: [{ message: result }] } : { value: result };
      },
    },
  };
}

const page = schema(({ page = "1" }) =>
  Number(page) >= 1 ? { page: Number(page) } : "page has to be 1 or more"
);
const item = schema(({ name }) => typeof name === "string" ? { name } : "name has to be a text");

const app = new web.Application();
app.addRoutes([
  web.get(
    "/items",
    web.validate(
      { query: page },
      (_request, { query }) => web.jsonResponse({ next: query.page + 1 }),
    ),
  ),
  web.post(
    "/items",
    web.validate(
      { json: item },
      (_request, { json }) => web.jsonResponse({ made: json.name.toUpperCase() }),
    ),
  ),
]);

const requests: [string, RequestInit][] = [
  ["/items?page=7", {}],
  ["/items?page=x", {}],
  ["/items", { method: "POST", body: '{"name": "pen"}' }],
  ["/items", { method: "POST", body: '{"name": 7}' }],
];
for (const [path, init] of requests) {
  const response = await app.fetch(new Request(`http://localhost${path}`, init));
  console.log(response.status, await response.text());
}

// Prints:
// 200 {"next":8}
// 422 {"issues":[{"in":"query","message":"page has to be 1 or more","path":[]}]}
// 200 {"made":"PEN"}
// 422 {"issues":[{"in":"json","message":"name has to be a text","path":[]}]}
