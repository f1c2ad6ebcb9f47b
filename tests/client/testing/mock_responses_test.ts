import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ClientConnectionError, ClientSession, MockResponses } from "@roundtrip/http";

const API = "https://api.example";

Deno.test("MockResponses returns matching responses in the order of registration", async () => {
  const mock = new MockResponses();
  mock.add("GET", `${API}/a?b=1`, { body: "url" })
    .add("GET", "/path?x=1", { body: "path" })
    .add("*", /\/users\/\d+$/g, { json: { id: 1 }, repeat: 2 })
    .add("PUT", ({ headers }) => headers.has("x-one"), { status: 204 })
    .add("POST", "/echo", async (request) => new Response(`${await request.text()}!`))
    .add("GET", "/always", { body: "1" })
    .add("GET", "/always", { status: 404, repeat: true });
  await using session = new ClientSession({ app: mock });
  const rows: [method: string, url: string, options: Record<string, unknown>, string][] = [
    ["GET", "/a?b=1", {}, "200 url"],
    ["GET", "/path?x=1", {}, "200 path"],
    ["GET", "/users/1", {}, '200 {"id":1}'],
    ["DELETE", "/users/22", {}, '200 {"id":1}'],
    ["PUT", "/any", { headers: { "x-one": "1" } }, "204 "],
    ["POST", "/echo", { data: "a" }, "200 a!"],
    ["POST", "/echo", { data: "b" }, "200 b!"],
    ["GET", "/always", {}, "200 1"],
    ["GET", "/always", {}, "404 "],
    ["GET", "/always", {}, "404 "],
  ];
  for (const [method, path, options, expected] of rows) {
    await using response = await session.request(method, `${API}${path}`, options);
    assertEquals(`${response.status} ${await response.text()}`, expected, `${method} ${path}`);
  }
  assertEquals(mock.pending, []);
  assertEquals(mock.calls.map(({ method, url }) => `${method} ${url.pathname}${url.search}`), [
    ...rows.map(([method, path]) => `${method} ${path}`),
  ]);
  assertEquals(new TextDecoder().decode(mock.calls[6]?.body), "b");
  assertEquals(mock.calls[4]?.headers.get("x-one"), "1");
});

Deno.test("MockResponses lists its responses if none matches", async () => {
  const mock = new MockResponses();
  mock.add("GET", `${API}/a`).add("post", /b/);
  assertEquals(mock.pending, [`GET ${API}/a`, "POST /b/"]);
  await using session = new ClientSession({ app: mock });
  await (await session.get(`${API}/a`)).release();
  await assertRejects(
    () => session.get(`${API}/a`),
    ClientConnectionError,
    `no reply is registered for GET ${API}/a; there are: GET ${API}/a (used up), POST /b/`,
  );
  mock.clear();
  assertEquals([mock.calls, mock.pending], [[], []]);
  await assertRejects(() => session.get(`${API}/a`), ClientConnectionError, "there are: none");
});

Deno.test("MockResponses simulates errors and delays", async () => {
  const error = new Error("the wire was cut");
  const mock = new MockResponses().add("GET", "/cut", { error }).add("GET", "/late", { delay: 30 });
  await using session = new ClientSession({ app: mock, baseUrl: API });
  const failure = await assertRejects(() => session.get("/cut"), ClientConnectionError, "the wire");
  assertEquals(failure.cause, error);
  const start = performance.now();
  await (await session.get("/late")).release();
  assert(performance.now() - start > 28);
  for (const repeat of [0, -1, 1.5, NaN]) {
    assertThrows(() => mock.add("GET", "/", { repeat }), RangeError, `${repeat} times`);
  }
  assertThrows(() => mock.add("GET", "/", { body: "", json: 1 }), TypeError, "give one of them");
});
