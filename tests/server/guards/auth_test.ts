import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { NotSupportedError } from "../../../http/not_supported_error.ts";
import * as web from "../../../server/mod.ts";

interface User {
  readonly name: string;
  readonly roles: readonly string[];
}

const USERS: Readonly<Record<string, User>> = {
  ann: { name: "ann", roles: ["admin"] },
  bob: { name: "bob", roles: [] },
};

function service(identity: web.AuthOptions<User>["identity"]): {
  readonly app: web.Application;
  readonly auth: web.Auth<User>;
  readonly looked: string[];
} {
  const looked: string[] = [];
  const auth = web.auth<User>({
    identity,
    user: (id) => {
      looked.push(id);
      return USERS[id] ?? null;
    },
    permits: ({ roles }, permission) => Promise.resolve(roles.includes(permission)),
  });
  const app = new web.Application();
  app.addRoutes([
    web.post("/login/{name}", async (request) => {
      await auth.remember(request, request.matchInfo.name);
      return web.jsonResponse(await auth.user(request));
    }),
    web.post("/logout", async (request) => {
      await auth.forget(request);
      return web.jsonResponse(await auth.user(request));
    }),
    web.get("/me", async (request) => {
      const { name } = await auth.checkAuthorized(request);
      const isAdmin = await auth.permits(request, "admin");
      return web.jsonResponse({ name, isAdmin });
    }),
    web.get("/admin", async (request) => {
      return web.textResponse((await auth.checkPermission(request, "admin")).name);
    }),
  ]);
  return { app, auth, looked };
}

Deno.test("a session remembers who logged in, under a new identity, and forgets", async () => {
  const { app, looked } = service("session");
  const storage = new web.MemoryStorage();
  web.setupSessions(app, storage);
  let cookie = "";
  const ask = async (path: string, method = "GET") => {
    const response = await app.request(path, { method, headers: { cookie } });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) cookie = set.split(";")[0] ?? "";
    return [response.status, await response.text()];
  };
  assertEquals(await ask("/me"), [401, "401: Unauthorized"]);
  assertEquals(await ask("/login/bob", "POST"), [200, JSON.stringify(USERS.bob)]);
  const first = cookie;
  assertEquals(await ask("/me"), [200, '{"name":"bob","isAdmin":false}']);
  assertEquals(await ask("/admin"), [403, "403: Forbidden"]);
  assertEquals(await ask("/login/ann", "POST"), [200, JSON.stringify(USERS.ann)]);
  assertEquals(cookie === first, false);
  assertEquals(await ask("/admin"), [200, "ann"]);
  looked.length = 0;
  await ask("/me"); // checks twice, looks once
  assertEquals(looked, ["ann"]);
  const session = cookie;
  assertEquals(await ask("/logout", "POST"), [200, "null"]);
  for (const each of [session, first, cookie]) {
    cookie = each;
    assertEquals((await ask("/me"))[0], 401);
  }
});

Deno.test("a bearer token is an identity", async () => {
  const { app, auth } = service("bearer");
  const cases: [string | null, number, string | null][] = [
    [null, 401, "Bearer"],
    ["Basic YW5uOg==", 401, "Bearer"],
    ["Bearer", 401, "Bearer"],
    ["Bearer two words", 401, "Bearer"],
    ["Bearer eve", 401, 'Bearer error="invalid_token"'],
    ["Bearer bob", 403, null],
    ["bearer  ann", 200, null],
  ];
  for (const [authorization, status, challenge] of cases) {
    const headers: HeadersInit = authorization === null ? {} : { authorization };
    const response = await app.request("/admin", { headers });
    assertEquals(
      [response.status, response.headers.get("www-authenticate")],
      [status, challenge],
      `${authorization}`,
    );
  }
  const request = web.makeRequest("GET", "/");
  await assertRejects(() => auth.remember(request, "ann"), NotSupportedError, "keeps its token");
});

Deno.test("required() guards everything behind it", async () => {
  const { auth } = service("bearer");
  const guarded = (permission?: string) => {
    const app = new web.Application({ middlewares: [auth.required(permission)] });
    app.addRoutes([web.get("/", () => web.textResponse("in"))]);
    return async (headers: HeadersInit) => (await app.request("/", { headers })).status;
  };
  const bob = { authorization: "Bearer bob" };
  assertEquals([await guarded()({}), await guarded()(bob), await guarded("admin")(bob)], [
    401,
    200,
    403,
  ]);
});

Deno.test("a policy of one's own, and an object that is not one", async () => {
  const { app } = service({
    identify: ({ cookies }) => cookies.get("user") ?? null,
    remember: () => {},
    forget: () => {},
  });
  assertEquals((await app.request("/admin", { headers: { cookie: "user=ann" } })).status, 200);
  assertEquals((await app.request("/admin")).headers.get("www-authenticate"), null);
  assertThrows(() => service("cookie" as "session"), TypeError, '"session", "bearer" or a policy');
});
