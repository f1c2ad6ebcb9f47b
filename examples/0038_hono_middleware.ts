// deno run examples/0038_hono_middleware.ts
// Hono's middlewares around aiohttp-style handlers: CORS, security headers, request ids, and more.
// 用 Hono 的中间件包住 aiohttp 风格的处理器：CORS、安全头、请求编号等。
import { web } from "@roundtrip/http";
import { fromHono } from "@roundtrip/http/hono";
import { basicAuth } from "hono/basic-auth";
import { cors } from "hono/cors";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";

const app = new web.Application({
  middlewares: [
    fromHono(secureHeaders(), cors({ origin: "https://example.com" })),
    fromHono(requestId({ generator: () => "request-1" })),
    fromHono(basicAuth({ username: "ann", password: "secret" })),
  ],
});
app.addRoutes([
  web.get(
    "/",
    (request) => web.textResponse(`hello from ${request.hono.get("requestId")}`),
  ),
]);

for (const authorization of [`Basic ${btoa("ann:secret")}`, `Basic ${btoa("ann:guess")}`]) {
  const response = await app.fetch(
    new Request("http://localhost/", {
      headers: { authorization, origin: "https://example.com" },
    }),
  );
  console.log(response.status, await response.text());
  for (const name of ["access-control-allow-origin", "x-frame-options", "x-request-id"]) {
    console.log(` ${name}:`, response.headers.get(name));
  }
}

// Prints:
// 200 hello from request-1
//  access-control-allow-origin: https://example.com
//  x-frame-options: SAMEORIGIN
//  x-request-id: request-1
// 401 Unauthorized
//  access-control-allow-origin: https://example.com
//  x-frame-options: SAMEORIGIN
//  x-request-id: request-1
