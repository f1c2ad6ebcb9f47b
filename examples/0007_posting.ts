// deno run --allow-net=localhost examples/0007_posting.ts
// Posting forms, bytes, JSON and text: the type of the value decides.
// 提交表单、字节、JSON、文本：由值的类型决定。
import { ClientSession, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.post(
    "/post",
    async (request) =>
      web.textResponse(`${request.headers.get("content-type")}: ${await request.text()}`),
  ),
  web.route("*", "/any", () => web.textResponse("", { headers: { allow: "any" } })),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

const bodies = [
  { data: { key: "a value", other: "你" } }, // an object is a form 对象即表单
  { data: [["key", "1"], ["key", "2"]] as const }, // so are pairs, with repeated names 键值对也是，名字可重复
  { data: new TextEncoder().encode("\u0001bytes") },
  { data: "text, 文本" },
  { json: { some: "data" } },
  { data: "<a/>", headers: { "content-type": "text/xml" } }, // the caller's type wins 调用者的类型优先
];
for (const body of bodies) {
  await using response = await session.post("/post", body);
  console.log(JSON.stringify(await response.text()));
}

// The other methods: HEAD has no body, DELETE may have one.
// 其他方法：HEAD 没有响应体，DELETE 可以带请求体。
const others = [
  await session.put("/any", { data: { key: "value" } }),
  await session.patch("/any", { json: { key: "other" } }),
  await session.delete("/any"),
  await session.head("/any"),
  await session.options("/any"),
];
for (await using response of others) {
  console.log(response.method, response.status, response.headers.get("allow"));
}

// Prints:
// "application/x-www-form-urlencoded: key=a+value&other=%E4%BD%A0"
// "application/x-www-form-urlencoded: key=1&key=2"
// "application/octet-stream: \u0001bytes"
// "text/plain; charset=utf-8: text, 文本"
// "application/json: {\"some\":\"data\"}"
// "text/xml: <a/>"
// PUT 200 any
// PATCH 200 any
// DELETE 200 any
// HEAD 200 any
// OPTIONS 200 any
