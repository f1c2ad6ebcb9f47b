// deno run examples/0023_json_replies.ts
// Responding with JSON: any value, a status, headers, a custom serializer.
// 以 JSON 回复：任意值、状态码、响应头、自定义序列化。
import { web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/plain", () => web.jsonResponse({ some: "data", list: [1, null, "你"] })),
  web.get("/made", () => web.jsonResponse({ id: 7 }, { status: 201, headers: { location: "/7" } })),
  web.get(
    "/pretty",
    () => web.jsonResponse({ a: 1 }, { dumps: (value) => JSON.stringify(value, null, 2) }),
  ),
  web.post("/sum", async (request) => {
    const { a, b } = await request.json<{ a: number; b: number }>();
    return web.jsonResponse(a + b);
  }),
]);

const requests: [string, RequestInit][] = [
  ["/plain", {}],
  ["/made", {}],
  ["/pretty", {}],
  ["/sum", { method: "POST", body: '{"a": 1, "b": 2}' }],
  ["/sum", { method: "POST", body: "{" }], // malformed JSON: 400 JSON 有误：400
];
for (const [path, init] of requests) {
  const response = await app.fetch(new Request(`http://localhost${path}`, init));
  console.log(response.status, response.headers.get("content-type"), await response.text());
}

// Prints:
// 200 application/json {"some":"data","list":[1,null,"你"]}
// 201 application/json {"id":7}
// 200 application/json {
//   "a": 1
// }
// 200 application/json 3
// 400 text/plain; charset=utf-8 The body is not JSON: Expected property name or '}' in JSON at position 1 (line 1 column 2)
