import { assert, assertEquals, assertThrows } from "@std/assert";
import { web } from "@roundtrip/http";
import { quietApp, raw } from "../_raw.ts";

const text = (value: string): web.Handler => () => web.textResponse(value);

Deno.test("a sub-application at /sub/ with the route '' serves /sub only", async () => {
  const app = quietApp();
  const sub = new web.Application();
  sub.addRoutes([web.get("", text("root"))]);
  app.addSubapp("/sub/", sub);
  assertEquals(await (await app.request("/sub")).text(), "root");
  assertEquals((await app.request("/sub/")).status, 404);
});

Deno.test("a sub-application owns its prefix: no fall-through, but a longer path of its parent first", async () => {
  const app = quietApp();
  const sub = new web.Application();
  sub.addRoutes([web.get("/x", text("sub x")), web.post("/post", text("sub post"))]);
  app.addRoutes([
    web.get("/sub/y", text("parent y")),
    web.get("/sub/x/longer", text("parent longer")),
    web.get("/subway", text("parent subway")),
    web.get("/{tail:.*}", text("parent tail")),
  ]);
  app.addSubapp("/sub", sub);
  const rows: [string, number, string | null][] = [
    ["/sub/x", 200, "sub x"],
    ["/sub/y", 200, "parent y"], // its fixed part is longer than "/sub"
    ["/sub/x/longer", 200, "parent longer"],
    ["/sub/z", 404, null],
    ["/sub", 404, null],
    ["/sub/post", 405, null],
    ["/subway", 200, "parent subway"],
    ["/suburb", 200, "parent tail"],
  ];
  for (const [path, status, body] of rows) {
    const response = await app.request(path);
    assertEquals(response.status, status, path);
    if (body !== null) assertEquals(await response.text(), body, path);
    if (status === 405) assertEquals(response.headers.get("allow"), "POST");
  }
});

Deno.test("middlewares run from the outermost in, each with its own request.app", async () => {
  const seen: string[] = [];
  const apps = new Map<unknown, string>();
  const note = (label: string): web.Middleware => async (request, handler) => {
    seen.push(`${label}> ${apps.get(request.app)}`);
    try {
      return await handler(request);
    } finally {
      seen.push(`<${label} ${apps.get(request.app)}`);
    }
  };
  const app = quietApp({ middlewares: [note("a1"), note("a2")] });
  const sub = new web.Application({ middlewares: [note("s1")] });
  const inner = new web.Application({ middlewares: [note("i1")] });
  apps.set(app, "app").set(sub, "sub").set(inner, "inner");
  inner.addRoutes([web.get("/x", (request) => {
    seen.push(`handler ${apps.get(request.app)} ${request.apps.length}`);
    return web.textResponse("");
  })]);
  sub.addSubapp("/inner", inner);
  app.addSubapp("/sub", sub);
  await app.request("/sub/inner/x");
  assertEquals(seen, [
    "a1> app",
    "a2> app",
    "s1> sub",
    "i1> inner",
    "handler inner 3",
    "<i1 inner",
    "<s1 sub",
    "<a2 app",
    "<a1 app",
  ]);
  seen.length = 0;
  assertEquals((await app.request("/sub/none")).status, 404);
  assertEquals(seen, ["a1> app", "a2> app", "s1> sub", "<s1 sub", "<a2 app", "<a1 app"]);
  seen.length = 0;
  assertEquals((await app.request("/none")).status, 404);
  assertEquals(seen, ["a1> app", "a2> app", "<a2 app", "<a1 app"]);
});

Deno.test("nested sub-applications build URLs with all prefixes", async () => {
  const app = quietApp();
  const sub = new web.Application();
  const inner = new web.Application();
  inner.addRoutes([
    web.get(
      "/x/{id}",
      (request) =>
        web.textResponse(`${request.app.router.named("x").urlFor({ id: request.matchInfo.id })}`),
      {
        name: "x",
      },
    ),
  ]);
  sub.addSubapp("/inner", inner);
  assertEquals(`${inner.router.named("x").urlFor({ id: "1" })}`, "/inner/x/1");
  app.addSubapp("/sub", sub);
  assertEquals(await (await app.request("/sub/inner/x/7")).text(), "/sub/inner/x/7");
  assertEquals(inner.router.named("x").canonical, "/sub/inner/x/{id}");
  assertThrows(() => app.router.resources()[0]?.urlFor(), TypeError, 'sub-application at "/sub"');
});

Deno.test("configDict looks a key up from the sub-application outwards", async () => {
  const NAME = new web.AppKey<string>("name");
  const OUTER = new web.AppKey<string>("outer");
  const NONE = new web.AppKey<string>("none");
  const app = quietApp();
  app.set(NAME, "app");
  app.set(OUTER, "outer");
  const sub = new web.Application();
  sub.set(NAME, "sub");
  sub.addRoutes([web.get("/x", ({ configDict }) => {
    assertThrows(() => configDict.get(NONE), TypeError, '"none"');
    return web.jsonResponse([configDict.get(NAME), configDict.get(OUTER), configDict.has(NONE)]);
  })]);
  app.addSubapp("/sub", sub);
  assertEquals(await (await app.request("/sub/x")).json(), ["sub", "outer", false]);
});

Deno.test("a sub-application that cannot be added is refused", async () => {
  const app = new web.Application();
  const taken = new web.Application();
  app.addSubapp("/taken", taken);
  const started = new web.Application();
  await started.startup();
  const rows: [string, () => void, string][] = [
    ["empty prefix", () => app.addSubapp("", new web.Application()), 'at ""'],
    ["only a slash", () => app.addSubapp("/", new web.Application()), 'at "/"'],
    ["no slash", () => app.addSubapp("x", new web.Application()), "expected a path"],
    ["a variable", () => app.addSubapp("/{x}", new web.Application()), "without variables"],
    ["itself", () => app.addSubapp("/x", app), "itself"],
    ["added before", () => app.addSubapp("/x", taken), "added before"],
    ["started", () => app.addSubapp("/x", started), "it has started"],
    ["frozen parent", () => started.addSubapp("/x", new web.Application()), "is frozen"],
    ["a route after it", () => taken.addRoutes([web.get("/", text(""))]), "was added to another"],
  ];
  for (const [name, add, message] of rows) {
    assert(assertThrows(add, TypeError, message).message.length < 200, name);
  }
});

Deno.test("domains are tried before all routes", async () => {
  const app = quietApp();
  const exact = new web.Application();
  exact.addRoutes([web.get("/x", text("exact"))]);
  const mask = new web.Application();
  mask.addRoutes([web.get("/x", text("mask"))]);
  const port = new web.Application();
  port.addRoutes([web.get("/x", text("port"))]);
  app.addRoutes([web.get("/x", text("app")), web.get("/y", text("app y"))]);
  app.addDomain("example.com", exact);
  app.addDomain("*.example.com", mask);
  app.addDomain("example.org:8080", port);
  const rows: [string, string, number, string][] = [
    ["http://example.com/x", "exact", 200, "/x"],
    ["http://EXAMPLE.com/x", "capitals", 200, "/x"],
    ["http://example.com:80/x", "port 80", 200, "/x"],
    ["http://www.example.com/x", "mask", 200, "/x"],
    ["http://a.b.example.com/x", "mask of two labels", 200, "/x"],
    ["http://notexample.com/x", "no label boundary", 200, "/x"],
    ["http://example.org:8080/x", "port", 200, "/x"],
    ["http://example.org/x", "without its port", 200, "/x"],
    ["http://example.com/y", "no fall-through", 404, "/y"],
    ["http://localhost/y", "the rest", 200, "/y"],
  ];
  const bodies = ["exact", "exact", "exact", "mask", "mask", "app", "port", "app", null, "app y"];
  for (const [index, [url, name, status]] of rows.entries()) {
    const response = await app.request(url);
    assertEquals(response.status, status, name);
    const expected = bodies[index];
    if (expected != null) assertEquals(await response.text(), expected, name);
  }
  await using server = await web.TestServer.start(app);
  const { body } = await raw(server.port, "/x", { host: "WWW.Example.COM:80" });
  assertEquals(body, "mask");
});

Deno.test("invalid domains are refused", () => {
  const app = new web.Application();
  for (
    const domain of ["", "http://example.com", "-a.com", "a-.com", "a..b", "a b.com", "a/b", "*_*"]
  ) {
    assertThrows(() => app.addDomain(domain, new web.Application()), TypeError, "domain");
  }
  assertEquals(app.router.resources().length, 0);
});
