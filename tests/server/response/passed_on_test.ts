import { assertEquals, assertThrows } from "@std/assert";
import { ClientSession, web } from "@roundtrip/http";
import { rawRequest } from "../../_raw.ts";
import { everyWay, SOCKET_ENGINES } from "../_engines.ts";

const REDIRECT = () => Response.redirect("http://localhost/there", 303);

everyWay(
  "responses that the platform makes immutable pass middlewares, cookies and hooks",
  async (ask) => {
    const upstream = Deno.serve({ port: 0, onListen() {} }, () => new Response("upstream"));
    const passOn = () => fetch(`http://localhost:${upstream.addr.port}/`);
    for (
      const [handler, status, text] of [[REDIRECT, 303, ""], [passOn, 200, "upstream"]] as const
    ) {
      const app = new web.Application({
        middlewares: [async (request, next) => {
          const response = await next(request);
          if (!(response instanceof Response)) return response;
          response.headers.set("x-outer", "1");
          web.setCookie(response, "a", "b");
          return response;
        }],
      });
      app.addRoutes([web.get("/", handler)]);
      app.onResponsePrepare.push((_, { headers }) => headers.set("x-hook", "2"));
      const response = await ask(app, "/", { redirect: "manual" });
      assertEquals([response.status, await response.text()], [status, text]);
      const { headers } = response;
      assertEquals(
        [headers.get("x-outer"), headers.get("x-hook"), headers.getSetCookie()],
        ["1", "2", ["a=b; Path=/"]],
      );
    }
    await upstream.shutdown();
  },
);

Deno.test("a cookie for an immutable response is refused with the remedy", () => {
  assertThrows(
    () => web.setCookie(REDIRECT(), "a", "b"),
    TypeError,
    'Cannot set the cookie "a": the headers of what Response.redirect() and fetch() give',
  );
});

const BYTES = new Uint8Array(10_000).fill(97);
const stream = () => {
  let pieces = 3;
  return new Response(
    new ReadableStream({
      pull: (controller) => pieces-- > 0 ? controller.enqueue(BYTES) : controller.close(),
    }),
  );
};
const HEADS: [string, web.Handler, length: string | null][] = [
  ["a stream", stream, null],
  ["a stream that stalls", () => new Response(new ReadableStream()), null],
  ["a StreamResponse", async (request) => {
    const response = new web.StreamResponse();
    await response.prepare(request);
    return response;
  }, null],
  ["events", (request) => web.sseResponse(request), null],
  [
    "what is compressed",
    (request) =>
      web.compressMiddleware()(
        request,
        () => new Response(BYTES, { headers: { "content-type": "text/plain" } }),
      ),
    null,
  ],
  ["a text", () => web.textResponse("hello"), "5"],
  ["nothing", () => new Response(), "0"],
];

everyWay("a compressed reply that is passed on is not corrupted", async (ask) => {
  const text = "hello ".repeat(200);
  const coded = new Response(text).body?.pipeThrough(new CompressionStream("gzip"));
  const bytes = await new Response(coded).bytes();
  const upstream = Deno.serve(
    { port: 0, onListen() {} },
    () => new Response(bytes, { headers: { "content-encoding": "gzip" } }),
  );
  const url = `http://localhost:${upstream.addr.port}/`;
  for (const transport of ["sockets", "fetch"] as const) {
    await using session = new ClientSession({ connector: { transport } });
    const app = new web.Application();
    app.addRoutes([
      web.get("/fetch", () => fetch(url)),
      web.get("/client", async () => (await session.get(url)).toResponse()),
      web.get("/read", async () => {
        const response = await session.get(url);
        await response.read();
        return response.toResponse();
      }),
      web.head("/empty", async () => (await session.head(url)).toResponse()),
    ]);
    for (const path of ["/fetch", "/client", "/read"]) {
      assertEquals(await (await ask(app, path)).text(), text, path);
    }
    assertEquals((await ask(app, "/empty", { method: "HEAD" })).status, 200);
  }
  await upstream.shutdown();
});

Deno.test("HEAD has a length only if GET has one", async () => {
  const upstream = Deno.serve({ port: 0, onListen() {} }, stream);
  const app = new web.Application();
  const rows = [
    ...HEADS,
    [
      "another server's answer",
      () => fetch(`http://localhost:${upstream.addr.port}/`, { method: "HEAD" }),
      null,
    ] as const,
  ];
  app.addRoutes(rows.map(([, handler], at) => web.get(`/${at}`, handler)));
  {
    await using server = await web.TestServer.start(app);
    for (const [at, [name, , length]] of rows.entries()) {
      const reply = await rawRequest(
        server.port,
        `HEAD /${at} HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\nConnection: close\r\n`,
      );
      assertEquals(/content-length: (\d+)/i.exec(reply)?.[1] ?? null, length, `${name}: ${reply}`);
      assertEquals(reply.split("\r\n\r\n")[1], "", name);
    }
  }
  await upstream.shutdown();
});

/** Data received on a persistent connection, for two requests. */
async function twice(port: number, request: string): Promise<number> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const asked = new TextEncoder().encode(`${request}\r\nHost: h\r\n\r\n`);
  let replies = 0;
  const buffer = new Uint8Array(4096);
  for (let round = 0; round < 2; round++) {
    await connection.write(asked);
    const read = await connection.read(buffer);
    const text = new TextDecoder().decode(buffer.subarray(0, read ?? 0));
    if (/^connection: close/im.test(text)) break;
    replies += text.split("HTTP/1.1 ").length - 1;
  }
  return replies;
}

for (const [name, engine] of SOCKET_ENGINES) {
  Deno.test(`a response without a body, and an error, keep the connection (${name})`, async () => {
    const app = new web.Application();
    app.addRoutes([
      web.get("/", () => web.textResponse("hello")),
      web.route("*", "/done", () => new Response(null, { status: 204 })),
      web.route("*", "/empty", () => new Response()),
    ]);
    await using server = await web.TestServer.start(app, { engine });
    for (const method of ["DELETE", "PATCH", "OPTIONS", "POST"]) {
      for (const path of ["/", "/none", "/done", "/empty"]) {
        assertEquals(
          await twice(server.port, `${method} ${path} HTTP/1.1`),
          2,
          `${method} ${path}`,
        );
      }
    }
  });
}

Deno.test("205 leaves no client waiting on Deno.serve", async () => {
  const app = new web.Application();
  app.addRoutes([web.get("/", () => new Response(null, { status: 205, headers: { "x-a": "1" } }))]);
  await using server = await web.TestServer.start(app);
  const reply = await rawRequest(server.port, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n");
  assertEquals([reply.slice(0, 12), reply.includes("x-a: 1")], ["HTTP/1.1 204", true]);
  assertEquals((await app.request("/")).status, 205);
});
