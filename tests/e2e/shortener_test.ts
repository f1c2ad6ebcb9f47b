/** The service of examples/shortener, over a port, as its users meet it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { ClientSession, web } from "@roundtrip/http";
import app from "../../examples/shortener/main.ts";

Deno.test("the shortener: log-in, links, uploads, notices, limits, health, metrics", async () => {
  await using runner = new web.AppRunner(app, { shutdownTimeout: 1000 });
  const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
  await using ann = new ClientSession({ baseUrl, headers: { origin: baseUrl } }); // as browsers send it
  const ask = async (method: string, path: string, options = {}) => {
    await using response = await ann.request(method, path, { allowRedirects: false, ...options });
    return { response, text: await response.text() };
  };
  const link = { json: { url: "https://example.com/long" } };

  assertEquals((await ask("GET", "/health")).text, "ready");
  const refused = await ask("POST", "/links", link);
  assertEquals(refused.response.status, 401);
  assertEquals(JSON.parse(refused.text), {
    type: "about:blank",
    title: "Unauthorized",
    status: 401,
  });
  assert(refused.response.headers.has("x-request-id"));
  const login = (password: string, headers = {}) =>
    ask("POST", "/login", { data: { name: "ann", password }, headers });
  assertEquals((await login("guess")).response.status, 403);
  assertEquals((await login("secret", { origin: "https://evil.example" })).response.status, 403);
  assertEquals((await login("secret")).text, "welcome, ann");

  await using socket = await ann.wsConnect("/socket");
  await using stream = await ann.get("/events");
  const events = stream.events();
  const made = await ask("POST", "/links", link);
  const { slug } = JSON.parse(made.text);
  assertEquals([made.response.status, /^[\da-f]{8}$/.test(slug)], [201, true]);
  assertEquals(await socket.receiveStr(), slug);
  assertEquals((await events.next()).value?.data, slug);
  const bad = await ask("POST", "/links", { json: { url: "javascript:alert(1)" } });
  assertEquals([bad.response.status, JSON.parse(bad.text).issues[0].path], [422, ["url"]]);

  const moved = await ask("GET", `/${slug}`);
  assertEquals([moved.response.status, moved.response.headers.get("location")], [
    302,
    "https://example.com/long",
  ]);
  assertEquals((await ask("GET", "/00000000")).response.status, 404);
  const file = new File(["a logo"], "logo.svg");
  assertEquals((await ann.upload("/uploads", file, { resumable: true })).size, 6);
  const text = (await ask("GET", "/metrics")).text;
  assertMatch(text, /^http_requests_total\{route="\/\{slug\}",method="GET",status="302"\} 1$/m);
  assertMatch(text, /^websockets_open 1$/m);

  let status = 0;
  for (let n = 0; n < 61 && status !== 429; n++) {
    status = (await ask("GET", "/00000000")).response.status;
  }
  assertEquals(status, 429);
});
