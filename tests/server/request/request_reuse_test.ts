import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { web } from "@roundtrip/http";

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
