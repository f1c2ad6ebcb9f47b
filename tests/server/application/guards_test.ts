import { assertEquals, assertStringIncludes } from "@std/assert";
import { web } from "@roundtrip/http";
import { rawRequest } from "../../_raw.ts";

/** Logged errors, to tell reported errors from silent ones. */
function recorder(): web.Logger & { readonly errors: unknown[] } {
  const errors: unknown[] = [];
  return { errors, error: (_message, error) => void errors.push(error) };
}

const text = (body: string): web.Handler => () => web.textResponse(body);

function guarded(logger: web.Logger): web.Application {
  const app = new web.Application({ logger });
  const next = (request: web.ServerRequest) => request.query.get("next") ?? "";
  app.addRoutes([
    web.get("/public", text("public")),
    web.get("/admin", text("admin")),
    web.get("/admin/{rest:.*}", text("admin")),
    web.get("/go", (request) => {
      throw new web.HTTPFound(next(request));
    }),
    web.get("/header", (request) => new Response("x", { headers: { "x-echo": next(request) } })),
    web.get("/cookie", (request) => {
      const response = web.textResponse("x");
      web.setCookie(response, "c", next(request));
      return response;
    }),
    web.get("/append", (request) => {
      const response = web.textResponse("x");
      response.headers.append("x-late", next(request));
      return response;
    }),
  ]);
  return app;
}

/** Serves the application on a free port while a test talks to it. */
async function listening(
  app: web.Application,
  talk: (port: number) => Promise<void>,
): Promise<void> {
  await using runner = new web.AppRunner(app);
  const url = await runner.listen({ hostname: "127.0.0.1", port: 0 });
  await talk(Number(new URL(url).port));
}

Deno.test("a control byte in any header gives 500 or is encoded, and the process lives", async () => {
  await listening(guarded(recorder()), async (port) => {
    for (const path of ["/go", "/header", "/cookie", "/append"]) {
      for (let byte = 0; byte < 256; byte++) {
        const next = `a%${byte.toString(16).padStart(2, "0")}b`;
        const reply = await rawRequest(port, `GET ${path}?next=${next} HTTP/1.1\r\nHost: h\r\n`);
        const head = reply.slice(0, reply.indexOf("\r\n\r\n"));
        // deno-lint-ignore no-control-regex -- matches control bytes on purpose
        assertEquals(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(head), false, `${path} ${next}`);
        assertEquals(/^HTTP\/1\.1 (200|302|500) /.test(head), true, `${path} ${next}: ${head}`);
      }
    }
    const reply = await rawRequest(port, "GET /go?next=%01 HTTP/1.1\r\nHost: h\r\n");
    assertStringIncludes(reply, "HTTP/1.1 302 Found");
    assertStringIncludes(reply, "location: %01");
    assertStringIncludes(await rawRequest(port, "GET /public HTTP/1.1\r\nHost: h\r\n"), "public");
  });
});

const HOSTS: [string, string, number][] = [
  ["a plain name", "example.com", 200],
  ["a name with a port", "example.com:8080", 200],
  ["an IPv4 address", "127.0.0.1", 200],
  ["an IPv6 address", "[::1]:80", 200],
  ["upper case", "EXAMPLE.com", 200],
  ["a path and a query", "x/admin?", 400],
  ["a path", "x/admin", 400],
  ["a fragment", "x/admin#", 400],
  ["a query", "x?", 400],
  ["userinfo", "user@evil", 400],
  ["a backslash", "x\\admin", 400],
  ["nothing", "", 400],
  ["a blank inside", "a b", 400],
  ["no closing bracket", "[::1", 400],
  ["letters as port", "h:80x", 400],
];
for (const [name, host, status] of HOSTS) {
  Deno.test(`a Host of ${name} never changes the route`, async () => {
    await listening(guarded(recorder()), async (port) => {
      const reply = await rawRequest(port, `GET /public HTTP/1.1\r\nHost: ${host}\r\n`);
      assertStringIncludes(reply, `HTTP/1.1 ${status} `);
      assertEquals(reply.endsWith("admin"), false);
    });
  });
}

const TARGETS: [string, string, string, number][] = [
  ["the same authority", "http://h/public", "h", 200],
  ["another authority", "http://evil/admin", "h", 400],
  ["another port", "http://h:81/public", "h", 400],
  ["a longer name", "http://host/public", "h", 400],
];
for (const [name, target, host, status] of TARGETS) {
  Deno.test(`an absolute request target with ${name} is ${status}`, async () => {
    await listening(guarded(recorder()), async (port) => {
      const reply = await rawRequest(port, `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n`);
      assertStringIncludes(reply, `HTTP/1.1 ${status} `);
    });
  });
}

// deno-lint-ignore no-explicit-any -- invalid results from JavaScript
const MISBEHAVIOUR: [string, (request: web.ServerRequest) => any][] = [
  ["throws an Error", () => {
    throw new Error("secret");
  }],
  ["throws null", () => {
    throw null;
  }],
  ["throws a string", () => {
    throw "secret";
  }],
  ["rejects with undefined", () => Promise.reject(undefined)],
  ["returns nothing", () => {}],
  ["resolves to nothing", async () => {}],
  ["returns a string", () => "secret"],
  ["returns a number", () => 7],
  ["returns a response that was read", async () => {
    const response = new Response("secret");
    await response.text();
    return response;
  }],
  ["returns a broken header", () => new Response("x", { headers: { "x-a": "secret\x01" } })],
  [
    "returns a broken header of many",
    () => new Response("x", { headers: [["x-a", "1"], ["x-b", "\x7f"], ["x-c", "2"]] }),
  ],
  [
    "returns a broken redirect",
    () => new Response(null, { status: 302, headers: { location: "/\x1f" } }),
  ],
];
for (const [name, handler] of MISBEHAVIOUR) {
  for (const middlewares of [[], [(request, next) => next(request)] as web.Middleware[]]) {
    Deno.test(`a handler that ${name} gives 500, ${middlewares.length} middlewares`, async () => {
      const logger = recorder();
      const app = new web.Application({ logger, middlewares });
      app.addRoutes([web.get("/", handler)]);
      const response = await app.fetch(new Request("http://h/"));
      assertEquals(response.status, 500);
      assertEquals((await response.text()).includes("secret"), false);
      assertEquals(logger.errors.length, 1);
    });
  }
}

for (const method of ["GET", "HEAD"]) {
  for (const thrown of [new Error("secret"), "secret", null, undefined]) {
    Deno.test(`${method} of a Hono route that throws ${thrown} gives 500`, async () => {
      const logger = recorder();
      const app = new web.Application({ logger });
      app.hono.get("/", () => {
        throw thrown;
      });
      const response = await app.fetch(new Request("http://h/", { method }));
      assertEquals(response.status, 500);
      assertEquals((await response.text()).includes("secret"), false);
      assertEquals(logger.errors.length, 1);
    });
  }
}
