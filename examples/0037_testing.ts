// deno test --allow-net=127.0.0.1 examples/0037_testing.ts
// Testing a handler alone, an application without a socket, and over a socket.
// 测试：单个处理器、不用套接字的应用、经过套接字。
import { ClientSession, web } from "@roundtrip/http";

const hello = (request: web.ServerRequest<{ name: string }>): Response =>
  web.textResponse(`hello, ${request.matchInfo.name}`);

function makeApp(): web.Application {
  const app = new web.Application();
  app.addRoutes([
    web.get("/hello/{name}", hello),
    web.post("/sum", async (request) => {
      const { a, b } = await request.json<{ a: number; b: number }>();
      return web.jsonResponse(a + b);
    }),
  ]);
  return app;
}

function equal(actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`expected ${expected}, got ${actual}`);
}

Deno.test("a handler greets by name", async () => {
  const request = web.makeRequest("GET", "/hello/ann", { matchInfo: { name: "ann" } });
  equal(await hello(request).text(), "hello, ann");
});

Deno.test("the application answers without a socket", async () => {
  equal(await (await makeApp().request("/hello/ann")).text(), "hello, ann");
  equal((await makeApp().request("/nothing")).status, 404);
});

Deno.test("a session talks to the application without a socket", async () => {
  await using session = new ClientSession({ app: makeApp() });
  await using response = await session.post("/sum", { json: { a: 1, b: 2 } });
  equal(await response.json(), 3);
});

Deno.test("the application answers over a socket", async () => {
  await using client = await web.TestClient.start(makeApp());
  const response = await client.post("/sum", { json: { a: 1, b: 2 } });
  equal(await response.json(), 3);
});
