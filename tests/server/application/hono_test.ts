import { assert, assertEquals, assertThrows } from "@std/assert";
import { web, WSMsgType } from "@roundtrip/http";
import { fromHono } from "@roundtrip/http/hono";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { basicAuth } from "hono/basic-auth";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { cors } from "hono/cors";
import { csrf } from "hono/csrf";
import { etag } from "hono/etag";
import { jwt, sign } from "hono/jwt";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";

const BIG = "hello, world ".repeat(1000);
const SECRET = "a secret of some length, for tests";

const errors: unknown[] = [];

function appOf(...middlewares: web.Middleware[]): web.Application {
  errors.length = 0;
  const app = new web.Application({
    middlewares,
    logger: { error: (_, error) => errors.push(error) },
  });
  app.addRoutes([
    web.get("/", () => web.textResponse(BIG)),
    web.post("/", async (request) => web.textResponse(await request.text())),
    web.get("/forbidden", () => {
      throw new web.HTTPForbidden();
    }),
    web.get("/redirect", () => Response.redirect("http://localhost/")),
    web.get("/fails", () => {
      throw new Error("oops");
    }),
    web.get("/user", (request) => web.jsonResponse(request.hono.get("jwtPayload"))),
    web.get("/stream", async (request) => {
      const response = new web.StreamResponse();
      await response.prepare(request);
      await response.write("streamed");
      return response;
    }),
    web.get("/vars", (request) => web.jsonResponse(request.hono.var)),
  ]);
  return app;
}

async function ask(
  app: web.Application,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await app.fetch(new Request(`http://localhost${path}`, init));
  return { status: response.status, text: await response.text(), headers: response.headers };
}

Deno.test("Hono's cors() answers preflights and marks responses, errors too", async () => {
  const app = appOf(fromHono(cors({ origin: "https://a.example", credentials: true })));
  const headers = { "origin": "https://a.example", "access-control-request-method": "PUT" };
  const preflight = await ask(app, "/", { method: "OPTIONS", headers });
  assertEquals([preflight.status, preflight.headers.get("access-control-allow-origin")], [
    204,
    "https://a.example",
  ]);
  assert(preflight.headers.get("access-control-allow-methods")?.includes("PUT"));
  for (
    const [path, status] of [["/", 200], ["/forbidden", 403], ["/missing", 404], [
      "/redirect",
      302,
    ]] as const
  ) {
    const answer = await ask(app, path, { headers: { origin: "https://a.example" } });
    assertEquals(answer.status, status);
    assertEquals(answer.headers.get("access-control-allow-origin"), "https://a.example", path);
    assertEquals(answer.headers.get("access-control-allow-credentials"), "true", path);
  }
});

Deno.test("Hono's csrf() refuses forms of other origins", async () => {
  const app = appOf(fromHono(csrf()));
  const post = (origin: string) =>
    ask(app, "/", {
      method: "POST",
      body: "a=1",
      headers: { origin, "content-type": "application/x-www-form-urlencoded" },
    });
  assertEquals((await post("https://evil.example")).status, 403);
  const same = await post("http://localhost");
  assertEquals([same.status, same.text], [200, "a=1"], "the body is still there");
});

Deno.test("Hono's secureHeaders() marks every response", async () => {
  const app = appOf(fromHono(secureHeaders()));
  for (const path of ["/", "/forbidden", "/redirect", "/missing"]) {
    const { headers } = await ask(app, path);
    assertEquals(headers.get("x-content-type-options"), "nosniff", path);
    assertEquals(headers.get("x-frame-options"), "SAMEORIGIN", path);
  }
});

Deno.test("Hono's etag() answers 304", async () => {
  const app = appOf(fromHono(etag()));
  const { headers } = await ask(app, "/");
  const tag = headers.get("etag") ?? "";
  assert(/^"[0-9a-f]{40}"$/.test(tag), tag);
  const again = await ask(app, "/", { headers: { "if-none-match": tag } });
  assertEquals([again.status, again.text], [304, ""]);
});

Deno.test("Hono's compress() compresses", async () => {
  const app = appOf(fromHono(compress()));
  const response = await app.fetch(
    new Request("http://localhost/", { headers: { "accept-encoding": "gzip" } }),
  );
  assertEquals(response.headers.get("content-encoding"), "gzip");
  const body = response.body?.pipeThrough(new DecompressionStream("gzip"));
  assertEquals(await new Response(body ?? null).text(), BIG);
});

Deno.test("Hono's requestId() gives an id to handlers and clients", async () => {
  const app = appOf(fromHono(requestId()));
  const { headers, text } = await ask(app, "/vars");
  const id = headers.get("x-request-id");
  assert(id !== null && id.length === 36);
  assertEquals(JSON.parse(text), { requestId: id });
});

Deno.test("Hono's basicAuth() asks for a name and a password", async () => {
  const app = appOf(fromHono(basicAuth({ username: "ann", password: "secret" })));
  const without = await ask(app, "/");
  assertEquals([without.status, without.headers.get("www-authenticate")], [
    401,
    'Basic realm="Secure Area"',
  ]);
  const withIt = await ask(app, "/", {
    headers: { authorization: `Basic ${btoa("ann:secret")}` },
  });
  assertEquals([withIt.status, withIt.text], [200, BIG]);
});

Deno.test("Hono's jwt() checks a token and gives its payload to handlers", async () => {
  const app = appOf(fromHono(jwt({ secret: SECRET, alg: "HS256" })));
  assertEquals((await ask(app, "/user")).status, 401);
  const token = await sign({ user: "ann" }, SECRET, "HS256");
  const { status, text } = await ask(app, "/user", {
    headers: { authorization: `Bearer ${token}` },
  });
  assertEquals([status, JSON.parse(text)], [200, { user: "ann" }]);
  const forged = await ask(app, "/user", { headers: { authorization: `Bearer ${token}x` } });
  assertEquals(forged.status, 401);
});

Deno.test("fromHono() keeps the cookies and the Vary of handlers and of middlewares", async () => {
  const middleware: MiddlewareHandler = async (c, next) => {
    c.header("set-cookie", "a=1");
    c.header("vary", "Origin");
    c.header("x-early", "1");
    await next();
  };
  const app = new web.Application({ middlewares: [fromHono(middleware)] });
  app.addRoutes([
    web.get("/", () => {
      const response = web.textResponse("x", { headers: { vary: "Cookie" } });
      web.setCookie(response, "b", "2");
      return response;
    }),
    web.get("/forbidden", () => {
      throw new web.HTTPForbidden();
    }),
  ]);
  const { headers } = await ask(app, "/");
  assertEquals(headers.getSetCookie().sort(), ["a=1", "b=2; Path=/"]);
  assertEquals([headers.get("vary"), headers.get("x-early")], ["Cookie, Origin", "1"]);
  const forbidden = await ask(app, "/forbidden");
  assertEquals([forbidden.status, forbidden.headers.get("x-early")], [403, "1"]);
});

const setter = (name: string, value: string): MiddlewareHandler => async (c, next) => {
  c.set(name, value);
  await next();
  c.header(`x-${name}`, value);
};

Deno.test("fromHono() runs several in order, and nested ones share their values", async () => {
  const app = appOf(
    fromHono(setter("a", "1"), setter("b", "2")),
    fromHono(setter("c", "3"), setter("a", "4")),
  );
  const { headers, text } = await ask(app, "/vars");
  assertEquals(JSON.parse(text), { a: "4", b: "2", c: "3" });
  assertEquals([headers.get("x-a"), headers.get("x-b"), headers.get("x-c")], ["1", "2", "3"]);
});

Deno.test("fromHono() leaves errors, streams and HEAD as they are", async () => {
  const app = appOf(fromHono(cors()));
  assertEquals((await ask(app, "/fails")).status, 500);
  assertEquals(errors.map(String), ["Error: oops"]);
  assertEquals((await ask(app, "/stream")).text, "streamed");
  const head = await ask(app, "/", { method: "HEAD" });
  assertEquals([head.status, head.text, head.headers.get("content-length")], [
    200,
    "",
    `${BIG.length}`,
  ]);
});

Deno.test("Hono's bodyLimit() counts a body, announced or chunked, and leaves it to the handler", async () => {
  const app = appOf(fromHono(bodyLimit({ maxSize: 10 })));
  const post = (body: BodyInit, headers = {}) => ask(app, "/", { method: "POST", body, headers });
  const short = await post(new Blob(["short"]).stream());
  assertEquals([short.status, short.text], [200, "short"]);
  assertEquals((await post(new Blob(["too long for it"]).stream())).status, 413);
  assertEquals((await post("too long for it", { "content-length": "15" })).status, 413);
});

Deno.test("a WebSocket gets through fromHono()", async () => {
  const app = appOf(fromHono(secureHeaders()));
  const server = new web.Application({ middlewares: [fromHono(requestId())] });
  server.addRoutes([web.get("/", async (request) => {
    const socket = new web.WebSocketResponse();
    await socket.prepare(request);
    for await (const message of socket) {
      if (message.type === WSMsgType.TEXT) await socket.sendStr(`${message.data}!`);
    }
    return socket;
  })]);
  assert(app !== server);
  await using runner = new web.AppRunner(server, { shutdownTimeout: 1000 });
  const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  const socket = new WebSocket(url.replace("http", "ws"));
  const reply = await new Promise((resolve, reject) => {
    socket.onopen = () => socket.send("hi");
    socket.onmessage = (event) => resolve(event.data);
    socket.onerror = reject;
  });
  assertEquals(reply, "hi!");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
});

Deno.test("app.hono mounts Hono's routes and middlewares in front", async () => {
  const app = appOf();
  const { hono } = app;
  hono.use(secureHeaders());
  hono.get("/hono/:name", (c: Context) => c.text(`hello from Hono, ${c.req.param("name")}`));
  hono.route("/api", new Hono().get("/list", (c) => c.json([1, 2])));
  assertEquals((await ask(app, "/hono/ann")).text, "hello from Hono, ann");
  assertEquals((await ask(app, "/api/list")).text, "[1,2]");
  const ours = await ask(app, "/");
  assertEquals([ours.text, ours.headers.get("x-content-type-options")], [BIG, "nosniff"]);
  assertEquals((await ask(app, "/missing")).headers.get("x-content-type-options"), "nosniff");
  assertThrows(
    () => hono.get("/late", (c: Context) => c.text("")),
    TypeError,
    "the application has started",
  );
});
