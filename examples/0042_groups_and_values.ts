// deno run examples/0042_groups_and_values.ts
// Routes in groups with their own middlewares, and values made once a request, which end after it.
// 路由分组，各有中间件；每个请求创建一次的值，请求结束后释放。
import { web } from "@roundtrip/http";

interface Connection {
  readonly user: (id: string) => string;
}

const db = web.provide("db", async function* (): AsyncGenerator<Connection> {
  console.log("  open");
  yield await Promise.resolve({ user: (id) => `user ${id}` });
  console.log("  close"); // after the answer, also after an error 回复之后，出错也一样
});
const user = web.provide("user", async (request) => {
  const { user } = await db.of(request); // the same connection for all of the request 同一请求用同一连接
  return user(request.matchInfo["id"] ?? "guest");
});

const onlyAdmins: web.Middleware = async (request, handler) => {
  if (request.headers.get("authorization") !== "Bearer admin") throw new web.HTTPForbidden();
  return await handler(request);
};

const notes = new web.RouteTable({ prefix: "/notes" })
  .get("", async (request) => web.textResponse(`notes of ${await user.of(request)}`))
  .get("/{note:\\d+}", (request) => web.textResponse(`note ${request.matchInfo.note}`))
  .delete("", () => web.textResponse("deleted"), { middlewares: [onlyAdmins] });
const api = new web.RouteTable({ prefix: "/users/{id}" });
api.addRoutes(notes); // a group in a group: /users/{id}/notes 组中有组

function makeApp(): web.Application {
  const app = new web.Application();
  app.addRoutes(api);
  return app;
}

const fake = makeApp();
fake.set(db, () => ({ user: (id) => `fake ${id}` })); // a test's own value 测试自己的值

for (const app of [makeApp(), fake]) {
  for (const [method, path] of [["GET", ""], ["GET", "/7"], ["DELETE", ""]] as const) {
    const response = await app.request(`/users/ann/notes${path}`, { method });
    console.log(method, path, response.status, await response.text());
    await app.idle();
  }
}

// Prints:
//   open
// GET  200 notes of user ann
//   close
// GET /7 200 note 7
// DELETE  403 403: Forbidden
// GET  200 notes of fake ann
// GET /7 200 note 7
// DELETE  403 403: Forbidden
