// redisStore() against Redis itself (Debian's redis-server), by each client library it names.
import { assert, assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import { type RedisClient, redisStore } from "@roundtrip/http/redis";
import { createClient } from "npm:@redis/client@^5";
import { Redis } from "npm:ioredis@^5";
import { hasRedis, startRedis } from "../../_redis.ts";

const ignore = !await hasRedis();
if (ignore) console.log("ignored: no redis-server to keep sessions in (Debian's redis-server)");

/** A client, with the commands of the test itself. */
type Probe = RedisClient & {
  ttl(key: string): Promise<number>;
  keys(pattern: string): Promise<string[]>;
  set(key: string, value: string): Promise<unknown>;
};

const CLIENTS: readonly [
  name: string,
  connect: (port: number) => Promise<[client: Probe, close: () => unknown]>,
][] = [
  ["@redis/client", async (port) => {
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    await client.connect();
    return [client, () => client.close()];
  }],
  ["ioredis", (port) => {
    const client = new Redis(port, "127.0.0.1");
    return Promise.resolve([client, () => client.quit()]);
  }],
];

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

for (const [name, connect] of CLIENTS) {
  Deno.test({
    name: `sessions in a real Redis by ${name}`,
    ignore,
    // Both libraries keep timers of their own for a while after their end.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using server = await startRedis();
      const [client, close] = await connect(server.port);
      try {
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
      } finally {
        await close();
      }
    },
  });
}
