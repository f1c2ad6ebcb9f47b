import { assert, assertEquals, assertMatch } from "@std/assert";
import { requestId as ofHono } from "hono/request-id";
import { fromHono } from "../../../server/hono.ts";
import * as web from "../../../server/mod.ts";

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

const idOf = ({ hono }: web.ServerRequest) => `${hono.get("requestId")}`;

function identified(): web.Application {
  const app = new web.Application({ middlewares: [web.requestId()] });
  app.addRoutes([
    web.get("/", (request) => web.textResponse(idOf(request))),
    web.get("/stream", async (request) => {
      const response = new web.StreamResponse();
      await response.prepare(request);
      await response.write(idOf(request));
      return response;
    }),
  ]);
  return app;
}

Deno.test("a request has its header's id, or a new one", async () => {
  const cases: [string | null, RegExp][] = [
    [null, UUID],
    ["a-b_c.1:+/=", /^a-b_c\.1:\+\/=$/],
    ["two words", UUID],
    ["x".repeat(129), UUID],
    ['"><script>', UUID],
  ];
  const app = identified();
  for (const path of ["/", "/stream"]) {
    for (const [given, expected] of cases) {
      const headers: HeadersInit = given === null ? {} : { "x-request-id": given };
      const response = await app.request(path, { headers });
      const id = response.headers.get("x-request-id") ?? "";
      assertMatch(id, expected);
      assertEquals(await response.text(), id);
    }
  }
});

Deno.test("errors have the id, in the reply and in the log", async () => {
  const lines: string[] = [];
  const app = new web.Application({
    middlewares: [web.problemDetails(), web.requestId()],
    logger: { error: (message) => lines.push(message) },
  });
  const shared = new web.HTTPForbidden();
  app.addRoutes([
    web.get("/", () => {
      throw new Error("broken");
    }),
    web.get("/shared", () => {
      throw shared;
    }),
  ]);
  await app.request("/", { headers: { "x-request-id": "r1" } });
  assertEquals(lines, ['Error handling GET "/" (r1)']);
  const replies = await Promise.all(
    ["a", "b", "c"].map((id) => app.request("/shared", { headers: { "x-request-id": id } })),
  );
  assertEquals(replies.map(({ headers }) => headers.get("x-request-id")), ["a", "b", "c"]);
});

Deno.test("Hono's middleware gives the same id", async () => {
  const app = new web.Application({ middlewares: [fromHono(ofHono())] });
  app.addRoutes([web.get("/", (request) => web.textResponse(idOf(request)))]);
  const response = await app.request("/");
  const id = await response.text();
  assert(id !== "" && id === response.headers.get("x-request-id"));
});
