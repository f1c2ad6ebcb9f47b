// redisStore() against Redis itself (Debian's redis-server), by each client library it names.
import { assert, assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import { cacheMiddleware, ClientSession } from "@roundtrip/http";
import { redisCache, type RedisClient, RedisCounter, redisStore } from "@roundtrip/http/redis";
import { testRedis } from "./_clients.ts";

function appOf(client: RedisClient, options: web.SessionCookieOptions): web.Application {
  const app = new web.Application();
  web.setupSessions(app, redisStore(client, options));
  app.addRoutes([
    web.post("/", async (request) => {
      const session = await web.getSession(request);
      for (const [name, value] of Object.entries(await request.json<object>())) {
        session.set(name, value);
      }
      return web.textResponse("");
    }),
    web.get(
      "/",
      async (request) => web.jsonResponse(Object.fromEntries(await web.getSession(request))),
    ),
    web.post("/renew", async (request) => {
      await web.renewSession(request);
      return web.textResponse("");
    }),
    web.post("/logout", async (request) => {
      (await web.getSession(request)).invalidate();
      return web.textResponse("");
    }),
  ]);
  return app;
}

testRedis("sessions in a real Redis", async (client) => {
  const app = appOf(client, { maxAge: 60_000 });
  let cookie = "";
  const ask = async (path: string, body?: unknown): Promise<string> => {
    const response = await app.request(path, {
      headers: { cookie },
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
    assertEquals(response.status, 200);
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) cookie = set.split(";")[0] ?? "";
    return await response.text();
  };
  const keyOf = () => cookie.replace("=", "_");

  const data = { user: "ж😀\n", list: [1, null, { a: true }] };
  await ask("/", data);
  assertEquals(JSON.parse(await ask("/")), data);
  assertEquals(await client.keys("*"), [keyOf()]);
  const left = await client.ttl(keyOf());
  assert(left > 50 && left <= 60, `Redis forgets it in ${left} s`);

  const before = cookie;
  await ask("/renew", {});
  assert(cookie !== before);
  assertEquals(await client.keys("*"), [keyOf()]);
  assertEquals(JSON.parse(await ask("/")), data);

  await ask("/logout", {});
  assertEquals(await client.keys("*"), []);

  // Rows as Python's aiohttp_session writes them, and ones that it would not.
  const created = Math.floor(Date.now() / 1000);
  const rows: [row: string, read: unknown][] = [
    [`{"created": ${created}, "session": {"n": 1, "t": "\\u0436"}}`, { n: 1, t: "ж" }],
    [`{"created": ${created - 61}, "session": {"n": 1}}`, {}], // over, by its own word
    ["{}", {}],
    ["no JSON", {}],
    ["", {}],
  ];
  for (const [row, read] of rows) {
    cookie = "AIOHTTP_SESSION=0123456789abcdef0123456789abcdef";
    await client.set(keyOf(), row);
    assertEquals(JSON.parse(await ask("/")), read, row);
  }

  // Without maxAge a row has no end.
  const endless = appOf(client, {});
  const response = await endless.request("/", { method: "POST", body: '{"a":1}' });
  const id = response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  assertEquals(await client.ttl(id.replace("=", "_")), -1);
});

testRedis("RedisCounter lets the limit pass, and not one more", async (client) => {
  const cases = [["fixed", 1], ["sliding", 1], ["fixed", 50], ["sliding", 50]] as const;
  for (const [window, limit] of cases) {
    const counters = [1, 2].map(() => new RedisCounter(client, { window, prefix: `${window}:` }));
    const key = `${limit}`;
    const take = async (n: number) => await counters[n % 2]?.take(key, limit, 300);
    const taken = await Promise.all(Array.from({ length: 200 }, (_, n) => take(n)));
    assertEquals(taken.filter((each) => each?.allowed).length, limit, `${window} ${limit}`);
    assertEquals(taken.slice(0, limit).map((each) => each?.remaining).at(-1), 0);
    const last = taken.at(-1);
    assert(last !== undefined && last.remaining === 0 && last.reset > 0 && last.reset <= 300);
    await new Promise((resolve) => setTimeout(resolve, last.reset + 20));
    assert((await take(0))?.allowed, window);
  }
  await new Promise((resolve) => setTimeout(resolve, 320));
  assertEquals(await client.keys("*"), []); // Redis forgets what has ended
});

testRedis(
  "RedisCounter: a sliding window has no edge where twice the limit passes",
  async (client) => {
    const sliding = new RedisCounter(client, { window: "sliding" });
    const passed: [before: number, after: number][] = [];
    const start = performance.now();
    while (performance.now() - start < 900) {
      const before = performance.now();
      if ((await sliding.take("a", 5, 200)).allowed) passed.push([before, performance.now()]);
    }
    assert(passed.length >= 15 && passed.length <= 25, `${passed.length} in 900 ms`);
    for (const [n, [before]] of passed.entries()) {
      const [, after] = passed[n + 5] ?? [0, Infinity]; // Redis has counted in between
      assert(after - before > 198, `six within ${after - before} ms`);
    }
  },
);

testRedis("redisCache() shares responses, and its failure costs none", async (client, _, stop) => {
  let calls = 0;
  const bytes = Uint8Array.from({ length: 300 }, (_, n) => n);
  const app = {
    fetch: (request: Request) => {
      calls++;
      const etag = '"1"';
      if (request.headers.get("if-none-match") === etag) {
        return new Response(null, { status: 304, headers: { etag } });
      }
      const age = request.url.endsWith("stale") ? 0 : 60;
      return new Response(bytes, { headers: { "cache-control": `max-age=${age}`, etag } });
    },
  };
  const errors: unknown[] = [];
  const options = { timeout: 500, onError: (error: unknown) => errors.push(error) };
  const sessions = [1, 2].map(() =>
    new ClientSession({
      app,
      middlewares: [cacheMiddleware({ store: redisCache(client, options) })],
    })
  );
  const read = async (path: string): Promise<void> => {
    for (const session of sessions) {
      await using response = await session.get(path);
      assertEquals([response.status, await response.read()], [200, bytes]);
    }
  };
  await read("/fresh");
  assertEquals(calls, 1);
  await read("/stale"); // asked again each time, the second time with its tag
  assertEquals(calls, 3);
  await sessions[0]?.post("/fresh");
  await read("/fresh");
  assertEquals([calls, errors], [5, []]);
  for (const key of await client.keys("roundtrip:cache:*")) {
    assert(await client.ttl(key) > 0);
    await client.set(key, "not ours");
  }
  await read("/fresh");
  assertEquals(calls, 6);
  await stop();
  await read("/fresh");
  assertEquals([calls, errors.length > 0], [8, true]);
  for (const session of sessions) await session.close();
});
