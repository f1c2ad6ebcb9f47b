import { assertThrows } from "@std/assert";
import { assertEquals } from "@std/assert";
import { type ClientResponse, ClientSession, web } from "../../../mod.ts";

const h = () => web.textResponse("x");

/** What users of other libraries write, and what tells them. */
const SERVER: readonly (readonly [wrong: () => unknown, message: string])[] = [
  [() => web.get("/:name", h), 'write "/{name}"'],
  [() => web.get("/a/:id/b", h), 'write "/a/{id}/b"'],
  [() => web.get("/files/*", h), 'write "/files/{rest:.*}"'],
  [() => web.get("/", undefined as never), "expected a handler function, got undefined"],
  [() => web.get("/", "text" as never), "expected a handler function, got the string"],
  [() => web.post("/", h() as never), "got an instance of Response"],
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

Deno.test("a middleware that returns nothing is named, not the handler", async () => {
  const lines: string[] = [];
  const logger = { error: (_: string, error: unknown) => lines.push(`${error}`) };
  async function forgetful(request: web.ServerRequest, handler: web.Handler) {
    await handler(request);
  }
  const app = new web.Application({ logger, middlewares: [forgetful as never] });
  app.addRoutes([web.get("/", h)]);
  assertEquals((await app.request("/")).status, 500);
  assertEquals(lines.join().includes("middleware forgetful"), true, lines.join());
});
