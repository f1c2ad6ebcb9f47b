import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { cors } from "hono/cors";
import { poweredBy } from "hono/powered-by";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { type ClientResponse, ClientSession, web } from "../../../mod.ts";

// deno-lint-ignore no-explicit-any -- what users of JavaScript write
type Foreign = any;

const h = () => web.textResponse("x");

/** What users of other libraries write, and what tells them. */
const SERVER: readonly (readonly [wrong: () => unknown, message: string])[] = [
  [() => web.get("/:name", h), 'write "/{name}"'],
  [() => web.get("/a/:id/b", h), 'write "/a/{id}/b"'],
  [() => web.get("/files/*", h), 'write "/files/{rest:.*}"'],
  [() => web.get("/", undefined as never), "expected a handler function, got undefined"],
  [() => web.get("/", "text" as never), "expected a handler function, got the string"],
  [() => web.post("/", h() as never), "got a Response"],
  [() => web.get("/", h, { middlewares: [] } as never), "give them to a sub-application"],
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
  [() => web.validate({ qurey: {} } as never, h), 'did you mean "query"?'],
  [() => web.validate({ body: {} } as never, h), 'Write "json"'],
  [() => web.validate({ query: {} } as never, h), "takes a Standard Schema"],
  [() => new web.HTTPNotFound("text" as never), 'such as { text: "text" }'],
  [() => new web.HTTPNotFound({ reason: "x" } as never), 'did you mean "text"?'],
  [() => new web.AppRunner(new web.Application(), { timeout: 1 } as never), "unknown option"],
  [() => web.static("/", ".", { show_index: true } as never), 'did you mean "showIndex"?'],
  [() => web.compress({ encodings: [] } as never), 'Write "codings"'],
  [() => web.setCookie(h(), "a", "b", { httponly: true } as never), 'did you mean "httpOnly"?'],
  [() => web.setCookie(h(), "a", "b", { maxAge: "1" as never }), '"maxAge" takes a number'],
  [() => new web.FileResponse("x", { headers: "a" } as never), "takes a map or a list of pairs"],
  [() => new web.WebSocketResponse({ protocol: "a" } as never), 'did you mean "protocols"?'],
];

for (const [wrong, message] of SERVER) {
  Deno.test(`told where it is written: ${String(wrong).slice(6)}`, () => {
    assertThrows(wrong, TypeError, message);
  });
}

Deno.test("the client's mistakes are told with the right name", async () => {
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
    ["get", { verify: false }, "caCerts"],
    ["get", { responseType: "json" }, "response.json()"],
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
    ] as const
  ) assertThrows(() => new ClientSession(options as never), TypeError, message);
});

Deno.test("host and hostname are one option, and two that differ are told", async () => {
  const app = new web.Application();
  await using runner = new web.AppRunner(app);
  for (const where of [{ host: "127.0.0.1" }, { host: "127.0.0.1", hostname: "127.0.0.1" }]) {
    const url = await runner.listen({ ...where, port: 0 });
    assertEquals(new URL(url).hostname, "127.0.0.1");
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

/** What shows at a request: the handler, the middlewares, and what is logged. */
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
    [(c: Foreign) => c.req.param("name"), [], "a route of Hono's to app.hono"],
    [(c: Foreign) => c.json({ a: 1 }), [], "write return web.jsonResponse(value)"],
    [(c: Foreign) => c.text("hello"), [], "write return web.textResponse(text)"],
    [(c: Foreign) => c.html("<b>"), [], 'contentType: "text/html"'],
    [(c: Foreign) => c.redirect("/"), [], "throw new web.HTTPFound(location)"],
    [h, [cors()], "goes through fromHono()"],
    [h, [secureHeaders()], "called its handler without the request: write await handler(request)"],
    [h, [requestId()], "goes through fromHono()"],
    [h, [poweredBy()], "goes through fromHono()"],
  ];

for (const [handler, middlewares, message] of AT_REQUEST) {
  const names = middlewares.map((each) => (each as { name: string }).name).join();
  Deno.test(`told at the request: ${String(handler)} in [${names}] ${message}`, async () => {
    const lines: string[] = [];
    const logger = { error: (_: string, error: unknown) => lines.push(`${error}`) };
    const app = new web.Application({ logger, middlewares: middlewares as web.Middleware[] });
    app.addRoutes([web.get("/", handler as web.Handler)]);
    assertEquals((await app.request("/")).status, 500);
    assertStringIncludes(lines.join("\n"), message);
    assertEquals(lines.length, 1);
  });
}

Deno.test("in a sub-application too the one that returns nothing is named", async () => {
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

Deno.test("a middleware may make a response of what the handler gave, and methods may be bound", async () => {
  const app = new web.Application({ middlewares: [mending] });
  app.addRoutes([
    web.get("/none", getUser as web.Handler),
    web.get("/bound", items.list.bind(items)),
    web.get("/arrow", () => items.secret()),
  ]);
  const texts = ["/none", "/bound", "/arrow"].map(async (path) => (await app.request(path)).text());
  assertEquals(await Promise.all(texts), ["mended", "hello, ", '["ann"]']);
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
