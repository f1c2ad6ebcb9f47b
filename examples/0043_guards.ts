// deno run examples/0043_guards.ts
// Guards are middlewares, outermost first: an id for each request, errors as problem details, a
// limit a client, a time for each handler. Log-in is by bearer token here, by session in a browser.
// 守卫是中间件，最外层在前：请求编号、problem details、限流、处理时限、登录。
import { web } from "@roundtrip/http";

const users = new Map([["token-of-ann", { name: "ann", role: "admin" }]]);
const auth = web.auth({
  identity: "bearer",
  user: (token) => users.get(token) ?? null,
  permits: (user, permission) => user.role === permission,
});

const app = new web.Application({
  middlewares: [
    web.requestId(),
    web.problemDetails(),
    web.rateLimit({ limit: 4, window: 60_000 }),
    web.timeout(100),
  ],
});
app.addRoutes([
  web.get("/me", async (request) => web.jsonResponse(await auth.checkAuthorized(request))),
  web.delete("/", async (request) => {
    await auth.checkPermission(request, "owner");
    return web.textResponse("deleted");
  }),
  web.get("/slow", () => new Promise<Response>(() => {})),
]);

const requests: [method: string, path: string, token: string][] = [
  ["GET", "/me", "token-of-ann"],
  ["GET", "/me", "guess"],
  ["DELETE", "/", "token-of-ann"],
  ["GET", "/slow", "token-of-ann"],
  ["GET", "/me", "token-of-ann"],
];
for (const [method, path, token] of requests) {
  const headers = { authorization: `Bearer ${token}`, "x-request-id": path };
  const response = await app.request(path, { method, headers });
  console.log(method, response.headers.get("x-request-id"), response.headers.get("ratelimit"));
  console.log(" ", await response.text());
}

// Prints:
// GET /me "default";r=3;t=60
//   {"name":"ann","role":"admin"}
// GET /me "default";r=2;t=60
//   {"type":"about:blank","title":"Unauthorized","status":401}
// DELETE / "default";r=1;t=60
//   {"type":"about:blank","title":"Forbidden","status":403}
// GET /slow "default";r=0;t=60
//   {"type":"about:blank","title":"Gateway Timeout","status":504}
// GET /me "default";r=0;t=60
//   {"type":"about:blank","title":"Too Many Requests","status":429}
