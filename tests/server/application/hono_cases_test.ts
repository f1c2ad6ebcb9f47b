import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { web } from "@roundtrip/http";
import { fromHono } from "@roundtrip/http/hono";
import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { hc } from "hono/client";
import { compress } from "hono/compress";
import { cors } from "hono/cors";
import { inspectRoutes, showRoutes } from "hono/dev";
import { etag } from "hono/etag";
import { logger } from "hono/logger";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { testClient } from "hono/testing";
import { everyWay, WAYS } from "../_engines.ts";

const ORIGIN = { origin: "https://a.example" };

interface Logged {
  readonly app: web.Application;
  readonly errors: string[];
}

function appOf(...middlewares: web.Middleware[]): Logged {
  const errors: string[] = [];
  const app = new web.Application({
    middlewares,
    logger: { error: (_, error) => errors.push(String(error)) },
  });
  app.addRoutes([
    web.get("/", () => web.textResponse("hello")),
    web.get("/users/{id}", (request) => web.textResponse(request.hono.req.param("id") ?? "none")),
    web.get("/fails", () => {
      throw new Error("oops");
    }),
    web.get("/forbidden", () => {
      throw new web.HTTPForbidden();
    }),
    web.post("/text", async (request) => web.textResponse(await request.text())),
    web.post("/json", async (request) => web.jsonResponse(await request.json())),
    web.post("/form", async (request) => web.jsonResponse([...await request.post()])),
    web.get("/stream", async (request) => {
      const response = new web.StreamResponse();
      await response.prepare(request);
      await response.write("streamed");
      return response;
    }),
    web.get("/events", async (request) => {
      const events = await web.sseResponse(request, { pingInterval: 0 });
      await events.send("news");
      return events;
    }),
    web.get("/file", () => new web.FileResponse(new URL(import.meta.url).pathname)),
  ]);
  return { app, errors };
}

const get = (app: web.Application, path: string, headers: HeadersInit = ORIGIN) =>
  app.request(path, { headers });

Deno.test("an uncaught error is a 500 with the headers of Hono middlewares, and both loggers log it, as on plain Hono", async () => {
  const lines: string[] = [];
  const middlewares = [
    logger((line) => lines.push(line)),
    secureHeaders(),
    cors({ origin: ORIGIN.origin }),
    requestId({ generator: () => "id-1" }),
  ];
  const { app, errors } = appOf(fromHono(...middlewares));
  const plain = new Hono().use(...middlewares).get("/fails", () => {
    throw new Error("oops");
  }).onError((_, c) => c.text("", 500));
  const ours = await get(app, "/fails");
  const theirs = await plain.request("/fails", { headers: ORIGIN });
  assertEquals([ours.status, theirs.status], [500, 500]);
  for (const [name, value] of theirs.headers) {
    if (name !== "content-type") assertEquals(ours.headers.get(name), value, name);
  }
  assertEquals(
    [ours.headers.get("access-control-allow-origin"), ours.headers.get("x-request-id")],
    [
      ORIGIN.origin,
      "id-1",
    ],
  );
  assertStringIncludes(await ours.text(), "500 Internal Server Error");
  assertEquals(errors, ["Error: oops"]);
  assertEquals(lines.filter((line) => /^--> GET \/fails .*500/.test(line)).length, 2);
});

for (const path of ["/", "/stream", "/events", "/file", "/missing", "/forbidden"]) {
  Deno.test(`headers that Hono's middlewares set reach the reply to ${path}`, async () => {
    const { app } = appOf(fromHono(secureHeaders(), cors({ origin: ORIGIN.origin }), requestId()));
    const response = await get(app, path);
    await response.text();
    assertEquals(
      response.headers.get("access-control-allow-origin"),
      ORIGIN.origin,
      "before next()",
    );
    assertEquals(response.headers.get("x-frame-options"), "SAMEORIGIN", "after next()");
    assert(response.headers.has("x-request-id"));
  });
}

Deno.test("nested fromHono() pass a stream on one after the other", async () => {
  const mark = (name: string): MiddlewareHandler => async (c, next) => {
    c.header(`x-${name}-before`, "1");
    await next();
    c.header(`x-${name}-after`, "1");
  };
  const passing: web.Middleware = (request, handler) => handler(request);
  const { app } = appOf(fromHono(mark("a")), passing, fromHono(mark("b"), mark("c")));
  const response = await get(app, "/stream");
  assertEquals(await response.text(), "streamed");
  for (const name of ["a", "b", "c"]) {
    assertEquals(response.headers.get(`x-${name}-before`), "1", name);
    assertEquals(response.headers.get(`x-${name}-after`), "1", name);
  }
});

Deno.test("headers of Hono's middlewares reach the handshake of a WebSocket, inside and mounted", async () => {
  const inside = new web.Application({
    middlewares: [fromHono(secureHeaders(), cors({ origin: "*" }))],
  });
  const mounted = new web.Application();
  mounted.hono.use(secureHeaders(), cors({ origin: "*" }));
  for (const app of [inside, mounted]) {
    app.addRoutes([web.get("/ws", async (request) => {
      const socket = new web.WebSocketResponse();
      await socket.prepare(request);
      return socket;
    })]);
    await using runner = new web.AppRunner(app, { shutdownTimeout: 1000 });
    const { port } = new URL(await runner.listen({ hostname: "127.0.0.1", port: 0 }));
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await connection.write(new TextEncoder().encode(
      `GET /ws HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
        "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ));
    const bytes = new Uint8Array(4096);
    const head = new TextDecoder().decode(bytes.subarray(0, await connection.read(bytes) ?? 0))
      .toLowerCase();
    assertStringIncludes(head, "101 switching");
    assertStringIncludes(head, "access-control-allow-origin: *");
    assertStringIncludes(head, "x-frame-options: sameorigin");
  }
});

Deno.test("our middleware sees the exception behind a Hono middleware, and its response has Hono's headers", async () => {
  const seen: unknown[] = [];
  const pages: web.Middleware = async (request, handler) => {
    try {
      return await handler(request);
    } catch (error) {
      seen.push(error);
      if (!(error instanceof web.HTTPException)) throw error;
      return web.jsonResponse({ error: error.reason }, { status: error.status });
    }
  };
  for (const outermost of [[], [fromHono(requestId())]]) {
    seen.length = 0;
    const { app, errors } = appOf(...outermost, pages, fromHono(cors({ origin: ORIGIN.origin })));
    const response = await get(app, "/forbidden");
    assertEquals([response.status, await response.text()], [403, '{"error":"Forbidden"}']);
    assertEquals(response.headers.get("access-control-allow-origin"), ORIGIN.origin);
    assertEquals(response.headers.has("x-request-id"), outermost.length > 0);
    assert(seen[0] instanceof web.HTTPForbidden);
    assertEquals((await get(app, "/fails")).status, 500);
    assertEquals([String(seen[1]), errors], ["Error: oops", ["Error: oops"]]);
  }
});

Deno.test("an error page replaced by a Hono middleware is sent", async () => {
  const { app } = appOf(fromHono(async (c, next) => {
    await next();
    if (c.res.status === 404) c.res = c.text("made up", 200);
  }));
  const response = await get(app, "/missing");
  assertEquals([response.status, await response.text()], [200, "made up"]);
});

const READERS: Record<string, MiddlewareHandler> = {
  text: async (c, next) => (await c.req.text(), await next()),
  json: async (c, next) => (await c.req.json().catch(() => {}), await next()),
  arrayBuffer: async (c, next) => (await c.req.arrayBuffer(), await next()),
  blob: async (c, next) => (await c.req.blob(), await next()),
  parseBody: async (c, next) => (await c.req.parseBody(), await next()),
  "bodyLimit()": bodyLimit({ maxSize: 10_000 }),
};

for (const [name, reader] of Object.entries(READERS)) {
  for (const isMounted of [false, true]) {
    Deno.test(`a Hono middleware that reads the body leaves it readable: ${name}${isMounted ? ", mounted" : ""}`, async () => {
      const { app } = isMounted ? appOf() : appOf(fromHono(reader));
      if (isMounted) app.hono.use(reader);
      const post = async (path: string, body: BodyInit) =>
        await (await app.request(path, { method: "POST", body })).text();
      assertEquals(await post("/text", new Blob(["hällo"]).stream()), "hällo");
      assertEquals(await post("/json", '{"a":1}'), '{"a":1}');
      assertEquals(await post("/form", new URLSearchParams({ a: "1" })), '[["a","1"]]');
      const form = new FormData();
      form.append("a", "1");
      assertEquals(await post("/form", form), '[["a","1"]]');
    });
  }
}

Deno.test("a form that a Hono middleware read by formData() is available to the handler", async () => {
  const { app } = appOf(fromHono(async (c, next) => (await c.req.formData(), await next())));
  const body = new FormData();
  body.append("a", "ä");
  const response = await app.request("/form", { method: "POST", body });
  assertEquals(await response.json(), [["a", "ä"]]);
});

Deno.test("bodyLimit() counts a chunked body, in fromHono() and mounted", async () => {
  const inside = appOf(fromHono(bodyLimit({ maxSize: 10 }))).app;
  const mounted = appOf().app;
  mounted.hono.use(bodyLimit({ maxSize: 10 }));
  for (const app of [inside, mounted]) {
    const statusOf = async (text: string) => {
      const body = new Blob([text]).stream();
      const response = await app.request("/text", { method: "POST", body });
      await response.text();
      return response.status;
    };
    assertEquals([await statusOf("short"), await statusOf("too long for it")], [200, 413]);
  }
});

Deno.test("app.hono: routes, parameters, errors, HEAD and 405 beside ours", async () => {
  const { app, errors } = appOf();
  app.hono.get("/hono/:name", (c) => c.text(`${c.req.param("name")} ${c.req.path}`));
  app.hono.get("/hono-fails", () => {
    throw new TypeError("in Hono");
  });
  app.hono.get("/exception", () => {
    throw new web.HTTPConflict();
  });
  app.hono.use("/users/*", async (c, next) => {
    await next();
    c.header("x-id", c.req.param("id") ?? "none");
  });
  const answers = async (path: string, method = "GET") => {
    const response = await app.request(path, { method });
    return [response.status, await response.text()];
  };
  assertEquals(await answers("/hono/%C3%A4"), [200, "ä /hono/ä"]);
  assertEquals(await answers("/users/100%2525"), [200, "100%25"]);
  assertEquals((await answers("/hono-fails"))[0], 500);
  assertEquals(errors, ["TypeError: in Hono"]);
  assertEquals((await answers("/exception"))[0], 409);
  assertEquals(await answers("/", "HEAD"), [200, ""]);
  const head = await app.request("/", { method: "HEAD" });
  assertEquals(head.headers.get("content-length"), "5");
  assertEquals((await app.request("/", { method: "PUT" })).headers.get("allow"), "GET,HEAD");
  assertEquals((await answers("/missing"))[0], 404);
});

Deno.test("c.req.param(), c.req.routePath and c.req.method know our routes", async () => {
  const { app } = appOf(fromHono(async (c, next) => {
    await next();
    c.header("x-seen", `${c.req.method} ${c.req.routePath} ${c.req.param("id")}`);
  }));
  const response = await app.request("/users/7%2F8", { method: "HEAD" });
  assertEquals(response.headers.get("x-seen"), "HEAD /users/{id} 7/8");
  assertEquals(await (await app.request("/users/7")).text(), "7");
});

Deno.test("etag() answers HEAD and GET alike", async () => {
  const { app } = appOf(fromHono(etag()));
  const [head, whole] = [await app.request("/", { method: "HEAD" }), await app.request("/")];
  assertEquals(head.headers.get("etag"), whole.headers.get("etag"));
  assert(head.headers.has("etag"));
});

Deno.test("showRoutes() lists Hono's routes and ours", () => {
  const { app } = appOf();
  app.hono.get("/hono/:name", (c) => c.text(""));
  const routes = inspectRoutes(app.hono).map(({ method, path }) => `${method} ${path}`);
  for (const each of ["GET /hono/:name", "GET /users/:id", "HEAD /users/:id", "POST /form"]) {
    assert(routes.includes(each), `${each} in ${routes}`);
  }
  showRoutes(app.hono, { colorize: false });
});

Deno.test("testClient() and hc reach Hono's routes, and ours through the same instance", async () => {
  const api = new Hono().get("/list", (c) => c.json([1, 2]));
  const { app } = appOf();
  const typed = app.hono.route("/api", api) as unknown as ReturnType<typeof mounted>;
  function mounted() {
    return new Hono().route("/api", api);
  }
  const response = await testClient(typed).api.list.$get();
  assertEquals(await response.json(), [1, 2]);
  const fetch = (input: RequestInfo | URL, init?: RequestInit) =>
    Promise.resolve(app.fetch(new Request(input, init)));
  const client = hc<ReturnType<typeof mounted>>("http://localhost", { fetch });
  assertEquals(await (await client.api.list.$get()).json(), [1, 2]);
  assertEquals(await (await app.hono.request("/users/7")).text(), "7");
});

Deno.test("a sub-application's own Hono routes are refused, not ignored", () => {
  const { app } = appOf();
  const sub = new web.Application();
  sub.hono.get("/x", (c) => c.text(""));
  let message = "";
  try {
    app.addSubapp("/sub", sub);
  } catch (error) {
    message = String(error);
  }
  assertStringIncludes(message, 'add them to its "hono"');
});

const readers: Record<string, readonly [middleware: MiddlewareHandler, answer: RegExp]> = {
  "reads": [async (c, next) => {
    await next();
    c.res = new Response((await c.res.text()).toUpperCase(), c.res);
  }, /^200 HELLO WORLD$/],
  "reads a clone": [async (c, next) => {
    await next();
    const { length } = await c.res.clone().text();
    c.res = new Response(`${await c.res.text()} ${length}`);
  }, /^200 hello world 11$/],
  "passes on": [async (c, next) => {
    await next();
    c.res = new Response(c.res.body, c.res);
  }, /^200 hello world$/],
  "waits, then reads": [async (c, next) => {
    await next();
    await new Promise((resolve) => setTimeout(resolve, 30));
    c.res = new Response(await c.res.text());
  }, /^200 hello world$/],
  "calls etag()": [etag(), /^200 hello world$/],
  "calls compress()": [compress({ threshold: 0 }), /^200 hello world$/],
  "reads and sets nothing": [async (c, next) => {
    await next();
    await c.res.text();
  }, /^500 TypeError: .* set c.res/],
  "does not await": [(_, next) => Promise.resolve(void next()), /^500 .*next\(\)/],
  "does not await, then waits": [async (_, next) => {
    next();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }, /^200 hello world$|^500 .*next\(\)/],
  "does not await, and answers": [async (c, next) => {
    next();
    return await Promise.resolve(c.text("mine"));
  }, /^200 (mine|hello world)$/],
};
const streamed: Record<string, web.Handler> = {
  "a stream": async (request) => {
    const response = new web.StreamResponse();
    await response.prepare(request);
    await response.write("hello ");
    await new Promise((resolve) => setTimeout(resolve, 10));
    await response.write("world");
    return response;
  },
  "a late stream": async (request) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return await streamed["a stream"]?.(request) ?? new Response();
  },
};

for (const [name, [middleware, expected]] of Object.entries(readers)) {
  everyWay(
    `a Hono middleware that ${name} sees a stream's body, or the error names the remedy`,
    async (ask) => {
      const slow: web.Middleware = async (request, handler) => {
        try {
          return await handler(request);
        } finally { // the handler prepares its answer meanwhile
          await new Promise((resolve) => setTimeout(resolve, 40));
        }
      };
      const places: Record<string, (app: web.Application, handler: web.Handler) => web.Handler> = {
        hono: (app, handler) => (app.hono.use(middleware), handler),
        application: (app, handler) => (app.middlewares.push(fromHono(middleware)), handler),
        nested: (app, handler) => {
          app.middlewares.push(fromHono(requestId()), slow, fromHono(middleware));
          return handler;
        },
        route: (_, handler) => (request) => fromHono(middleware)(request, handler),
      };
      for (const [place, put] of Object.entries(places)) {
        for (const [kind, handler] of Object.entries(streamed)) {
          const { app, errors } = appOf();
          app.addRoutes([web.post("/it", put(app, handler))]);
          const body = "unread".repeat(kind === "a stream" ? 1 : 20_000);
          const init = { method: "POST", body, signal: AbortSignal.timeout(2_000) };
          const response = await ask(app, "/it", init);
          const text = await response.text();
          const got = `${response.status} ${response.ok ? text : errors.join()}`;
          assert(expected.test(got), `${place}, ${kind}: ${got}`);
        }
      }
    },
    WAYS.filter((way) => ["in process", "deno", "sockets"].includes(way.name)),
  );
}

Deno.test("a middleware outside of Hono's may write the last of a stream", async () => {
  const { app } = appOf(async (request, handler) => {
    const response = await handler(request);
    if (response instanceof web.StreamResponse) await response.write(", the end");
    return response;
  }, fromHono(requestId(), cors(), secureHeaders()));
  assertEquals(await (await app.request("/stream")).text(), "streamed, the end");
});
