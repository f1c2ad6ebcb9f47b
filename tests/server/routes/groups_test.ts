import { assertEquals, assertThrows } from "@std/assert";
import { web } from "../../../mod.ts";

/** A middleware that notes its name before and after the handler. */
function noting(name: string, notes: string[]): web.Middleware {
  return async (request, handler) => {
    notes.push(name);
    try {
      return await handler(request);
    } finally {
      notes.push(`/${name}`);
    }
  };
}

class Things extends web.View {
  get(): Response {
    return web.textResponse(`view ${this.request.matchInfo["user"] ?? ""}`);
  }
}

Deno.test("middlewares of application, groups and route run from the outside in", async () => {
  const notes: string[] = [];
  const inner = new web.RouteTable({ prefix: "/notes", middlewares: [noting("inner", notes)] })
    .get("/{id:\\d+}", (request) => {
      notes.push(`${request.matchInfo.id} ${request.resource?.canonical}`);
      return web.textResponse("note");
    }, { middlewares: [noting("one", notes), noting("two", notes)], name: "note" });
  const outer = new web.RouteTable({
    prefix: "/users/{user}",
    middlewares: [noting("outer", notes)],
  });
  outer.addRoutes(inner);
  outer.get("", (request) => web.textResponse(request.matchInfo.user));
  outer.view("/things", Things, { middlewares: [noting("view", notes)] });
  outer.static("/files", new URL("./", import.meta.url), { name: "files" });
  const app = new web.Application({ middlewares: [noting("app", notes)] });
  app.addRoutes(outer);

  const rows:
    readonly (readonly [path: string, status: number, text: string | null, notes: string])[] = [
      [
        "/users/ann/notes/7",
        200,
        "note",
        "app outer inner one two 7 /users/{user}/notes/{id} /two /one /inner /outer /app",
      ],
      ["/users/ann", 200, "ann", "app outer /outer /app"],
      ["/users/ann/things", 200, "view ann", "app outer view /view /outer /app"],
      ["/users/ann/files/groups_test.ts", 200, null, "app outer /outer /app"],
      ["/users/ann/files/none", 404, null, "app outer /outer /app"],
      ["/notes/7", 404, null, "app /app"],
      ["/users/ann/notes/x", 404, null, "app /app"],
    ];
  for (const [path, status, text, expected] of rows) {
    const response = await app.request(path);
    const body = await response.text();
    assertEquals([response.status, text ?? body, notes.splice(0).join(" ")], [
      status,
      body,
      expected,
    ], path);
  }
  const put = await app.request("/users/ann/things", { method: "PUT" });
  assertEquals([put.status, put.headers.get("allow")], [405, "GET"]);
  assertEquals(
    `${app.router.named("note").urlFor({ user: "ann", id: "7" })}`,
    "/users/ann/notes/7",
  );
  const file = app.router.named("files").urlFor({ user: "ann", filename: "a.txt" });
  assertEquals(`${file}`, "/users/ann/files/a.txt");
});

Deno.test("one handler in two groups keeps the two apart", async () => {
  const handler = (request: web.ServerRequest<unknown>) => web.textResponse(request.path);
  const refuse: web.Middleware = () => {
    throw new web.HTTPForbidden();
  };
  const app = new web.Application();
  for (const [prefix, middlewares] of [["/open", []], ["/closed", [refuse]]] as const) {
    app.addRoutes(new web.RouteTable({ prefix, middlewares }).get("/x", handler));
  }
  assertEquals((await app.request("/open/x")).status, 200);
  assertEquals((await app.request("/closed/x")).status, 403);
});

Deno.test("decorated methods are in the group of their table", async () => {
  const notes: string[] = [];
  const table = new web.RouteTable({ prefix: "/api", middlewares: [noting("group", notes)] });
  class Counter {
    @table.get("/count/{n}", { middlewares: [noting("method", notes)] })
    count(request: web.ServerRequest<{ n: string }>): Response {
      return web.textResponse(request.matchInfo.n);
    }
  }
  const whole = new web.RouteTable({ prefix: "/v1" });
  assertThrows(() => whole.addRoutes(table), TypeError, "without an instance");
  new Counter();
  whole.addRoutes(table);
  const app = new web.Application();
  app.addRoutes(whole);
  assertEquals(await (await app.request("/v1/api/count/7")).text(), "7");
  assertEquals(notes.join(" "), "group method /method /group");
});

Deno.test("a group may be added to two others, and to itself", () => {
  const table = new web.RouteTable({ prefix: "/a" });
  table.get("/x", () => web.textResponse("x"));
  const paths = (routes: Iterable<web.RouteDef>) => [...routes].map((each) => each.path).join(" ");
  assertEquals(paths(new web.RouteTable({ prefix: "/b" }).addRoutes(table)), "/b/a/x");
  assertEquals(paths(new web.RouteTable({ prefix: "/c" }).addRoutes(table)), "/c/a/x");
  table.addRoutes(table);
  assertEquals(paths(table), "/a/x /a/a/x");
});

Deno.test("schemas may stand in the route, and the data is typed", async () => {
  const page: web.RouteSchemas["query"] & {
    "~standard": { types?: { output: { page: number } } };
  } = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) => {
        const page = Number((value as { page?: string }).page);
        return page > 0 ? { value: { page } } : { issues: [{ message: "Expected a page" }] };
      },
    },
  };
  const app = new web.Application();
  app.addRoutes([
    web.get(
      "/a/{id}",
      { query: page, status: 400, name: "a", allowHead: false },
      (request, data) => web.jsonResponse(`${request.matchInfo.id} ${data.query.page + 1}`),
    ),
    ...new web.RouteTable({ prefix: "/t" }).post(
      "/{id}",
      { query: page },
      (request, { query }) => web.jsonResponse(`${request.matchInfo.id} ${query.page + 1}`),
    ),
  ]);
  const rows:
    readonly (readonly [method: string, path: string, status: number, text: string | null])[] = [
      ["GET", "/a/x?page=6", 200, '"x 7"'],
      [
        "GET",
        "/a/x?page=x",
        400,
        '{"issues":[{"in":"query","message":"Expected a page","path":[]}]}',
      ],
      ["HEAD", "/a/x?page=6", 405, ""],
      ["POST", "/t/x?page=6", 200, '"x 7"'],
      ["POST", "/t/x", 422, '{"issues":[{"in":"query","message":"Expected a page","path":[]}]}'],
    ];
  for (const [method, path, status, text] of rows) {
    const response = await app.request(path, { method });
    assertEquals([response.status, await response.text()], [status, text], `${method} ${path}`);
  }
});
