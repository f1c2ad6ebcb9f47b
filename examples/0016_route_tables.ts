// deno run --allow-net=localhost examples/0016_route_tables.ts
// Handlers: a list of routes as in Django, a table filled module by module as in Flask.
// 处理器：像 Django 一样列出路由，或像 Flask 一样逐模块登记。
import { ClientSession, web } from "@roundtrip/http";

// A handler is a function from a request to a response, or to a promise of one.
// 处理器是从请求到响应（或其 Promise）的函数。
const hello: web.Handler = (request) => web.textResponse(`${request.method} ${request.path}`);

const users = new web.RouteTable();
users.get("/users", hello);
users.post("/users", async (request) => web.textResponse(`made ${await request.text()}`));
users.delete("/users/{id}", (request) => web.textResponse(`deleted ${request.matchInfo.id}`));

const app = new web.Application();
app.addRoutes([web.get("/", hello), web.put("/", hello), ...users]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

const requests = [
  ["GET", "/"],
  ["PUT", "/"],
  ["GET", "/users"],
  ["POST", "/users"],
  ["DELETE", "/users/7"],
  ["DELETE", "/"], // known path, other method 路径存在，方法不同
  ["GET", "/nothing"],
] as const;
for (const [method, path] of requests) {
  const body = method === "POST" ? { data: "ann" } : {};
  await using response = await session.request(method, path, body);
  console.log(response.status, response.headers.get("allow") ?? "", await response.text());
}

// Prints:
// 200  GET /
// 200  PUT /
// 200  GET /users
// 200  made ann
// 200  deleted 7
// 405 GET,HEAD,PUT 405: Method Not Allowed
// 404  404: Not Found
