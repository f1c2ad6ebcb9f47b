// deno run examples/0030_middlewares.ts
// Middlewares wrap every handler, the first one outermost.
// 中间件包住每个处理器，第一个在最外层。
import { web } from "@roundtrip/http";

const timing: web.Middleware = async (request, handler) => {
  console.log("in ", request.path);
  try {
    return await handler(request);
  } finally {
    console.log("out", request.path);
  }
};

const errorsAsJson: web.Middleware = async (request, handler) => {
  try {
    return await handler(request);
  } catch (error) {
    if (!(error instanceof web.HTTPException) || error.status < 400) throw error;
    return web.jsonResponse({ error: error.reason }, { status: error.status });
  }
};

const USER = new web.AppKey<string>("user");
const login: web.Middleware = (request, handler) => {
  const token = request.headers.get("authorization");
  if (token !== "Bearer let-me-in") throw new web.HTTPUnauthorized();
  request.set(USER, "ann");
  return handler(request);
};

const app = new web.Application({ middlewares: [timing, errorsAsJson, login] });
app.addRoutes([web.get("/", (request) => web.textResponse(`hello, ${request.get(USER)}`))]);

for (const authorization of ["Bearer let-me-in", "Bearer guess"]) {
  const request = new Request("http://localhost/", { headers: { authorization } });
  const response = await app.fetch(request);
  console.log(response.status, await response.text());
}

// Prints:
// in  /
// out /
// 200 hello, ann
// in  /
// out /
// 401 {"error":"Unauthorized"}
