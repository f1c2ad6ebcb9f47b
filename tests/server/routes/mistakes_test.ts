import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { cors } from "hono/cors";
import { poweredBy } from "hono/powered-by";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { type ClientResponse, ClientSession, web } from "../../../mod.ts";

// deno-lint-ignore no-explicit-any -- mistakes in JavaScript
type Foreign = any;

const app = (): Foreign => new web.Application();
const express = (_request: Foreign, _response: Foreign, next: Foreign) => next();
const h = () => web.textResponse("x");

/** Code by users of other libraries, and the message they get. */
const SERVER: readonly (readonly [wrong: () => unknown, message: string])[] = [
  [() => web.get("/:name", h), 'write "/{name}"'],
  [() => web.get("/a/:id/b", h), 'write "/a/{id}/b"'],
  [() => web.get("/files/*", h), 'write "/files/{rest:.*}"'],
  [() => web.get("/", undefined as never), "expected a handler function, got undefined"],
  [() => web.get("/", "text" as never), "expected a handler function, got the string"],
  [() => web.post("/", h() as never), "got a Response"],
  [() => web.get("/", h, { middlewares: [1 as never] }), "middlewares[0]: a middleware is a"],
  [() => web.get("/", h, { middleware: [] } as never), 'Write "middlewares"'],
  [() => web.get("/", h, { query: {} } as never), "web.get(path, { query }, handler)"],
  [() => web.get("/", { query: {} } as object, h), "takes a Standard Schema"],
  [() => web.get("/", { qurey: {} } as object, h), 'did you mean "query"?'],
  [() => web.get("/", { responses: {} } as object, h), 'Write "response"'],
  [() => web.get("/", { response: { ok: null } } as object, h), "or null by status, got ok: null"],
  [() => web.get("/", { response: { 200: "x" } } as object, h), 'got 200: the string "x"'],
  [
    () => web.get("/", {}, ((_: Foreign, _1: Foreign, _2: Foreign) => h()) as never),
    "takes the request and the data and returns a Response",
  ],
  [() => new web.RouteTable({ prefx: "/x" } as never), 'did you mean "prefix"?'],
  [() => new web.RouteTable().addRoutes(web.get("/", h) as never), "takes a list, [web.get("],
  [() => web.openapi({} as never), "takes an Application first, got an object"],
  [() => web.openapiRoutes({ ui: false } as never), "takes an Application first, got an object"],
  [() => web.provide((() => 1) as never, () => 1), "takes a name and a factory, got a function"],
  [() => new web.RouteTable({ prefix: "/x/" }), "does not end with one"],
  [() => new web.RouteTable({ prefix: "x" }), 'it starts with "/"'],
  [() => new web.RouteTable({ prefix: "/:id" }), 'write "/{id}"'],
  [() => new web.RouteTable({ middlewares: [h() as never] }), "middlewares[0]: a middleware is a"],
  [() => web.get("/", h, { nmae: "x" } as never), 'did you mean "name"?'],
  [() => web.get("/", h, "name" as never), 'such as { name: "name" }'],
  [() => new web.Application({ client_max_size: 1 } as never), 'did you mean "clientMaxSize"?'],
  [() => new web.Application({ middleware: [] } as never), 'did you mean "middlewares"?'],
  [() => new web.Application({ middlewares: [1 as never] }), "middlewares[0]: a middleware is a"],
  [() => new web.Application({ logger: null as never }), '"logger" takes an object, got null'],
  [() => new web.Application().addRoutes(web.get("/", h) as never), "takes a list, [web.get("],
  [() => web.jsonResponse({}, 201 as never), "such as { status: 201 }"],
  [() => web.jsonResponse({}, { statusCode: 201 } as never), 'did you mean "status"?'],
  [() => web.jsonResponse(Promise.resolve()), "await it first"],
  [() => web.textResponse("", { content_type: "a/b" } as never), 'did you mean "contentType"?'],
  [() => web.validate({ qurey: {} } as object, h), 'did you mean "query"?'],
  [() => web.validate({ body: {} } as object, h), 'Write "json"'],
  [() => web.validate({ query: {} } as object, h), "takes a Standard Schema"],
  [() => new web.HTTPNotFound("text" as never), 'such as { text: "text" }'],
  [() => new web.HTTPNotFound({ reason: "x" } as never), 'did you mean "text"?'],
  [() => new web.AppRunner(new web.Application(), { timeout: 1 } as never), "unknown option"],
  [() => web.static("/", ".", { show_index: true } as never), 'did you mean "showIndex"?'],
  [() => web.compressMiddleware({ encodings: [] } as never), 'Write "codings"'],
  [() => web.setCookie(h(), "a", "b", { httponly: true } as never), 'did you mean "httpOnly"?'],
  [() => web.setCookie(h(), "a", "b", { maxAge: "1" as never }), '"maxAge" takes a number'],
  [() => new web.FileResponse("x", { headers: "a" } as never), "takes a map or a list of pairs"],
  [() => new web.WebSocketResponse({ protocol: "a" } as never), 'did you mean "protocols"?'],
  // Express, Fastify, Koa
  [
    () => web.get("/", ((_: Foreign, res: Foreign) => res.send("x")) as never),
    "2 parameters; write",
  ],
  [() => new web.Application({ middlewares: [express as never] }), "express with 3 parameters"],
  [() => new web.Application({ middlewares: [fetch("data:,") as never] }), "got a promise"],
  [() => app().use(h), "new web.Application({ middlewares: [middleware] })"],
  [() => app().get("/", h), "app.addRoutes([web.get(path, handler)])"],
  [() => app().post("/", h), "app.addRoutes([web.get(path, handler)]), web.post"],
  [() => app().all("/", h), "write app.addRoutes"],
  [() => app().route("/", h), "write app.addRoutes"],
  [() => app().listen(8080), "write await web.runApp(app, { port })"],
  [() => app().locals.user, "write app.set(KEY, value)"],
  [() => (app().locals = {}), "write app.set(KEY, value)"],
  [() => app().static("/", "."), "app.addRoutes([web.static(prefix, folder)])"],
  [() => app().inject("/"), "write await app.request(path"],
  // Hono
  [() => app().onError(h), "write a middleware that catches"],
  [() => app().notFound(h), "write a middleware that catches"],
  [() => app().on("GET", "/", h), "write app.addRoutes"],
  // FastAPI
  [() => app().add_middleware(h), "new web.Application({ middlewares: [middleware] })"],
  [() => app().include_router(h), "write app.addSubapp(prefix, application)"],
  [() => app().mount("/", h), "write app.addSubapp(prefix, application)"],
  [() => app().state.db, 'const KEY = new web.AppKey("name")'],
  [() => app().exception_handler(404), "write a middleware that catches"],
  [() => app().websocket("/"), "web.webSocket("],
  [() => web.get("/users/{id:int}", h), 'write "{id:\\d+}" in place of "{id:int}"'],
  [() => web.get("/{rest:path}", h), 'write "{rest:.*}" in place of "{rest:path}"'],
  // Flask
  [() => web.get("/users/<id>", h), 'write "{id}" in place of "<id>"'],
  [() => web.get("/users/<int:id>", h), 'write "{id}" in place of "<int:id>"'],
  [() => web.get("/search?page=1", h), "a path has no query, read request.query"],
  [() => app().addRoutes([web.get("users", h)]), 'it has to start with "/"'],
  [() => app().addRoutes([web.get("/{id}/{id}", h)]), "stands in it twice"],
  // aiohttp
  [() => app().add_routes([]), "write app.addRoutes(…)"],
  [() => app().add_subapp("/", h), "write app.addSubapp(prefix, application)"],
  [() => app().on_startup.append(h), "write app.onStartup.push(callback)"],
  [() => app().on_cleanup.append(h), "write app.onCleanup.push(callback)"],
  [() => app().cleanup_ctx.append(h), "write app.cleanupCtx.push(callback)"],
  [() => app().client_max_size, "it is app.clientMaxSize"],
  [() => app().router.add_get("/", h), "write app.addRoutes([web.get(path, handler)])"],
  [() => app().router.addGet("/", h), "write app.addRoutes([web.get(path, handler)])"],
  [() => app().router.get("/", h), "write app.addRoutes([web.get(path, handler)])"],
  [() => app().router.add_static("/", "."), "write app.addRoutes([web.static(prefix, folder)])"],
  [() => app().router.add_view("/", h), "web.view(path, ViewClass)"],
  [() => app().router.add_route("GET", "/", h), "write app.router.addRoute(…)"],
  [() => app().router.named_resources(), "write app.router.namedResources(…)"],
  [() => app().router.url_for("home"), "write app.router.named(name).urlFor(values)"],
  [() => app().addSubapp("/{x}", new web.Application()), 'expected a path such as "/admin"'],
  [() => app().addRoutes([web.get("/", web.View as never)]), "a class goes into web.view("],
  [() => web.view("/", h as never), "class Users extends web.View"],
  [() => web.view("/", Items as never), "write methods such as get() { … }"],
  [() => app().spawn("work"), "app.spawn() takes a promise or a function"],
  [() => app().router.named("home"), 'No resource is named "home"'],
];

for (const [wrong, message] of SERVER) {
  Deno.test(`reported where it is written: ${String(wrong).slice(6)}`, () => {
    assertThrows(wrong, TypeError, message);
  });
}

Deno.test("unknown options of the client are errors with the right name", async () => {
  const rows: readonly (readonly [method: "get" | "post", options: object, message: string])[] = [
    ["post", { body: "x" }, 'did you mean "data"?'],
    ["post", { josn: 1 }, 'did you mean "json"?'],
    ["post", { text: "x" }, 'did you mean "data"?'],
    ["post", { form: {} }, 'did you mean "data"?'],
    ["post", { json: Promise.resolve(1) }, "await it first"],
    ["get", { query: {} }, 'did you mean "params"?'],
    ["get", { searchParams: {} }, 'did you mean "params"?'],
    ["get", { retry: true }, '"retry" takes a number, got true'],
    ["get", { timeout: { totla: 1 } }, 'did you mean "total"?'],
    ["get", { timeout: { request: 1 } }, 'Write "total"'],
    ["get", { signal: new AbortController() }, "takes an AbortSignal"],
    ["get", { redirect: "manual" }, 'did you mean "allowRedirects"?'],
    ["get", { allow_redirects: false }, 'did you mean "allowRedirects"?'],
    ["get", { throwHttpErrors: true }, 'did you mean "raiseForStatus"?'],
    ["get", { headers: "a: b" }, '"headers" takes a map or a list of pairs'],
    ["get", { method: "POST" }, "It is the first argument"],
    ["get", { verify: false }, "{ connector: { verify } }"],
    ["get", { responseType: "json" }, "response.json()"],
    // fetch
    ["get", { cache: "no-store" }, "cacheMiddleware()"],
    ["get", { credentials: "include" }, "DummyCookieJar"],
    ["get", { headers: null }, '"headers" takes a map or a list of pairs, got null'],
    // ky, got, axios
    ["get", { hooks: {} }, 'Write "middlewares"'],
    ["get", { prefixUrl: "/" }, "It is an option of the session"],
    ["get", { baseURL: "/" }, "It is an option of the session"],
    ["get", { followRedirect: true }, 'did you mean "allowRedirects"?'],
    ["get", { url: "/" }, "It is the argument before the options"],
    ["get", { retry: { limit: 2 } }, '"retry" takes a number'],
    ["get", { timeout: "1s" }, "timeout"],
    ["get", { auth: "ann:secret" }, 'expected an object such as { login: "user"'],
    // requests, httpx, aiohttp
    ["post", { content: "x" }, 'did you mean "data"?'],
    ["post", { files: {} }, 'did you mean "data"?'],
    ["get", { stream: true }, "A reply is always a stream"],
    ["get", { ssl: false }, "caCerts"],
    ["get", { max_redirects: 1 }, 'did you mean "maxRedirects"?'],
    ["get", { raise_for_status: true }, 'did you mean "raiseForStatus"?'],
  ];
  await using session = new ClientSession({ app: { fetch: h } });
  for (const [method, options, message] of rows) {
    const error = await session[method]("/", options as never).then(
      (response: ClientResponse) => response.release(),
      (error: unknown) => error,
    );
    assertThrows(
      () => {
        throw error;
      },
      TypeError,
      message,
    );
  }
  for (
    const [options, message] of [
      [{ timeuot: {} }, 'did you mean "timeout"?'],
      [{ prefixUrl: "x" }, 'did you mean "baseUrl"?'],
      [{ base_url: "x" }, 'did you mean "baseUrl"?'],
      [{ connector: { limt: 1 } }, 'did you mean "limit"?'],
      [{ limit: 1 }, "{ connector: { limit } }"],
      [{ baseURL: "x" }, 'did you mean "baseUrl"?'],
      [{ cookie_jar: {} }, 'did you mean "cookieJar"?'],
      [{ verify: false }, "{ connector: { verify } }"],
      [{ params: {} }, "Put them into baseUrl"],
    ] as const
  ) assertThrows(() => new ClientSession(options as never), TypeError, message);
});

Deno.test("host and hostname are aliases; different values are refused", async () => {
  const app = new web.Application();
  await using runner = new web.AppRunner(app);
  for (const where of [{ host: "127.0.0.1" }, { host: "127.0.0.1", hostname: "127.0.0.1" }]) {
    const url = await runner.listen({ ...where, port: 0 });
    assertEquals(new URL(url).hostname, "127.0.0.1");
  }
  for (const where of [{ host: "127.0.0.1" }, { hostname: "127.0.0.1" }]) {
    const stop = new AbortController();
    const lines: string[] = [];
    const print = (text: string) => void (lines.push(text), stop.abort());
    await web.runApp(new web.Application(), { ...where, port: 0, print, signal: stop.signal });
    assertStringIncludes(lines.join(), "Running on http://127.0.0.1:");
  }
  const error = await runner.listen({ host: "127.0.0.1", hostname: "::1" }).catch((each) => each);
  assertThrows(
    () => {
      throw error;
    },
    TypeError,
    "two names of one option",
  );
});

class Items {
  readonly #names = ["ann"];
  prefix = "hello, ";
  list(): Response {
    return web.textResponse(this.prefix);
  }
  async secret(): Promise<Response> {
    return await Promise.resolve(web.jsonResponse(this.#names));
  }
  async timing(request: web.ServerRequest, handler: web.Handler): Promise<web.HandlerResult> {
    this.prefix = request.path;
    return await handler(request);
  }
}
const items = new Items();

async function forgetful(request: web.ServerRequest, handler: web.Handler) {
  await handler(request);
}
async function passing(request: web.ServerRequest, handler: web.Handler) {
  return await handler(request);
}
async function mending(request: web.ServerRequest, handler: web.Handler) {
  const result: unknown = await handler(request);
  return result instanceof Response ? result : web.textResponse("mended");
}
const getUser = (): unknown => undefined;

/** Mistakes found at a request: the handler, the middlewares, and the logged error. */
const AT_REQUEST:
  readonly (readonly [handler: unknown, middlewares: unknown[], message: string])[] = [
    [h, [forgetful], "The middleware forgetful has to return a Response, it returned undefined"],
    [h, [passing, forgetful], "The middleware forgetful has to"],
    [h, [forgetful, passing], "The middleware forgetful has to"],
    [h, [passing, forgetful, passing], "write return await handler(request)"],
    [
      getUser,
      [],
      "The handler getUser has to return a Response, it returned undefined: is a return",
    ],
    [getUser, [passing, passing], "The handler getUser has to"],
    [getUser, [forgetful, mending], "The middleware forgetful has to"],
    [() => "text", [], 'returned the string "text": write return web.textResponse(text)'],
    [() => ({ a: 1 }), [], "returned an object: write return web.jsonResponse(value)"],
    [() => [1], [passing], "returned a list: write return web.jsonResponse(value)"],
    [() => null, [], "new Response(null, { status: 204 })"],
    [() => h, [], "returned the function h: call it"],
    [() => new web.HTTPNotFound(), [], "has to throw HTTP exceptions"],
    [items.list, [], 'The handler list reads "this"'],
    [items.list, [], "write (request) => object.list(request), or object.list.bind(object)"],
    [items.secret, [passing], 'The handler secret reads "this"'],
    [h, [items.timing], 'The middleware timing reads "this"'],
    [(request: Foreign) => request.match_info.name, [], "write request.matchInfo.name"],
    [(request: Foreign) => request.params.name, [], "write request.matchInfo.name"],
    [(request: Foreign) => request.body.name, [], "await request.json()"],
    [(request: Foreign) => request.query_params.page, [], "request.query.get(name)"],
    [(request: Foreign) => request.get("host"), [], "request.headers.get(name)"],
    [(request: Foreign) => request.content_type, [], "write request.contentType"],
    [(request: Foreign) => request.session.user, [], "web.getSession(request)"],
    [(ctx: Foreign) => void (ctx.body = "x"), [], "an answer is what the handler returns"],
    [(c: Foreign) => c.req.param("name"), [], "add a Hono route to app.hono"],
    [(c: Foreign) => c.json({ a: 1 }), [], "write return web.jsonResponse(value)"],
    [(c: Foreign) => c.text("hello"), [], "write return web.textResponse(text)"],
    [(c: Foreign) => c.html("<b>"), [], 'contentType: "text/html"'],
    [(c: Foreign) => c.redirect("/"), [], "throw new web.HTTPFound(location)"],
    [h, [cors()], "wrap a Hono middleware in fromHono()"],
    [h, [secureHeaders()], "called its handler without the request: write await handler(request)"],
    [h, [requestId()], "wrap a Hono middleware in fromHono()"],
    [h, [poweredBy()], "wrap a Hono middleware in fromHono()"],
  ];

for (const [handler, middlewares, message] of AT_REQUEST) {
  const names = middlewares.map((each) => (each as { name: string }).name).join();
  Deno.test(`reported at the request: ${String(handler)} in [${names}] ${message}`, async () => {
    const lines: string[] = [];
    const logger = { error: (_: string, error: unknown) => lines.push(`${error}`) };
    const app = new web.Application({ logger, middlewares: middlewares as web.Middleware[] });
    app.addRoutes([web.get("/", handler as web.Handler)]);
    assertEquals((await app.request("/")).status, 500);
    assertStringIncludes(lines.join("\n"), message);
    assertEquals(lines.length, 1);
  });
}

Deno.test("a handler that returns nothing is named in a sub-application too", async () => {
  for (
    const [handler, outer, inner, name] of [
      [h, [passing], [forgetful], "The middleware forgetful has to"],
      [h, [forgetful], [passing], "The middleware forgetful has to"],
      [getUser, [passing], [], "The handler getUser has to"],
      [getUser, [passing], [passing], "The handler getUser has to"],
    ] as const
  ) {
    const lines: string[] = [];
    const logger = { error: (_: string, error: unknown) => lines.push(`${error}`) };
    const sub = new web.Application({ middlewares: [...inner] as web.Middleware[] });
    sub.addRoutes([web.get("/", handler as web.Handler)]);
    const app = new web.Application({ logger, middlewares: [...outer] as web.Middleware[] });
    app.addSubapp("/sub", sub);
    assertEquals((await app.request("/sub/")).status, 500);
    assertStringIncludes(lines.join(), name);
  }
});

Deno.test("a middleware may convert a handler's result, and methods may be bound", async () => {
  const app = new web.Application({ middlewares: [mending] });
  app.addRoutes([
    web.get("/none", getUser as web.Handler),
    web.get("/bound", items.list.bind(items)),
    web.get("/arrow", () => items.secret()),
  ]);
  const texts = ["/none", "/bound", "/arrow"].map(async (path) => (await app.request(path)).text());
  assertEquals(await Promise.all(texts), ["mended", "hello, ", '["ann"]']);
});

Deno.test("web.delete is what it is called elsewhere", async () => {
  const app = new web.Application();
  app.addRoutes([web.delete("/", h)]);
  assertEquals(await (await app.request("/", { method: "DELETE" })).text(), "x");
});

Deno.test("the empty path is for sub-applications", async () => {
  const app = new web.Application();
  app.addRoutes([web.get("", h)]);
  await assertRejects(() => app.request("/"), TypeError, 'write web.get("/", handler)');
});

class Subclass extends web.Application {
  constructor() {
    super();
    Object.assign(this, { state: "mine" });
  }
  listen(): string {
    return "mine";
  }
}

Deno.test("a subclass may have the names that other libraries use", () => {
  const app = new Subclass();
  assertEquals([Reflect.get(app, "state"), app.listen()], ["mine", "mine"]);
});

Deno.test("members of other clients' APIs name ours", async () => {
  await using session: Foreign = new ClientSession({ app: { fetch: h } });
  const response: Foreign = await session.get("/");
  for (
    const [wrong, message] of [
      [() => session.fetch("/"), "write session.request(method, url, options)"],
      [() => session.ws_connect("/"), "write session.wsConnect(url)"],
      [() => session.extend({}), "write new ClientSession("],
      [() => session.interceptors.request, "middlewares: [middleware]"],
      [() => session.defaults.headers, "session.headers.set(name, value)"],
      [() => (session.auth = ["ann", "secret"]), "options are given once"],
      [() => (session.verify = false), "{ connector: { caCerts, cert, key } }"],
      [() => session.cookies.get("a"), "write session.cookieJar"],
      [() => session.cookie_jar.clear(), "write session.cookieJar"],
      [() => session.mount("https://", {}), "{ connector, transport }"],
      [() => session.aclose(), "write await session.close()"],
      [() => response.status_code, "write response.status"],
      [() => response.statusText, "write response.reason"],
      [() => response.data, "write await response.json()"],
      [() => response.body.getReader(), "response.content.iterAny()"],
      [() => response.bodyUsed, "as often as you like"],
      [() => response.arrayBuffer(), "write await response.read()"],
      [() => response.blob(), "new Blob([await response.read()])"],
      [() => response.formData(), "write response.multipart()"],
      [() => response.raise_for_status(), "write response.raiseForStatus()"],
      [() => response.iter_content(1024), "response.content.iterChunked("],
      [() => response.iter_lines(), "of response.content)"],
      [() => response.content_type, "write response.contentType"],
    ] as const
  ) assertThrows(wrong, TypeError, message);
  assertEquals(await response.text(), "x");
});
