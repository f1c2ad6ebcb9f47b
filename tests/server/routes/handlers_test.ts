import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { web } from "@roundtrip/http";
import { quietApp, raw } from "../_raw.ts";

const get = async (handler: unknown): Promise<[number, string, number]> => {
  const app = quietApp();
  app.addRoutes([web.get("/", handler as web.Handler)]);
  const response = await app.request("/");
  return [response.status, await response.text(), app.logged.length / 2];
};

Deno.test("every result and error of a handler becomes a response", async () => {
  const used = new Response("x");
  await used.text();
  const error = "500 Internal Server Error\n\nServer got itself in trouble";
  class Bound {
    #text = "bound";
    handle() {
      return web.textResponse(this.#text);
    }
  }
  const bound = new Bound();
  const rows: [string, unknown, [number, string, number]][] = [
    ["a response", () => web.textResponse("a"), [200, "a", 0]],
    ["a promise of one", () => Promise.resolve(web.textResponse("a")), [200, "a", 0]],
    [
      "a thenable",
      () => ({ then: (resolve: (r: Response) => void) => resolve(web.textResponse("a")) }),
      [200, "a", 0],
    ],
    ["a bound method", bound.handle.bind(bound), [200, "bound", 0]],
    ["nothing", () => undefined, [500, error, 1]],
    ["a promise of nothing", () => Promise.resolve(), [500, error, 1]],
    ["null", () => null, [500, error, 1]],
    ["text", () => "text", [500, error, 1]],
    ["a used response", () => used, [500, error, 1]],
    ["a returned exception", () => new web.HTTPNotFound(), [500, error, 1]],
    ["a thrown exception", () => {
      throw new web.HTTPNotFound();
    }, [404, "404: Not Found", 0]],
    ["a rejected exception", () => Promise.reject(new web.HTTPGone()), [410, "410: Gone", 0]],
    ["a thrown error", () => {
      throw new Error("secret");
    }, [500, error, 1]],
    ["thrown null", () => {
      throw null;
    }, [500, error, 1]],
    ["rejected undefined", () => Promise.reject(), [500, error, 1]],
    ["a thrown symbol", () => {
      throw Symbol("s");
    }, [500, error, 1]],
    ["a thrown object without prototype", () => {
      throw Object.create(null);
    }, [500, error, 1]],
  ];
  for (const [name, handler, expected] of rows) assertEquals(await get(handler), expected, name);
});

Deno.test("a returned exception names the remedy", async () => {
  const app = quietApp();
  app.addRoutes([web.get("/", (() => new web.HTTPNotFound()) as unknown as web.Handler)]);
  await app.request("/");
  assertMatch(String(app.logged[1]), /has to throw HTTP exceptions/);
});

Deno.test("a log entry stays one line for any path", async () => {
  const app = quietApp();
  app.addRoutes([web.get("/{tail:.*}", () => {
    throw new Error("boom");
  })]);
  await app.fetch(new Request("http://h/a%0Ab"));
  assertEquals(app.logged[0], 'Error handling GET "/a%0Ab"');
});

Deno.test("a view answers the methods it defines, HEAD only if it does", async () => {
  class Items extends web.View {
    get() {
      return web.textResponse(`get ${this.request.matchInfo.id}`);
    }
    async post() {
      return web.textResponse(await this.request.text());
    }
  }
  const app = quietApp();
  app.addRoutes([web.view("/items/{id}", Items)]);
  assertEquals(await (await app.request("/items/7")).text(), "get 7");
  const posted = await app.request("/items/7", { method: "POST", body: "body" });
  assertEquals(await posted.text(), "body");
  for (const method of ["HEAD", "PUT", "OPTIONS"]) {
    const response = await app.request("/items/7", { method });
    assertEquals([response.status, response.headers.get("allow")], [405, "GET,POST"], method);
  }
});

Deno.test("decorated methods answer with this being their instance", async () => {
  const routes = new web.RouteTable();
  class Base {
    readonly label: string;
    constructor(label: string) {
      this.label = label;
    }
    @routes.get("/{label}/{id:\\d+}", { name: "show" })
    show(request: web.ServerRequest<{ label: string; id: string }>) {
      return web.textResponse(`${this.label} ${this.hidden()} ${request.matchInfo.id}`);
    }
    @routes.post("/post")
    @routes.put("/put")
    async both(request: web.ServerRequest<Record<never, string>>) {
      return web.textResponse(`${request.method} ${await request.text()} ${this.label}`);
    }
    @routes.get("/static")
    static fixed() {
      return web.textResponse("static");
    }
    @routes.get("/private")
    #secret() {
      return web.textResponse(`private ${this.label}`);
    }
    protected hidden(): string {
      void this.#secret;
      return "base";
    }
  }
  class Derived extends Base {
    protected override hidden(): string {
      return "derived";
    }
  }
  new Derived("one");
  const app = quietApp();
  app.addRoutes(routes);
  const rows: [string, string, string][] = [
    ["GET", "/x/7", "one derived 7"],
    ["POST", "/post", "POST b one"],
    ["PUT", "/put", "PUT b one"],
    ["GET", "/static", "static"],
    ["GET", "/private", "private one"],
  ];
  for (const [method, path, expected] of rows) {
    const init = method === "GET" ? { method } : { method, body: "b" };
    assertEquals(await (await app.request(path, init)).text(), expected, path);
  }
  assertEquals(`${app.router.named("show").urlFor({ label: "a", id: "1" })}`, "/a/1");
  assertEquals(routes.length, 5);
});

Deno.test("two instances have their own routes", async () => {
  const routes = new web.RouteTable();
  class Counter {
    #count = 0;
    @routes.get("/count")
    count() {
      return web.jsonResponse(++this.#count);
    }
  }
  const [first, second] = [quietApp(), quietApp()];
  new Counter();
  first.addRoutes([...routes]);
  new Counter();
  second.addRoutes([...routes].slice(1));
  await first.request("/count");
  assertEquals(await (await first.request("/count")).json(), 2);
  assertEquals(await (await second.request("/count")).json(), 1);
  assertThrows(() => quietApp().addRoutes(routes), TypeError, "already registered");
});

Deno.test("routes without instance or handler are refused", () => {
  const routes = new web.RouteTable();
  class Forgotten {
    @routes.get("/forgotten")
    answer() {
      return web.textResponse("");
    }
  }
  assertThrows(
    () => [...routes],
    TypeError,
    'answer() for "/forgotten" belongs to a class without',
  );
  new Forgotten();
  assertEquals([...routes].length, 1);

  const empty = new web.RouteTable();
  empty.get("/typo", undefined);
  assertThrows(() => [...empty], TypeError, '"/typo" has neither handler nor method');
});

Deno.test("a view can be decorated", async () => {
  const routes = new web.RouteTable();
  @routes.view("/decorated", { name: "decorated" })
  class Decorated extends web.View {
    get() {
      return web.textResponse("view");
    }
  }
  assert(Decorated.prototype instanceof web.View);
  const app = quietApp();
  app.addRoutes(routes);
  assertEquals(await (await app.request("/decorated")).text(), "view");
});

const PATHS: readonly [string, web.NormalizePathOptions, string, string, number, string | null][] =
  [
    [
      "a slash is appended, the raw query kept",
      {},
      "/p/{x}/",
      "/p/1?x=%20y",
      308,
      "/p/1/?x=%20y",
    ],
    ["slashes are merged", {}, "/a/b", "/a///b", 308, "/a/b"],
    ["both", {}, "/a/b/", "/a//b", 308, "/a/b/"],
    ["a slash is not removed unless asked", {}, "/a/b", "/a//b/", 404, null],
    ["a slash is removed", { removeSlash: true }, "/a/b", "/a/b/", 308, "/a/b"],
    ["removed and merged", { removeSlash: true }, "/a/b", "//a//b//", 404, null],
    ["merged and removed", { removeSlash: true }, "/a/b", "//a//b/", 308, "/a/b"],
    ["nothing is merged", { mergeSlashes: false }, "/a/b", "/a//b", 404, null],
    ["GHSA-v6wp-4m6f-gcjg", {}, "/{tail:[^/].*}/", "//evil.com", 308, "/evil.com/"],
    [
      "a backslash does not lead to another host",
      {},
      "/{tail}/",
      "/\\evil.com",
      308,
      "/%5Cevil.com/",
    ],
    ["a path that is there", {}, "/a", "/a", 200, null],
    ["no path at all", {}, "/a", "/b", 404, null],
  ];

Deno.test("normalizePathMiddleware redirects to the normalized path", async () => {
  for (const [name, options, path, target, status, location] of PATHS) {
    const app = quietApp({ middlewares: [web.normalizePathMiddleware(options)] });
    app.addRoutes([web.get(path, () => web.textResponse("ok"))]);
    await using server = await web.TestServer.start(app);
    const response = await raw(server.port, target);
    assertEquals([response.status, response.headers.get("location")], [status, location], name);
  }
  const both = () => web.normalizePathMiddleware({ appendSlash: true, removeSlash: true });
  assertThrows(both, TypeError, "either appended or removed");
});

Deno.test("a handler's own 404 is left alone, sub-applications are looked into", async () => {
  const app = quietApp({
    middlewares: [web.normalizePathMiddleware({ redirectClass: web.HTTPFound })],
  });
  const sub = new web.Application();
  sub.addRoutes([web.get("/x/", () => web.textResponse("x"))]);
  app.addRoutes([
    web.get("/item", () => {
      throw new web.HTTPNotFound();
    }),
    web.get("/item/", () => web.textResponse("never")),
  ]);
  app.addSubapp("/sub", sub);
  assertEquals((await app.request("/item")).status, 404);
  const response = await app.request("/sub/x");
  assertEquals([response.status, response.headers.get("location")], [302, "/sub/x/"]);
});

Deno.test("a custom resource is tried in order and moves with its application", async () => {
  class Mirror implements web.AbstractResource {
    readonly name = "mirror";
    prefix = "/mirror";
    readonly route = new web.Route(
      "GET",
      (request) => web.textResponse(request.matchInfo.rest ?? ""),
      this,
    );
    get canonical(): string {
      return this.prefix;
    }
    resolve(method: string, path: string): web.RouteResolution | null {
      if (!path.startsWith(`${this.prefix}/`)) return null;
      if (method !== "GET") return { route: null, allowed: ["GET"] };
      return { route: this.route, params: { rest: path.slice(this.prefix.length) } };
    }
    addPrefix(prefix: string): void {
      this.prefix = prefix + this.prefix;
    }
    urlFor(): web.RelativeURL {
      return new web.RelativeURL(this.prefix);
    }
  }
  const seen: string[] = [];
  const sub = new web.Application({
    middlewares: [(request, handler) => {
      seen.push(request.path);
      return handler(request);
    }],
  });
  sub.router.registerResource(new Mirror());
  const app = quietApp();
  app.addRoutes([web.get("/{tail:.*}", () => web.textResponse("tail"))]);
  app.addSubapp("/sub", sub);
  assertEquals(await (await app.request("/sub/mirror/a/b")).text(), "/a/b");
  assertEquals(seen, ["/sub/mirror/a/b"]);
  const response = await app.request("/sub/mirror/a", { method: "POST" });
  assertEquals([response.status, response.headers.get("allow")], [405, "GET"]);
  assertEquals(`${sub.router.named("mirror").urlFor()}`, "/sub/mirror");
});
