// deno run --allow-net=localhost examples/0017_wildcards.ts
// A route for every method, and a variable that matches the rest of the path.
// 匹配所有方法的路由，和匹配其余路径的变量。
import { ClientSession, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.route("*", "/any", (request) => web.textResponse(`any method: ${request.method}`)),
  web.get("/files/{path:.*}", (request) => web.textResponse(`file: ${request.matchInfo.path}`)),
  web.get("/files/index", () => web.textResponse("the fixed path is longer, so it comes first")),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

const requests = [
  ["GET", "/any"],
  ["PATCH", "/any"],
  ["PURGE", "/any"],
  ["GET", "/files/a/b/c.txt"],
  ["GET", "/files/"],
  ["GET", "/files/index"],
] as const;
for (const [method, path] of requests) {
  await using response = await session.request(method, path);
  console.log(await response.text());
}

// Prints:
// any method: GET
// any method: PATCH
// any method: PURGE
// file: a/b/c.txt
// file:
// the fixed path is longer, so it comes first
