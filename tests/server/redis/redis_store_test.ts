import { assert, assertEquals, assertThrows } from "@std/assert";
import { web } from "@roundtrip/http";
import { redisStore } from "@roundtrip/http/redis";

/** A client in memory that speaks like one of the libraries, and the commands that it got. */
function fakeClient(dialect: "call" | "sendCommand") {
  const rows = new Map<string, string>();
  const calls: string[] = [];
  const command = (name = "", key = "", value = "", ...words: string[]): Promise<unknown> => {
    calls.push([name, key.replace(/[0-9a-f]{32}/, "ID"), ...words].join(" "));
    if (name === "GET") return Promise.resolve(rows.get(key) ?? null);
    if (name === "DEL") return Promise.resolve(rows.delete(key) ? 1 : 0);
    rows.set(key, value);
    return Promise.resolve("OK");
  };
  const client = dialect === "call"
    ? { call: (name: string, ...words: string[]) => command(name, ...words) }
    : { sendCommand: (words: readonly string[]) => command(...words) };
  return { rows, calls, client };
}

function appOf(storage: web.SessionStorage): web.Application {
  const app = new web.Application();
  web.setupSessions(app, storage);
  app.addRoutes([web.get("/{path}", async (request) => {
    const session = await web.getSession(request);
    const { path } = request.matchInfo;
    if (path === "set") session.set("a", 1);
    if (path === "renew") await web.renewSession(request);
    if (path === "logout") session.invalidate();
    return web.jsonResponse(session.size);
  })]);
  return app;
}

async function visit(app: web.Application, path: string, cookie = ""): Promise<string> {
  const response = await app.request(path, { headers: { cookie } });
  assertEquals(response.status, 200);
  await response.body?.cancel();
  return response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}

for (const dialect of ["call", "sendCommand"] as const) {
  Deno.test(`redisStore() stores sessions as aiohttp_session does, by ${dialect}()`, async () => {
    const { rows, calls, client } = fakeClient(dialect);
    const app = appOf(redisStore(client, { maxAge: 60_000 }));
    const cookie = await visit(app, "/set");
    assert(/^AIOHTTP_SESSION=[0-9a-f]{32}$/.test(cookie), cookie);
    const { created, session } = JSON.parse(rows.get(cookie.replace("=", "_")) ?? "");
    assert(Number.isInteger(created));
    assertEquals([session, calls], [{ a: 1 }, ["SET AIOHTTP_SESSION_ID PX 60000"]]);
    const renewed = await visit(app, "/renew", cookie);
    assertEquals([...rows.keys()], [renewed.replace("=", "_")]);
    assertEquals(await visit(app, "/logout", renewed), "AIOHTTP_SESSION=");
    assertEquals(rows.size, 0);
  });
}

Deno.test("a session slides: reading it extends its life after a tenth of it", async () => {
  const seconds = Math.floor(Date.now() / 1000);
  const cases: [age: number, options: web.SessionCookieOptions, isExtended: boolean][] = [
    [2, { maxAge: 60_000 }, false],
    [7, { maxAge: 60_000 }, true],
    [7, { maxAge: 60_000, sliding: false }, false],
    [61, { maxAge: 60_000 }, false], // over
    [1e6, {}, false], // without end
  ];
  for (const [age, options, isExtended] of cases) {
    const { rows, calls, client } = fakeClient("call");
    rows.set("AIOHTTP_SESSION_1", JSON.stringify({ created: seconds - age, session: { a: 1 } }));
    const app = appOf(redisStore(client, options));
    const cookie = await visit(app, "/read", "AIOHTTP_SESSION=1");
    assertEquals(
      cookie,
      isExtended ? "AIOHTTP_SESSION=1" : "",
      `${age} ${JSON.stringify(options)}`,
    );
    const { created } = JSON.parse(rows.get("AIOHTTP_SESSION_1") ?? "");
    assert(isExtended ? created >= seconds : created === seconds - age);
    assertEquals(calls.slice(1), isExtended ? ["SET AIOHTTP_SESSION_1 PX 60000 XX"] : []);
  }
});

Deno.test("redisStore() stores sessions without expiry by default", async () => {
  const { calls, client } = fakeClient("call");
  await visit(appOf(redisStore(client)), "/set");
  assertEquals(calls, ["SET AIOHTTP_SESSION_ID"]);
});

Deno.test("redisStore() refuses an object that is not a client", () => {
  for (const wrong of [{}, null, "redis://localhost"]) {
    assertThrows(() => redisStore(wrong as never), TypeError, "client of @redis/client or ioredis");
  }
});
