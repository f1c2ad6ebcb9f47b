import { assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import { redisStore } from "@roundtrip/http/redis";

const NAME = "AIOHTTP_SESSION";
type Rows = Map<string, string>;

function mapStore(rows: Rows): web.SessionStore {
  return {
    get: (key) => Promise.resolve(rows.get(key) ?? null),
    set: (key, value) => Promise.resolve(void rows.set(key, value)),
    delete: (key) => Promise.resolve(void rows.delete(key)),
  };
}

function redisOf(rows: Rows): web.SessionStorage {
  return redisStore({
    call(command, key = "", value = "", ...words) {
      if (command === "GET") return Promise.resolve(rows.get(key) ?? null);
      if (command === "DEL") return Promise.resolve(rows.delete(key) ? 1 : 0);
      if (words.includes("XX") && !rows.has(key)) return Promise.resolve(null);
      return Promise.resolve(rows.set(key, value));
    },
  }, { maxAge: 3_600_000 });
}

function cookieOf(response: Response): string | null {
  return response.headers.get("set-cookie")?.split(";")[0] ?? null;
}

Deno.test("an ended id is not adopted again", async () => {
  const now = Math.floor(Date.now() / 1000);
  const cases: [name: string, row: string, isKept: boolean][] = [
    ["no values", "{}", false],
    ["expired", JSON.stringify({ created: now - 7200, session: { user: "eve" } }), false],
    ["alive", JSON.stringify({ created: now, session: { user: "ann" } }), true],
  ];
  for (const [name, row, isKept] of cases) {
    const app = new web.Application();
    web.setupSessions(app, redisOf(new Map([[`${NAME}_planted`, row]])));
    app.addRoutes([web.get("/", async (request) => {
      const session = await web.getSession(request);
      session.set("user", "ann");
      return web.jsonResponse({ isNew: session.isNew, identity: session.identity });
    })]);
    const response = await app.request("/", { headers: { cookie: `${NAME}=planted` } });
    const identity = isKept ? "planted" : null;
    assertEquals(await response.json(), { isNew: !isKept, identity }, name);
    assertEquals(cookieOf(response) === `${NAME}=planted`, isKept, name);
  }
});

const STORAGES: [name: string, storage: () => web.SessionStorage][] = [
  ["MemoryStorage", () => new web.MemoryStorage()],
  ["KeyedStorage", () => new web.KeyedStorage(mapStore(new Map()))],
  ["redisStore", () => redisOf(new Map())],
];

for (const [name, storage] of STORAGES) {
  Deno.test(`a slower request does not undo a log-out or a renewal (${name})`, async () => {
    for (const end of ["/out", "/renew"]) {
      let loaded = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      const app = new web.Application();
      web.setupSessions(app, storage());
      app.addRoutes([
        web.get("/in", async (request) => {
          (await web.getSession(request)).set("user", "ann");
          return web.textResponse("");
        }),
        web.get("/out", async (request) => {
          (await web.getSession(request)).invalidate();
          return web.textResponse("");
        }),
        web.get("/renew", async (request) => {
          await web.renewSession(request);
          return web.textResponse("");
        }),
        web.get("/slow", async (request) => {
          const session = await web.getSession(request);
          loaded.resolve();
          await goOn.promise;
          session.set("seen", 1);
          return web.textResponse("");
        }),
        web.get("/who", async (request) => {
          return web.textResponse(`${(await web.getSession(request)).get("user")}`);
        }),
      ]);
      const headers = { cookie: cookieOf(await app.request("/in")) ?? "" };
      assertEquals(await (await app.request("/who", { headers })).text(), "ann");
      const slow = app.request("/slow", { headers });
      await loaded.promise;
      await app.request(end, { headers });
      goOn.resolve();
      assertEquals(cookieOf(await slow), null, end); // it might be the cookie of the new session
      assertEquals(await (await app.request("/who", { headers })).text(), "undefined", end);
      loaded = Promise.withResolvers<void>();
    }
  });
}

Deno.test("a loaded session is written only if it still exists", async () => {
  const app = new web.Application();
  web.setupSessions(app, new web.MemoryStorage({ maxAge: 60_000 }));
  app.addRoutes([web.get("/", async (request) => {
    const session = await web.getSession(request);
    const visits = (session.get<number>("visits") ?? 0) + 1;
    session.set("visits", visits);
    return web.textResponse(`${visits}`);
  })]);
  const headers = { cookie: cookieOf(await app.request("/")) ?? "" };
  for (const visits of ["2", "3"]) {
    const response = await app.request("/", { headers });
    assertEquals([await response.text(), cookieOf(response)], [visits, headers.cookie]);
  }
});

Deno.test("a handler that catches the failure of the storage answers without a session", async () => {
  const storage: web.SessionStorage = {
    create: () => new web.Session(null),
    load: () => Promise.reject(new Error("the store is down")),
    save: () => Promise.resolve(),
  };
  const errors: unknown[] = [];
  const app = new web.Application({ logger: { error: (_, error) => errors.push(error) } });
  web.setupSessions(app, storage);
  app.addRoutes([
    web.get("/caught", async (request) => {
      await web.getSession(request).catch(() => {});
      return web.textResponse("");
    }),
    web.get("/redirect", async (request) => {
      await web.getSession(request).catch(() => {});
      throw new web.HTTPSeeOther("/");
    }),
    web.get("/stream", async (request) => {
      await web.getSession(request).catch(() => {});
      const response = new web.StreamResponse();
      await response.prepare(request);
      return response;
    }),
    web.get("/thrown", async (request) => web.jsonResponse((await web.getSession(request)).size)),
  ]);
  for (const [path, status] of [["/caught", 200], ["/redirect", 303], ["/stream", 200]] as const) {
    assertEquals((await app.request(path)).status, status, path);
  }
  assertEquals(errors, []);
  assertEquals((await app.request("/thrown")).status, 500);
});
