import { assert, assertEquals, assertThrows } from "@std/assert";
import { web } from "@roundtrip/http";
import { type RedisClient, RedisStorage } from "@roundtrip/http/session-redis";

interface Fake extends RedisClient {
  readonly rows: Map<string, string>;
  readonly calls: string[];
}

/** A client in memory that speaks like one of the libraries. */
function fakeClient(dialect: "setEx" | "setex"): Fake {
  const rows = new Map<string, string>();
  const calls: string[] = [];
  const keep = (key: string, seconds: number, value: string): Promise<unknown> => {
    calls.push(`${dialect} ${key} ${seconds}`);
    rows.set(key, value);
    return Promise.resolve("OK");
  };
  return {
    rows,
    calls,
    get: (key) => Promise.resolve(rows.get(key) ?? null),
    set: (key, value) => {
      calls.push(`set ${key}`);
      rows.set(key, value);
      return Promise.resolve("OK");
    },
    del: (key) => {
      calls.push(`del ${key}`);
      return Promise.resolve(rows.delete(key) ? 1 : 0);
    },
    [dialect]: keep,
  };
}

async function visit(app: web.Application, path: string, cookie: string | null): Promise<string> {
  const headers: HeadersInit = cookie === null ? {} : { cookie };
  const response = await app.fetch(new Request(`http://localhost${path}`, { headers }));
  assertEquals(response.status, 200);
  await response.body?.cancel();
  return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

function appOf(storage: web.SessionStorage): web.Application {
  const app = new web.Application();
  web.setupSessions(app, storage);
  app.addRoutes([
    web.get("/set", async (request) => {
      (await web.getSession(request)).set("a", 1);
      return web.textResponse("");
    }),
    web.get("/renew", async (request) => {
      await web.renewSession(request);
      return web.textResponse("");
    }),
    web.get("/logout", async (request) => {
      (await web.getSession(request)).invalidate();
      return web.textResponse("");
    }),
  ]);
  return app;
}

Deno.test("RedisStorage stores sessions as aiohttp_session does", async () => {
  for (const dialect of ["setEx", "setex"] as const) {
    const client = fakeClient(dialect);
    const app = appOf(new RedisStorage(client, { maxAge: 60_000 }));
    const cookie = await visit(app, "/set", null);
    const [, id = ""] = cookie.split("=");
    assert(/^[0-9a-f]{32}$/.test(id), cookie);
    assertEquals([...client.rows.keys()], [`AIOHTTP_SESSION_${id}`]);
    const { created, session } = JSON.parse(client.rows.get(`AIOHTTP_SESSION_${id}`) ?? "");
    assert(Number.isInteger(created));
    assertEquals([session, client.calls], [{ a: 1 }, [`${dialect} AIOHTTP_SESSION_${id} 60`]]);

    const renewed = await visit(app, "/renew", cookie);
    assert(renewed !== cookie);
    assertEquals([...client.rows.keys()], [`AIOHTTP_SESSION_${renewed.split("=")[1]}`]);

    assertEquals(await visit(app, "/logout", renewed), "AIOHTTP_SESSION=");
    assertEquals(client.rows.size, 0);
  }
});

Deno.test("RedisStorage stores sessions without expiry by default", async () => {
  const client = fakeClient("setEx");
  await visit(appOf(new RedisStorage(client)), "/set", null);
  assert(client.calls[0]?.startsWith("set AIOHTTP_SESSION_"), client.calls[0] ?? "no call");
});

Deno.test("RedisStorage refuses a client without a way to set a time", () => {
  const { get, set, del } = fakeClient("setEx");
  assertThrows(() => new RedisStorage({ get, set, del }), TypeError, "neither setEx nor setex");
});
