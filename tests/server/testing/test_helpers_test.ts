import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { web, WSMsgType } from "@roundtrip/http";
import { quietApp } from "../_raw.ts";

function application(): web.Application {
  const app = quietApp();
  app.addRoutes([
    web.route("*", "/echo", async (request) =>
      web.jsonResponse([
        request.method,
        request.contentType,
        await request.text(),
        Object.fromEntries(request.cookies),
      ])),
    web.get("/set", () => {
      const response = web.textResponse("");
      web.setCookie(response, "a", "1");
      web.setCookie(response, "b", "2");
      return response;
    }),
    web.get("/del", () => {
      const response = web.textResponse("");
      web.delCookie(response, "a");
      return response;
    }),
    web.get(
      "/endless",
      () => new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(1000)) })),
    ),
    web.get("/named/{x}", () => web.textResponse(""), { name: "named" }),
    web.get("/ws", async (request) => {
      const socket = new web.WebSocketResponse({ protocols: ["p"] });
      await socket.prepare(request);
      for await (const message of socket) {
        if (message.type === WSMsgType.TEXT) await socket.sendStr(`${message.data}!`);
      }
      return socket;
    }),
  ]);
  return app;
}

Deno.test("TestClient sends every verb, JSON and cookies", async () => {
  await using client = await web.TestClient.start(application());
  for (const verb of ["get", "post", "put", "patch", "delete", "options"] as const) {
    const response = await client[verb]("/echo");
    assertEquals((await response.json())[0], verb.toUpperCase());
  }
  assertEquals((await client.head("/echo")).status, 200);
  assertEquals((await (await client.request("QUERY", "/echo")).json())[0], "QUERY");
  const json = await client.post("/echo", { json: { a: 1 } });
  assertEquals(await json.json(), ["POST", "application/json", '{"a":1}', {}]);

  await client.get("/set");
  assertEquals((await (await client.get("/echo")).json())[3], { a: "1", b: "2" });
  await client.get("/del");
  assertEquals((await (await client.get("/echo")).json())[3], { b: "2" });
  client.cookies.set("c", "3");
  assertEquals((await (await client.get("/echo")).json())[3], { b: "2", c: "3" });
});

Deno.test("TestClient sends forms and queries", async () => {
  const app = quietApp();
  app.addRoutes([web.post("/form", async (request) => {
    const form = await request.post();
    const file = form.file("file");
    const fields = [...request.query].map((pair) => pair.join("="));
    return web.jsonResponse([
      request.contentType,
      form.text("value"),
      file === undefined ? null : `${file.filename} ${await file.text()}`,
      ...fields,
    ]);
  })]);
  await using client = await web.TestClient.start(app);
  const post = async (path: string, init: web.TestRequestInit): Promise<unknown> =>
    await (await client.post(path, init)).json();
  const urlencoded = "application/x-www-form-urlencoded";
  assertEquals(await post("/form", { data: { value: "foo" } }), [urlencoded, "foo", null]);
  assertEquals(await post("/form", { data: { value: "é&", file: new File(["x"], "a.txt") } }), [
    "multipart/form-data",
    "é&",
    "a.txt x",
  ]);
  assertEquals(await post("/form?a=0", { data: {}, params: { a: [1, 2], b: undefined } }), [
    urlencoded,
    null,
    null,
    "a=0",
    "a=1",
    "a=2",
  ]);
  assertEquals((await post("/form", { params: "q=a+b", json: 1 }) as unknown[]).at(-1), "q=a b");
  const fragment = await post("/form?a=0#top", { params: { a: 1 }, json: 1 }) as unknown[];
  assertEquals(fragment.slice(-2), ["a=0", "a=1"]);
  for (const init of [{ data: {}, json: 1 }, { data: {}, body: "" }, { json: 1, body: "x" }]) {
    await assertRejects(() => client.post("/form", init), TypeError, "one of body, data and json");
  }
});

Deno.test("TestClient cancels unread bodies and closes its WebSockets", async () => {
  await using client = await web.TestClient.start(application());
  await client.get("/endless");
  const socket = await client.wsConnect("/ws", ["p"]);
  assertEquals(socket.protocol, "p");
  const answer = new Promise((resolve) => socket.onmessage = (event) => resolve(event.data));
  socket.send("hi");
  assertEquals(await answer, "hi!");
  await assertRejects(() => client.wsConnect("/echo"), Error, "Cannot open a WebSocket");
});

Deno.test("TestServer makes URLs, and tells a path from something else", async () => {
  await using server = await web.TestServer.start(application());
  const url = server.makeUrl(server.app.router.named("named").urlFor({ x: "a b" }));
  assertEquals(url, `http://127.0.0.1:${server.port}/named/a%20b`);
  assertThrows(() => server.makeUrl("http://evil/"), TypeError, "expected a path");
});

Deno.test("TestServer cleans up if the application does not start", async () => {
  const app = quietApp();
  let cleaned = false;
  app.cleanupCtx.push(async function* () {
    yield await Promise.resolve();
    cleaned = true;
  });
  app.onStartup.push(() => Promise.reject(new Error("no database")));
  await assertRejects(() => web.TestServer.start(app), Error, "no database");
  assert(cleaned);
});

Deno.test("app.request() takes a path, a URL and a request", async () => {
  const app = application();
  for (
    const target of [
      "/echo",
      "http://h/echo",
      new URL("http://h/echo"),
      new Request("http://h/echo"),
    ]
  ) {
    const response = await app.request(target, { method: "POST", body: "b" });
    assertEquals((await response.json()).slice(0, 3), ["POST", "text/plain", "b"]);
  }
});
