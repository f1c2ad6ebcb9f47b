import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { web } from "@roundtrip/http";
import { everyWay } from "../_engines.ts";

// State of one request shared by middlewares and handlers: the matched resource, and the body.

const ok = () => web.textResponse("ok");

Deno.test("a middleware sees which resource answers, by its template", async () => {
  const seen: (string | null)[] = [];
  const note: web.Middleware = (request, handler) => {
    seen.push(request.resource === null ? null : request.resource.canonical);
    return handler(request);
  };
  const app = new web.Application({ middlewares: [note] });
  const sub = new web.Application();
  sub.addRoutes([web.get("/users/{id}", ok, { name: "user" })]);
  app.addRoutes([web.get("/", ok), web.get(String.raw`/items/{id:\d+}`, ok), web.post("/", ok)]);
  app.addSubapp("/admin", sub);
  for (const path of ["/", "/items/7", "/items/x", "/admin/users/9", "/admin/none"]) {
    await app.request(path);
  }
  await app.request("/", { method: "PUT" });
  assertEquals(seen, [
    "/",
    "/items/{id}",
    null,
    "/admin/users/{id}",
    null,
    null,
  ]);
});

Deno.test("a resource of a request has its name and builds URLs; a clone has it too", async () => {
  const app = new web.Application();
  app.addRoutes([web.get("/users/{id}", (request) => {
    const { resource } = request.clone();
    return web.textResponse(`${resource?.name} ${resource?.urlFor({ id: "8" })}`);
  }, { name: "user" })]);
  assertEquals(await (await app.request("/users/7")).text(), "user /users/8");
  assertEquals(web.makeRequest("GET", "/users/7").resource, null);
});

for (const reader of ["read", "text"] as const) {
  Deno.test(`a form can be read after a middleware called ${reader}(), of any type`, async () => {
    const log: web.Middleware = async (request, handler) => {
      await request[reader]();
      return await handler(request);
    };
    const app = new web.Application({ middlewares: [log] });
    app.addRoutes([web.post("/", async (request) => {
      const form = await request.post();
      const file = form.file("file");
      return web.jsonResponse([form.text("a"), await file?.text() ?? null]);
    })]);
    const form = new FormData();
    form.set("a", "1");
    form.set("file", new File(["content"], "a.txt"));
    const post = async (body: BodyInit) =>
      await (await app.request("/", { method: "POST", body })).json();
    assertEquals(await post(new URLSearchParams({ a: "1" })), ["1", null]);
    assertEquals(await post(form), ["1", "content"]);
  });
}

Deno.test("a body that was read once says so, not that a stream is locked", async () => {
  const request = () => web.makeRequest("POST", "/", { body: "abc" });
  const expected = /^Cannot read the body: it was read before\. .*content and multipart\(\)/;
  const first = request();
  await first.text();
  assertMatch(
    (await assertRejects(async () => await first.content.read(), TypeError)).message,
    expected,
  );
  const second = request();
  await second.content.read();
  assertMatch((await assertRejects(() => second.text(), TypeError)).message, expected);
  const headers = { "content-type": "multipart/form-data; boundary=b" };
  const third = web.makeRequest("POST", "/", { body: "--b--", headers });
  await third.read();
  assertMatch((await assertRejects(() => third.multipart(), TypeError)).message, expected);
});

everyWay("a body read as text is the same as text, JSON, bytes and form", async (ask) => {
  const app = new web.Application();
  app.addRoutes([web.post("/", async (request) => {
    const text = await request.text();
    const bytes = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await request.read());
    const fields = [...await request.post()];
    const file = (await request.post()).file("file");
    const again = await request.text();
    const json = text.startsWith("[") ? await request.json() : null;
    const { bodyUsed } = request.raw;
    const streamed = await assertRejects(async () => await request.content.read(), TypeError);
    return web.jsonResponse([
      [text, again === text, bytes === text],
      [json, fields.length, await file?.text() ?? null],
      [bodyUsed, streamed.message.includes("read before")],
    ]);
  })]);
  const post = async (type: string, body: string) => {
    const headers = { "content-type": type };
    const reply = await ask(app, "/", { method: "POST", body, headers });
    assertEquals(reply.status, 200);
    return await reply.json();
  };
  const form = "multipart/form-data; boundary=b";
  const part = (content: string) =>
    '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n' +
    `${content}\r\n--b--\r\n`;
  const rows: [type: string, body: string, json: unknown, fields: number, file: string | null][] = [
    ["application/json", "[1]", [1], 0, null],
    ["application/json; charset=UTF-8", '["é"]', ["é"], 0, null],
    ["text/plain", "é €".repeat(5000), null, 0, null],
    ["text/plain; charset=us-ascii", "a", null, 0, null],
    ["application/x-www-form-urlencoded", "a=1&b=%41", null, 2, null],
    [form, part("content"), null, 1, "content"],
    [form, part("é"), null, 1, "é"],
  ];
  for (const [type, body, json, fields, file] of rows) {
    const wanted = [[body, true, true], [json, fields, file], [true, true]];
    assertEquals(await post(type, body), wanted, `${type} ${body.slice(0, 10)}`);
  }
});
