import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { web } from "@roundtrip/http";
import { start } from "../../_process.ts";

const at = (path: string, init?: RequestInit): Request => new Request(`http://h${path}`, init);
const name: web.Handler = (request) => web.jsonResponse(request.matchInfo);

async function ask(app: web.Application, path: string, init?: RequestInit): Promise<string> {
  const response = await app.fetch(at(path, init));
  return `${response.status} ${await response.text()}`;
}

Deno.test("a route answers its path with its variables", async () => {
  const app = new web.Application();
  app.addRoutes([
    web.get("/", () => web.textResponse("root")),
    web.get("/users/{id:\\d+}", (request) => web.textResponse(`id ${request.matchInfo.id}`)),
    web.get("/users/{name}", (request) => web.textResponse(`name ${request.matchInfo.name}`)),
    web.get("/files/{tail:.*}", name),
  ]);
  assertEquals(await ask(app, "/"), "200 root");
  assertEquals(await ask(app, "/users/7"), "200 id 7");
  assertEquals(await ask(app, "/users/ada?x=1"), "200 name ada");
  assertEquals(await ask(app, "/users/a%2Fb%20c"), "200 name a/b c");
  assertEquals(await ask(app, "/files/a/b"), '200 {"tail":"a/b"}');
  assertEquals(await ask(app, "/files/"), '200 {"tail":""}');
  assertEquals(await ask(app, "/users/"), "404 404: Not Found");
});

Deno.test("matchInfo has the type of the path", () => {
  web.get("/a/{x}/{y:\\d{2,3}}/{z:(a|b){1}}", (request) => {
    const all: { readonly x: string; readonly y: string; readonly z: string } = request.matchInfo;
    // @ts-expect-error: the path has no such variable
    request.matchInfo.w;
    return web.jsonResponse(all);
  });
  web.get("/plain", (request) => {
    // @ts-expect-error: the path has no variables
    request.matchInfo.x;
    return new Response();
  });
  const general: web.Handler = (request) => web.textResponse(request.matchInfo["any"] ?? "");
  web.get("/{id}", general);
});

Deno.test("a known path with another method is 405 with sorted Allow", async () => {
  const app = new web.Application();
  app.addRoutes([web.put("/x", name), web.get("/x", name), web.post("/{any}", name)]);
  const response = await app.fetch(at("/x", { method: "DELETE" }));
  assertEquals(
    [response.status, response.headers.get("allow"), await response.text()],
    [405, "GET,HEAD,POST,PUT", "405: Method Not Allowed"],
  );
  assertEquals(await ask(app, "/none/x"), "404 404: Not Found");
});

const HEADS: [string, web.Handler, string | null][] = [
  ["a text", () => web.textResponse("héllo"), "6"],
  ["an empty body", () => new Response(""), "0"],
  ["no body", () => new Response(null), null],
  ["a length of its own", () => new Response("abc", { headers: { "content-length": "7" } }), "7"],
  ["a stream", () => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1)),
    });
    return new Response(endless as BodyInit);
  }, null],
  ["a stream that stalls", () => new Response(new ReadableStream()), null],
];
for (const [body, handler, length] of HEADS) {
  Deno.test(`HEAD runs the GET handler and sends the headers of ${body} without it`, async () => {
    const app = new web.Application();
    app.addRoutes([web.get("/", handler), web.get("/no", handler, { allowHead: false })]);
    const response = await app.fetch(at("/", { method: "HEAD" }));
    assertEquals([response.status, response.body], [200, null]);
    assertEquals(response.headers.get("content-length"), length);
    assertEquals((await app.fetch(at("/no", { method: "HEAD" }))).status, 405);
  });
}

class Items extends web.View {
  #prefix = "item";

  get(): Response {
    return web.textResponse(`${this.#prefix} ${this.request.matchInfo["id"]}`);
  }

  async post(): Promise<Response> {
    return web.textResponse(await this.request.text(), { status: 201 });
  }
}

Deno.test("a view answers by its methods and lists them in Allow", async () => {
  const app = new web.Application();
  app.addRoutes([web.view("/items/{id}", Items)]);
  assertEquals(await ask(app, "/items/3"), "200 item 3");
  assertEquals(await ask(app, "/items/3", { method: "POST", body: "new" }), "201 new");
  const response = await app.fetch(at("/items/3", { method: "HEAD" }));
  assertEquals([response.status, response.headers.get("allow")], [405, "GET,POST"]);
});

Deno.test("methods of an object are handlers once bound", async () => {
  class Counter {
    #count = 0;
    readonly up = (): Response => web.textResponse(String(++this.#count));
    show(): Response {
      return web.textResponse(`is ${this.#count}`);
    }
  }
  const counter = new Counter();
  const app = new web.Application();
  app.addRoutes([web.get("/up", counter.up), web.get("/", counter.show.bind(counter))]);
  assertEquals([await ask(app, "/up"), await ask(app, "/")], ["200 1", "200 is 1"]);
});

Deno.test("resources are named, listed and linked to", () => {
  const routes = new web.RouteTable();
  routes.get("/", name, { name: "root" }).post("/", name, { name: "root" })
    .get("/users/{id:\\d+}/{file}", name, { name: "user.file" }).get("/plain", name);
  const app = new web.Application();
  app.addRoutes(routes);
  const { router } = app;
  assertEquals(router.resources().map((each) => each.canonical), [
    "/",
    "/users/{id}/{file}",
    "/plain",
  ]);
  assertEquals([...router.namedResources().keys()], ["root", "user.file"]);
  const user = router.named("user.file");
  assertEquals(
    `${user.urlFor({ id: "7", file: "a b/c?d%20e#ж" })}`,
    "/users/7/a%20b/c%3Fd%2520e%23%D0%B6",
  );
  assertEquals(
    `${user.urlFor({ id: "7", file: "f" }).withQuery({ a: [1, 2], b: "x y" })}`,
    "/users/7/f?a=1&a=2&b=x+y",
  );
  assertThrows(() => user.urlFor({ id: "7" }), TypeError, '"file" has to be a string');
  assertThrows(() => router.named("nobody"), TypeError, 'the names are: "root", "user.file"');
});

const MISTAKES: [string, () => Iterable<web.RouteDef>, string][] = [
  ["no slash", () => [web.get("x", name)], 'Invalid path "x"'],
  ["an open brace", () => [web.get("/a{", name)], 'Invalid path "/a{"'],
  ["a bad regex", () => [web.get("/{a:[}", name)], 'Invalid path "/{a:[}"'],
  ["a variable twice", () => [web.get("/{a}/{a}", name)], '"a" stands in it twice'],
  ["a method twice", () => [web.get("/", name), web.get("/", name)], "method GET is already"],
  ["a bad method", () => [web.route("G T", "/", name)], '"G T" is not an HTTP method'],
  ["a bad name", () => [web.get("/", name, { name: "1x" })], '"1x"'],
  [
    "a name twice",
    () => [web.get("/a", name, { name: "n" }), web.get("/b", name, { name: "n" })],
    'Duplicate "n"',
  ],
  ["a view as a handler", () => [web.get("/", web.View as never)], "a class goes into web.view("],
  // deno-lint-ignore no-explicit-any -- invalid arguments from JavaScript
  ["no handler", () => [web.get("/", undefined as any)], "expected a handler function"],
];
for (const [mistake, routes, message] of MISTAKES) {
  Deno.test(`addRoutes() refuses ${mistake} and names it`, () => {
    assertThrows(() => new web.Application().addRoutes(routes()), TypeError, message);
  });
}

Deno.test("routes are frozen once the application has started", async () => {
  const app = new web.Application();
  await app.startup();
  assertThrows(() => app.addRoutes([web.get("/", name)]), TypeError, "frozen");
});

Deno.test("middlewares wrap from the outside in, see 404, and can change responses", async () => {
  const seen: string[] = [];
  const log = (label: string): web.Middleware => async (request, handler) => {
    seen.push(`${label}>`);
    try {
      return await handler(request);
    } catch (error) {
      seen.push(`${label}!${(error as web.HTTPException).status}`);
      throw error;
    } finally {
      seen.push(`<${label}`);
    }
  };
  const app = new web.Application({ middlewares: [log("a"), log("b")] });
  app.addRoutes([web.get("/", () => web.textResponse("x"))]);
  assertEquals(await ask(app, "/"), "200 x");
  assertEquals(await ask(app, "/none"), "404 404: Not Found");
  assertEquals(seen.join(" "), "a> b> <b <a a> b> b!404 <b a!404 <a");
});

Deno.test("an application carries typed values to its handlers", async () => {
  const GREETING = new web.AppKey<string>("greeting");
  const WHO = new web.AppKey<string>("who");
  const app = new web.Application({
    middlewares: [(request, handler) => {
      request.set(WHO, "ada");
      return handler(request);
    }],
  });
  app.set(GREETING, "hello");
  app.addRoutes([
    web.get("/", (request) => web.textResponse(`${request.app.get(GREETING)} ${request.get(WHO)}`)),
  ]);
  assertEquals(await ask(app, "/"), "200 hello ada");
  assertThrows(() => app.get(WHO), TypeError, '"who"');
});

Deno.test("start and end run in aiohttp's order", async () => {
  const seen: string[] = [];
  const context = (label: string): web.CleanupContext<web.Application> =>
    async function* () {
      seen.push(`${label} up`);
      yield;
      seen.push(`${label} down`);
    };
  const app = new web.Application();
  app.cleanupCtx.push(context("a"), context("b"));
  app.onStartup.push(() => void seen.push("startup"));
  app.onShutdown.push(() => void seen.push("shutdown"));
  app.onCleanup.push(() => void seen.push("cleanup"));
  app.addRoutes([web.get("/", () => web.textResponse("x"))]);
  await Promise.all([ask(app, "/"), ask(app, "/")]);
  await app.shutdown();
  await app.cleanup();
  assertEquals(seen.join(", "), "a up, b up, startup, shutdown, b down, a down, cleanup");
});

Deno.test("a context that fails at the start takes the ones before it down", async () => {
  const seen: string[] = [];
  const app = new web.Application();
  app.cleanupCtx.push(async function* () {
    yield;
    seen.push("down");
  }, async function* () {
    yield await Promise.reject(new Error("no database"));
  });
  app.onCleanup.push(() => void seen.push("cleanup"));
  await assertRejects(() => app.startup(), Error, "no database");
  assertEquals(seen, ["down"]);
});

Deno.test("clientMaxSize bounds every reader of a body, announced or not", async () => {
  const readers: Record<string, web.Handler> = {
    read: async (request) => web.textResponse(String((await request.read()).length)),
    text: async (request) => web.textResponse(await request.text()),
    json: async (request) => web.jsonResponse(await request.json()),
    post: async (request) => web.textResponse(String(await request.post())),
  };
  const app = new web.Application({ clientMaxSize: 100 });
  app.addRoutes(Object.entries(readers).map(([path, each]) => web.post(`/${path}`, each)));
  const type = { "content-type": "application/x-www-form-urlencoded" };
  for (const path of Object.keys(readers)) {
    const body = `"${"1".repeat(98)}"`;
    const exact = await app.fetch(at(`/${path}`, { method: "POST", body, headers: type }));
    assertEquals(exact.status, 200, path);
    await exact.text();
    let pulled = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(60).fill(49));
      },
    }, { highWaterMark: 0 });
    const reply = await app.fetch(at(`/${path}`, { method: "POST", body: stream, headers: type }));
    assertEquals(
      `${reply.status} ${await reply.text()}`,
      "413 Maximum request body size 100 exceeded.",
    );
    assert(pulled <= 3, `${path} read on: ${pulled} pieces`);
    const announced = at(`/${path}`, {
      method: "POST",
      body: "x",
      headers: { ...type, "content-length": "101" },
    });
    const refused = await app.fetch(announced);
    assertEquals(refused.status, 413);
    await refused.body?.cancel();
  }
});

const BODIES: [string, RequestInit, web.Handler, string][] = [
  [
    "text in its charset",
    {
      body: Uint8Array.of(0xc4, 0xe3),
      headers: { "content-type": "text/plain; charset=gbk" },
    },
    async (request) => web.textResponse(await request.text()),
    "200 你",
  ],
  [
    "an unknown charset",
    {
      body: "x",
      headers: { "content-type": "text/plain; charset=bogus" },
    },
    async (request) => web.textResponse(await request.text()),
    "415 Unknown charset: bogus",
  ],
  [
    "bytes that are not text",
    { body: Uint8Array.of(0xff) },
    async (request) => web.textResponse(await request.text()),
    "415 The body is not utf-8 text",
  ],
  [
    "a form",
    { body: new URLSearchParams([["a", "1 2"], ["a", ""], ["b", "ж"]]) },
    async (request) => web.jsonResponse([...await request.post()]),
    '200 [["a","1 2"],["a",""],["b","ж"]]',
  ],
  [
    "a body that is not a form",
    { body: "a=1" },
    async (request) => web.jsonResponse([...await request.post()]),
    "200 []",
  ],
  [
    "JSON of any content type",
    { body: '{"a":1}' },
    async (request) => web.jsonResponse(await request.json()),
    '200 {"a":1}',
  ],
];
for (const [body, init, handler, expected] of BODIES) {
  Deno.test(`a request reads ${body}`, async () => {
    const app = new web.Application();
    app.addRoutes([web.post("/", handler)]);
    assertEquals(await ask(app, "/", { method: "POST", ...init }), expected);
  });
}

Deno.test("malformed JSON is 400 and says where", async () => {
  const app = new web.Application();
  app.addRoutes([web.post("/", async (request) => web.jsonResponse(await request.json()))]);
  const reply = await ask(app, "/", { method: "POST", body: "{" });
  assert(reply.startsWith("400 The body is not JSON: "), reply);
});

Deno.test("every HTTP exception answers with its status and reason", async () => {
  const phrases: Record<number, string> = {};
  for (const [className, value] of Object.entries(web)) {
    if (
      !/^HTTP(?!Exception|Error|Move$|Successful|Redirection|ClientError|ServerError)/.test(
        className,
      )
    ) {
      continue;
    }
    const make = value as unknown as new (...args: unknown[]) => web.HTTPException;
    const error = className === "HTTPMethodNotAllowed"
      ? new web.HTTPMethodNotAllowed("GET", ["PUT"])
      : className === "HTTPRequestEntityTooLarge"
      ? new web.HTTPRequestEntityTooLarge(5, { text: "413: Request Entity Too Large" })
      : className === "HTTPUnavailableForLegalReasons"
      ? new web.HTTPUnavailableForLegalReasons("http://law/")
      : make.prototype instanceof web.HTTPMove
      ? new make("/x?é \r\n")
      : new make();
    assertEquals(error.name, className);
    phrases[error.status] = error.reason;
    const response = error.toResponse();
    const empty = [204, 205, 304].includes(error.status);
    assertEquals(await response.text(), empty ? "" : `${error.status}: ${error.reason}`);
    const location = response.headers.get("location");
    assertEquals(location, error instanceof web.HTTPMove ? "/x?%C3%A9%20%0D%0A" : null);
  }
  assertEquals(Object.keys(phrases).length, 51);
  assertThrows(() => new web.HTTPFound(""), TypeError, "need a location");
});

Deno.test("export default app answers under deno serve", async () => {
  const dir = await Deno.makeTempDir();
  const module = new URL("../../../mod.ts", import.meta.url).href;
  await Deno.writeTextFile(
    `${dir}/app.ts`,
    `import { web } from "${module}";
     const app = new web.Application();
     app.addRoutes([web.get("/", () => web.textResponse("served"))]);
     export default app;`,
  );
  const args = ["serve", "--config", "deno.json", "--port", "0", "--host", "127.0.0.1"];
  {
    await using server = start([Deno.execPath(), ...args, `${dir}/app.ts`]);
    const [url] = await server.waitFor(/http:\/\/127\.0\.0\.1:\d+\//);
    assertEquals(await (await fetch(url)).text(), "served");
  }
  await Deno.remove(dir, { recursive: true });
});
