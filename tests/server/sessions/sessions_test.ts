import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { web } from "@roundtrip/http";
import { Fernet } from "../../../server/sessions/fernet.ts";
import { memoryStore } from "../../../server/sessions/memory_storage.ts";

const KEY = new Uint8Array(32).map((_, i) => i);

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  readonly setCookie: string | null;
}

/** A browser with one cookie. */
class Browser {
  cookie: string | null = null;
  readonly #app: web.Application;

  constructor(app: web.Application) {
    this.#app = app;
  }

  async get(path: string): Promise<Answer> {
    const headers: HeadersInit = this.cookie === null ? {} : { cookie: this.cookie };
    const response = await this.#app.fetch(new Request(`http://localhost${path}`, { headers }));
    const cookies = response.headers.getSetCookie();
    assert(cookies.length < 2, `two cookies: ${cookies}`);
    const [setCookie = null] = cookies;
    if (setCookie !== null) {
      const [pair = ""] = setCookie.split("; ");
      this.cookie = setCookie.includes("Max-Age=0") ? null : pair;
    }
    const text = await response.text();
    return { status: response.status, text, headers: response.headers, setCookie };
  }
}

const SHARED = new web.HTTPForbidden();

function appOf(storage: web.SessionStorage, errors: unknown[] = []): web.Application {
  const app = new web.Application({ logger: { error: (_, error) => errors.push(error) } });
  web.setupSessions(app, storage);
  const values = (session: web.Session) => web.jsonResponse(Object.fromEntries(session));
  app.addRoutes([
    web.get("/read", async (request) => values(await web.getSession(request))),
    web.get("/untouched", () => web.textResponse("")),
    web.get("/set/{key}/{value}", async (request) => {
      const { key, value } = request.matchInfo;
      return values((await web.getSession(request)).set(key, value));
    }),
    web.get("/delete/{key}", async (request) => {
      const session = await web.getSession(request);
      session.delete(request.matchInfo.key);
      return values(session);
    }),
    web.get("/logout", async (request) => {
      (await web.getSession(request)).invalidate();
      return web.textResponse("");
    }),
    web.get("/new", async (request) => values(await web.newSession(request))),
    web.get("/renew", async (request) => values(await web.renewSession(request))),
    web.get("/redirect", async (request) => {
      (await web.getSession(request)).set("from", "redirect");
      throw new web.HTTPFound("/read");
    }),
    web.get("/platform-redirect", async (request) => {
      (await web.getSession(request)).set("from", "platform");
      return Response.redirect("http://localhost/read");
    }),
    web.get("/shared/{value}", async (request) => {
      (await web.getSession(request)).set("value", request.matchInfo.value);
      throw SHARED;
    }),
    web.get("/shared-read", async (request) => {
      await web.getSession(request);
      throw SHARED;
    }),
    web.get("/nested", async (request) => {
      const session = await web.getSession(request);
      session.get<string[]>("list")?.push("unseen");
      return values(session);
    }),
    web.get("/nested-changed", async (request) => {
      const session = await web.getSession(request);
      if (!session.has("list")) session.set("list", []);
      session.get<string[]>("list")?.push("seen");
      session.changed();
      return values(session);
    }),
    web.get("/big", async (request) => {
      (await web.getSession(request)).set("big", "x".repeat(5000));
      return web.textResponse("");
    }),
    web.get("/fail", async (request) => {
      (await web.getSession(request)).set("a", "lost");
      throw new Error("oops");
    }),
    web.get("/cache", async (request) => {
      await web.getSession(request);
      return web.textResponse("", { headers: { "cache-control": "max-age=1", "vary": "Accept" } });
    }),
    web.get("/stream", async (request) => {
      (await web.getSession(request)).set("a", "stream");
      const response = new web.StreamResponse();
      await response.prepare(request);
      return response;
    }),
  ]);
  return app;
}

const STORAGES: [name: string, make: (options?: web.SessionCookieOptions) => web.SessionStorage][] =
  [
    ["SimpleCookieStorage", (options) => new web.SimpleCookieStorage(options)],
    ["MemoryStorage", (options) => new web.MemoryStorage(options)],
    ["EncryptedCookieStorage", (options) => new web.EncryptedCookieStorage(KEY, options)],
  ];

for (const [name, make] of STORAGES) {
  Deno.test(`${name} keeps a session between requests`, async () => {
    const browser = new Browser(appOf(make()));
    const first = await browser.get("/read");
    assertEquals([first.text, first.setCookie], ["{}", null], "an unchanged session");
    const set = await browser.get("/set/a/1");
    assert(
      /^AIOHTTP_SESSION=[^;]+; Path=\/; HttpOnly$/.test(set.setCookie ?? ""),
      `the cookie's attributes: ${set.setCookie}`,
    );
    assertEquals((await browser.get("/read")).text, '{"a":"1"}');
    assertEquals((await browser.get("/read")).setCookie, null, "reading sets no cookie");
    await browser.get("/set/b/%D0%B6%22%5C;%2C%20%7F");
    assertEquals((await browser.get("/read")).text, JSON.stringify({ a: "1", b: 'ж"\\;, \x7f' }));
    await browser.get("/delete/a");
    assertEquals((await browser.get("/read")).text, JSON.stringify({ b: 'ж"\\;, \x7f' }));
    await browser.get("/set/__proto__/x");
    const { text } = await browser.get("/read");
    assertEquals(JSON.parse(text), JSON.parse('{"b":"ж\\"\\\\;, \x7f","__proto__":"x"}'));
    const other = new Browser(appOf(make()));
    assertEquals((await other.get("/read")).text, "{}");
  });

  Deno.test(`${name} sends the cookie with a redirect that is thrown`, async () => {
    const browser = new Browser(appOf(make()));
    const { status, setCookie } = await browser.get("/redirect");
    assertEquals(status, 302);
    assert(setCookie !== null);
    assertEquals((await browser.get("/read")).text, '{"from":"redirect"}');
    await browser.get("/platform-redirect");
    assertEquals((await browser.get("/read")).text, '{"from":"platform"}');
  });

  Deno.test(`${name} sets Max-Age and Expires with a lifetime, and ends with it`, async () => {
    const browser = new Browser(appOf(make({ maxAge: 60_000, secure: true, sameSite: "Lax" })));
    const { setCookie } = await browser.get("/set/a/1");
    const attributes = (setCookie ?? "").split("; ").slice(1).map((each) => each.split("=")[0]);
    assertEquals(attributes.sort(), [
      "Expires",
      "HttpOnly",
      "Max-Age",
      "Path",
      "SameSite",
      "Secure",
    ]);
    assertEquals((await browser.get("/read")).text, '{"a":"1"}');
    const { now } = Date;
    try {
      Date.now = () => now() + 61_000;
      assertEquals((await browser.get("/read")).text, "{}", "it is over on the server too");
    } finally {
      Date.now = now;
    }
  });

  Deno.test(`${name} ends a session by invalidate()`, async () => {
    const browser = new Browser(appOf(make()));
    await browser.get("/set/a/1");
    const { setCookie } = await browser.get("/logout");
    assertEquals(
      setCookie?.startsWith(
        name === "SimpleCookieStorage" ? 'AIOHTTP_SESSION="{}";' : "AIOHTTP_SESSION=; ",
      ),
      true,
      setCookie ?? "none",
    );
    assertEquals((await browser.get("/read")).text, "{}");
  });

  Deno.test(`${name} treats a broken cookie as no session`, async () => {
    const errors: unknown[] = [];
    const browser = new Browser(appOf(make(), errors));
    const values = ["x", "", '"', "{}", "[]", "null", "%7B%7D", "\\", '"\\"', "a".repeat(4000)];
    for (const value of values) {
      browser.cookie = `AIOHTTP_SESSION=${value}`;
      const { status, text } = await browser.get("/read");
      assertEquals([status, text], [200, "{}"], value);
    }
    assertEquals(errors, []);
  });

  Deno.test(`${name}: newSession() starts empty, renewSession() keeps the values`, async () => {
    const browser = new Browser(appOf(make()));
    await browser.get("/set/a/1");
    const before = browser.cookie;
    assertEquals((await browser.get("/renew")).text, '{"a":"1"}');
    if (name !== "SimpleCookieStorage") assert(browser.cookie !== before, "another cookie");
    assertEquals((await browser.get("/read")).text, '{"a":"1"}');
    assertEquals((await browser.get("/new")).text, "{}");
    assertEquals((await browser.get("/read")).text, "{}");
  });

  Deno.test(`${name} sees changes inside a value only after changed()`, async () => {
    const browser = new Browser(appOf(make()));
    await browser.get("/nested-changed");
    await browser.get("/nested");
    assertEquals((await browser.get("/read")).text, '{"list":["seen"]}');
    await browser.get("/nested-changed");
    assertEquals((await browser.get("/read")).text, '{"list":["seen","seen"]}');
  });

  Deno.test(`${name} leaves no cookie of one client on an exception thrown for all`, async () => {
    const app = appOf(make());
    const [ann, bob, eve] = [new Browser(app), new Browser(app), new Browser(app)];
    const answers = await Promise.all([
      ann.get("/shared/ann"),
      bob.get("/shared/bob"),
      eve.get("/shared-read"),
    ]);
    assertEquals(answers.map(({ status }) => status), [403, 403, 403]);
    assertEquals((await ann.get("/read")).text, '{"value":"ann"}');
    assertEquals((await bob.get("/read")).text, '{"value":"bob"}');
    assertEquals([eve.cookie, (await eve.get("/shared-read")).setCookie], [null, null]);
  });

  Deno.test(`${name} refuses to lose a change that comes after prepare()`, async () => {
    const errors: unknown[] = [];
    const browser = new Browser(appOf(make(), errors));
    await browser.get("/stream").catch(() => {});
    await new Promise((later) => setTimeout(later, 0));
    assert(String(errors[0]).includes("the response was prepared before"), `${errors}`);
  });
}

Deno.test("a session's response is not for shared caches", async () => {
  const browser = new Browser(appOf(new web.MemoryStorage()));
  const cases: [path: string, cacheControl: string | null, vary: string | null][] = [
    ["/untouched", null, null],
    ["/read", "private", "Cookie"],
    ["/set/a/1", "no-store", "Cookie"],
    ["/redirect", "no-store", "Cookie"],
    ["/cache", "max-age=1", "Accept, Cookie"],
  ];
  for (const [path, cacheControl, vary] of cases) {
    const { headers } = await browser.get(path);
    assertEquals([headers.get("cache-control"), headers.get("vary")], [cacheControl, vary], path);
  }
});

Deno.test("a cookie of more than 4096 bytes is refused when it is written", async () => {
  for (const [name, make] of STORAGES) {
    const errors: unknown[] = [];
    const browser = new Browser(appOf(make(), errors));
    const { status, setCookie } = await browser.get("/big");
    if (name === "MemoryStorage") {
      assertEquals([status, errors], [200, []]);
      continue;
    }
    assertEquals([status, setCookie], [500, null], name);
    assert(errors[0] instanceof RangeError, name);
    assert(/would have \d+ bytes, browsers keep 4096/.test(errors[0].message), errors[0].message);
  }
});

Deno.test("a handler that fails saves nothing", async () => {
  const errors: unknown[] = [];
  const browser = new Browser(appOf(new web.MemoryStorage(), errors));
  const { status, setCookie } = await browser.get("/fail");
  assertEquals([status, setCookie, errors.map(String)], [500, null, ["Error: oops"]]);
});

Deno.test("MemoryStorage does not adopt unknown ids", async () => {
  const browser = new Browser(appOf(new web.MemoryStorage()));
  browser.cookie = "AIOHTTP_SESSION=0123456789abcdef0123456789abcdef";
  await browser.get("/set/a/1");
  assert(/^AIOHTTP_SESSION=[0-9a-f]{32}$/.test(browser.cookie ?? ""), browser.cookie ?? "");
  assert(!browser.cookie?.includes("0123456789abcdef0123456789abcdef"));
});

Deno.test("MemoryStorage deletes the old id after renewSession() and newSession()", async () => {
  for (const path of ["/renew", "/new"]) {
    const app = appOf(new web.MemoryStorage());
    const [browser, thief] = [new Browser(app), new Browser(app)];
    await browser.get("/set/a/1");
    thief.cookie = browser.cookie;
    assertEquals((await thief.get("/read")).text, '{"a":"1"}');
    await browser.get(path);
    assertEquals((await thief.get("/read")).text, "{}", path);
  }
});

Deno.test("sessions in memory are limited in number", async () => {
  const app = appOf(new web.KeyedStorage(memoryStore(2)));
  const browsers = [1, 2, 3].map(() => new Browser(app));
  for (const [i, browser] of browsers.entries()) await browser.get(`/set/i/${i}`);
  const texts = await Promise.all(browsers.map(async (each) => (await each.get("/read")).text));
  assertEquals(texts, ["{}", '{"i":"1"}', '{"i":"2"}']);
});

Deno.test("EncryptedCookieStorage changes its key without losing sessions", async () => {
  const [old, fresh] = [KEY, new Uint8Array(32).fill(7)];
  const before = new Browser(appOf(new web.EncryptedCookieStorage(old)));
  await before.get("/set/a/1");
  const rotated = new Browser(appOf(new web.EncryptedCookieStorage([fresh, old])));
  rotated.cookie = before.cookie;
  assertEquals((await rotated.get("/read")).text, '{"a":"1"}');
  await rotated.get("/set/b/2");
  const after = new Browser(appOf(new web.EncryptedCookieStorage(fresh.toBase64())));
  after.cookie = rotated.cookie;
  assertEquals((await after.get("/read")).text, '{"a":"1","b":"2"}');
  after.cookie = before.cookie;
  assertEquals((await after.get("/read")).text, "{}", "the old key is gone");
});

Deno.test("EncryptedCookieStorage refuses keys of another length", () => {
  for (const key of [new Uint8Array(16), "c2hvcnQ", "***", []]) {
    assertThrows(() => new web.EncryptedCookieStorage(key), TypeError, "Cannot encrypt sessions");
  }
  // 3600 is an hour in Python's unit, seconds.
  for (const maxAge of [1.5, 3600, -1000, NaN, Infinity]) {
    assertThrows(
      () => new web.EncryptedCookieStorage(KEY, { maxAge }),
      RangeError,
      "expected whole seconds in milliseconds",
    );
  }
});

Deno.test("getSession() without setupSessions() says what to do", async () => {
  const app = new web.Application();
  const { promise, resolve } = Promise.withResolvers<Promise<unknown>>();
  app.addRoutes([web.get("/", (request) => {
    resolve(Promise.resolve().then(() => web.getSession(request)));
    return web.textResponse("");
  })]);
  await app.fetch(new Request("http://localhost/"));
  await assertRejects(() => promise, TypeError, "call setupSessions(app, storage) first");
});

Deno.test("Session is like a Map", () => {
  const data = { created: 1_000, session: { a: 1, b: [2] } };
  const sessionAt = (time: number, init: web.SessionInit): web.Session => {
    const { now } = Date;
    try {
      Date.now = () => time;
      return new web.Session("id", init);
    } finally {
      Date.now = now;
    }
  };
  const session = sessionAt(2_000_000, { data });
  assertEquals([session.isNew, session.identity, session.created, session.size, session.empty], [
    false,
    "id",
    1_000_000,
    2,
    false,
  ]);
  assertEquals([...session], [["a", 1], ["b", [2]]]);
  assertEquals([session.get("a"), session.get("x"), session.has("x"), session.isChanged], [
    1,
    undefined,
    false,
    false,
  ]);
  assertThrows(() => session.setNewIdentity("other"), TypeError, "the session has one");
  session.set("c", null);
  assert(session.isChanged && session.created > 1_000_000, "set() counts the age from now");
  assert(session.delete("c") && !session.delete("c"));
  session.invalidate();
  assertEquals([session.empty, JSON.stringify(session)], [true, "{}"]);
  const fresh = new web.Session(null);
  fresh.setNewIdentity("mine");
  assertEquals([fresh.isNew, fresh.identity], [true, "mine"]);
  const old = sessionAt(2_000_000, { data, maxAge: 999_000 });
  assertEquals([old.empty, old.isNew, old.created], [true, true, 2_000_000]);
  const edge = sessionAt(2_000_000, { data, maxAge: 1_000_000 });
  assertEquals([edge.empty, edge.isNew], [false, false]);
});

Deno.test("Fernet opens the vectors of its specification", () => {
  // github.com/fernet/spec, generate.json and verify.json, Apache-2.0
  const token =
    "gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==";
  const fernet = new Fernet(["cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="]);
  const made = Date.parse("1985-10-26T01:20:00-07:00") / 1000;
  const text = (ttl: number | null, now: number) => fernet.decrypt(token, { ttl, now });
  assertEquals(text(60, made + 1), "hello");
  assertEquals(text(60, made + 60), "hello");
  assertEquals(text(60, made + 61), null, "too old");
  assertEquals(text(60, made - 60), "hello", "clocks may differ by a minute");
  assertEquals(text(60, made - 61), null, "from the future");
  assertEquals(text(null, 0), "hello");
});

Deno.test("Fernet refuses a token with any bit changed, cut or lengthened", () => {
  const fernet = new Fernet([KEY]);
  const now = Date.now() / 1000;
  const data = '{"created": 1, "session": {"user": "ann"}}';
  const token = fernet.encrypt(data, now);
  const options = { ttl: null, now };
  assert(fernet.decrypt(token, options) !== null);
  const codes = new TextEncoder().encode(token);
  let tried = 0;
  for (let at = 0; at < codes.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = codes.slice();
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      const text = String.fromCharCode(...changed);
      assertEquals(fernet.decrypt(text, options), null, `bit ${bit} of character ${at}`);
      tried++;
    }
    assertEquals(fernet.decrypt(token.slice(0, at), options), null, `${at} characters`);
  }
  assert(tried > 1000);
  for (const other of [`${token}A`, `${token}AAAA`, ` ${token}`, `${token}\n`, token.repeat(2)]) {
    assertEquals(fernet.decrypt(other, options), null, other);
  }
  assertEquals(new Fernet([new Uint8Array(32)]).decrypt(token, options), null, "another key");
});

Deno.test("Fernet's tokens, made one after another, open alone, whatever their length and time", async () => {
  const loaded = new Fernet([KEY]);
  await Promise.all([import("@noble/hashes/hmac.js"), import("@noble/hashes/sha2.js")]);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const now = 2 ** 33 + 7;
  // Until its package is loaded, Node's crypto signs: each opens what the other has signed.
  for (
    const [own, other] of [[loaded, () => new Fernet([KEY])], [
      new Fernet([KEY]),
      () => loaded,
    ]] as const
  ) {
    const made: [text: string, token: string][] = [];
    for (const unit of ["a", "é", "😀"]) {
      for (const length of [...Array(40).keys(), 200, 1000, 5000, 5]) {
        const text = unit.repeat(length);
        made.push([text, own.encrypt(text, now)]);
      }
    }
    for (const [text, token] of made.reverse()) {
      assertEquals(other().decrypt(token, { ttl: 0, now }), text, `${text.length}`);
      assertEquals(other().decrypt(token, { ttl: 0, now: now + 1 }), null);
    }
  }
});

Deno.test("Fernet never uses an initialisation vector twice", () => {
  const fernet = new Fernet([KEY]);
  const seen = new Set<string>();
  for (let i = 0; i < 1000; i++) {
    const token = fernet.encrypt("1", 0);
    seen.add(token.slice(12, 33));
  }
  assertEquals(seen.size, 1000);
});

Deno.test("Fernet checks the age of a token that it has seen before", () => {
  const [own, other] = [new Fernet([KEY]), new Fernet([KEY])];
  const now = Math.floor(Date.now() / 1000);
  const data = "{}";
  const token = own.encrypt(data, now);
  for (const fernet of [own, other]) {
    for (let tokens = 0; tokens < 1000; tokens++) fernet.encrypt(data, now + tokens);
    for (let time = 0; time < 2; time++) {
      assertEquals(fernet.decrypt(token, { ttl: 60, now: now + 60 }), data);
      assertEquals(fernet.decrypt(token, { ttl: 60, now: now + 61 }), null, "too old");
      assertEquals(
        fernet.decrypt(token, { ttl: 60, now: now - 61 }),
        null,
        "from the future",
      );
    }
  }
});

Deno.test("sessions too large for a cookie do not stay in memory", async () => {
  const program = `
    import { Fernet } from ${
    JSON.stringify(import.meta.resolve("../../../server/sessions/fernet.ts"))
  };
    const fernet = new Fernet([new Uint8Array(32)]);
    for (let i = 0; i < 200; i++) fernet.encrypt(i + "x".repeat(1024 ** 2), 0);
    console.log("done");
  `;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", "--v8-flags=--max-old-space-size=128", program],
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "done\n", new TextDecoder().decode(stderr));
});
