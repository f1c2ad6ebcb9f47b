import { assertEquals } from "@std/assert";
import { z } from "zod";
import * as web from "../../../server/mod.ts";

const SOLD = { type: "https://shop.example/sold", title: "Sold", item: 7 };

function app(): {
  readonly app: web.Application;
  readonly logged: unknown[];
} {
  const logged: unknown[] = [];
  const app = new web.Application({
    middlewares: [web.problemDetails()],
    logger: { error: (_, error) => logged.push(error) },
  });
  const throwing = (error: () => unknown) => () => {
    throw error();
  };
  app.addRoutes([
    web.get("/text", throwing(() => new web.HTTPConflict({ text: "taken" }))),
    web.get("/plain", throwing(() => new web.HTTPForbidden({ headers: { "x-a": "1" } }))),
    web.get("/moved", throwing(() => new web.HTTPFound("/plain"))),
    web.get("/broken", throwing(() => new Error("secret"))),
    web.get("/sold", throwing(() => new web.HTTPConflict({ text: JSON.stringify(SOLD) }))),
    web.get("/brace", throwing(() => new web.HTTPBadRequest({ text: "{x" }))),
    web.post("/json", async (request) => web.jsonResponse(await request.json())),
    web.get(
      "/valid",
      web.validate({ query: z.object({ n: z.coerce.number() }) }, () => web.textResponse("")),
    ),
  ]);
  return { app, logged };
}

Deno.test("errors are problem details", async () => {
  const { app: server, logged } = app();
  const blank = "about:blank";
  const cases: [string, Record<string, unknown>][] = [
    ["/text", { type: blank, title: "Conflict", status: 409, detail: "taken" }],
    ["/plain", { type: blank, title: "Forbidden", status: 403 }],
    ["/none", { type: blank, title: "Not Found", status: 404 }],
    ["/broken", { type: blank, title: "Internal Server Error", status: 500 }],
    ["/sold", { ...SOLD, status: 409 }],
    ["/brace", { type: blank, title: "Bad Request", status: 400, detail: "{x" }],
    ["/valid?n=x", {
      type: blank,
      title: "Unprocessable Entity",
      status: 422,
      issues: [{
        in: "query",
        message: "Invalid input: expected number, received NaN",
        path: ["n"],
      }],
    }],
  ];
  for (const [path, problem] of cases) {
    const response = await server.request(path);
    assertEquals(response.headers.get("content-type"), "application/problem+json", path);
    assertEquals([response.status, await response.json()], [problem.status, problem], path);
  }
  assertEquals(logged.map((each) => (each as Error).message), ["secret"]); // of /broken alone
});

Deno.test("headers of the exception stay, and redirects stay as they are", async () => {
  const { app: server } = app();
  assertEquals((await server.request("/plain")).headers.get("x-a"), "1");
  const moved = await server.request("/moved");
  assertEquals([moved.status, moved.headers.get("location")], [302, "/plain"]);
  const wrong = await server.request("/text", { method: "POST" });
  assertEquals([wrong.status, wrong.headers.get("allow")], [405, "GET,HEAD"]);
  const json = await server.request("/json", { method: "POST", body: "{" });
  assertEquals((await json.json()).title, "Bad Request");
});
