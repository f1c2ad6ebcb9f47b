import { assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import { corsRoutes } from "@roundtrip/http/hono";
import { cors } from "hono/cors";

const ORIGIN = "https://shop.example";

function service(): web.Application {
  const app = new web.Application();
  app.addRoutes(corsRoutes(cors({ origin: ORIGIN, credentials: true, maxAge: 60 }), [
    web.get("/items/{id}", ({ matchInfo }) => web.textResponse(matchInfo.id), { name: "item" }),
    web.put("/items/{id}", () => {
      throw new web.HTTPConflict();
    }, { name: "item" }),
    web.post("/own", () => web.textResponse("")),
    web.options("/own", () => web.textResponse("mine")),
  ]));
  app.addRoutes([web.get("/private", () => web.textResponse("private"))]);
  return app;
}

const NAMES = ["origin", "credentials", "methods", "max-age"].map((each) =>
  each === "max-age" ? "access-control-max-age" : `access-control-allow-${each}`
);

Deno.test("CORS applies to the routes given, preflights to the methods of their paths", async () => {
  const app = service();
  const cases: [string, string, string, number, (string | null)[]][] = [
    ["GET", "/items/7", ORIGIN, 200, [ORIGIN, "true", null, null]],
    ["PUT", "/items/7", ORIGIN, 409, [ORIGIN, "true", null, null]],
    ["GET", "/items/7", "https://evil.example", 200, [null, "true", null, null]],
    ["OPTIONS", "/items/7", ORIGIN, 204, [ORIGIN, "true", "GET,HEAD,PUT", "60"]],
    ["OPTIONS", "/items/7", "https://evil.example", 204, [null, "true", "GET,HEAD,PUT", "60"]],
    ["GET", "/private", ORIGIN, 200, [null, null, null, null]],
    ["OPTIONS", "/private", ORIGIN, 405, [null, null, null, null]],
    ["DELETE", "/items/7", ORIGIN, 405, [null, null, null, null]],
  ];
  for (const [method, path, origin, status, expected] of cases) {
    const preflight: HeadersInit = method === "OPTIONS"
      ? { "access-control-request-method": "PUT" }
      : {};
    const response = await app.request(path, { method, headers: { origin, ...preflight } });
    const seen = NAMES.map((name) => response.headers.get(name));
    assertEquals([response.status, seen], [status, expected], `${method} ${path} ${origin}`);
    await response.body?.cancel();
  }
  assertEquals(`${app.router.named("item").urlFor({ id: "7" })}`, "/items/7");
});
