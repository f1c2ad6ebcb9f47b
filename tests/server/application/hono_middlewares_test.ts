/** Every middleware that Hono brings, in situations that have to end as on a plain Hono. */
import { assertEquals } from "@std/assert";
import { web } from "@roundtrip/http";
import { fromHono } from "@roundtrip/http/hono";
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { basicAuth } from "hono/basic-auth";
import { bearerAuth } from "hono/bearer-auth";
import { bodyLimit } from "hono/body-limit";
import { cache } from "hono/cache";
import { every, except, some } from "hono/combine";
import { compress } from "hono/compress";
import { contextStorage, getContext } from "hono/context-storage";
import { cors } from "hono/cors";
import { csrf } from "hono/csrf";
import { serveStatic } from "hono/deno";
import { etag } from "hono/etag";
import { ipRestriction } from "hono/ip-restriction";
import { jsxRenderer } from "hono/jsx-renderer";
import { jwk } from "hono/jwk";
import { jwt, sign } from "hono/jwt";
import { languageDetector } from "hono/language";
import { logger } from "hono/logger";
import { methodNotAllowed } from "hono/method-not-allowed";
import { methodOverride } from "hono/method-override";
import { mount } from "hono/mount";
import { poweredBy } from "hono/powered-by";
import { prettyJSON } from "hono/pretty-json";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { timeout } from "hono/timeout";
import { timing } from "hono/timing";
import { appendTrailingSlash, trimTrailingSlash } from "hono/trailing-slash";

type HonoHandler = (c: Context) => Response | Promise<Response>;
type Situation = [path: string, init?: RequestInit];

const BIG = "hello, world ".repeat(1000);
const SECRET = "a secret of some length, for tests";
const TOKEN = await sign({ user: "ann" }, SECRET, "HS256");
const ORIGIN = { origin: "https://a.example" };
const FORM = { "content-type": "application/x-www-form-urlencoded" };

const HANDLERS: Record<string, HonoHandler> = {
  "GET /": (c) => c.text(BIG),
  "POST /": async (c) => c.text(await c.req.text()),
  "DELETE /": async (c) => c.text(`deleted ${JSON.stringify(await c.req.parseBody())}`),
  "GET /json": (c) => c.json({ a: [1, 2] }),
  "GET /render": async (c) => await c.render("content"),
  "GET /language": (c) => c.text(c.get("language")),
  "GET /stored": () => getContext().text(String(getContext().var["mark" as never])),
  "GET /payload": (c) => c.json(c.get("jwtPayload") ?? null),
  "GET /slow": async (c) => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    return c.text("slow");
  },
  "GET /file.txt": (c) => c.text("not the file"),
};

const lines: string[] = [];
const mountedFetch = async (request: Request) =>
  new Response(`${request.method} ${new URL(request.url).search} ${await request.text()}`);
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const address = (value: string) => () => ({ remote: { address: value } });

/** The middlewares, and requests for them. */
const CASES: Record<string, [make: (app: Hono) => MiddlewareHandler[], ...Situation[]]> = {
  "basic-auth": [
    () => [basicAuth({ username: "ann", password: "secret" })],
    ["/"],
    ["/", { headers: { authorization: `Basic ${btoa("ann:secret")}` } }],
    ["/", { headers: { authorization: `Basic ${btoa("ann:guess")}` } }],
  ],
  "bearer-auth": [
    () => [bearerAuth({ token: "t" })],
    ["/"],
    ["/", bearer("t")],
    ["/", bearer("x")],
    ["/", bearer("a b")],
  ],
  "body-limit": [
    () => [bodyLimit({ maxSize: 10 })],
    ["/", { method: "POST", body: "short" }],
    ["/", { method: "POST", body: "too long for it" }],
    ["/", { method: "POST", body: "too long for it", headers: { "content-length": "15" } }],
  ],
  "cache": [
    () => [
      cache({ cacheName: `test-${crypto.randomUUID()}`, wait: true, cacheControl: "max-age=60" }),
    ],
    [
      "/",
    ],
    ["/"],
    ["/missing"],
  ],
  "combine": [
    () => [
      some(bearerAuth({ token: "t" }), basicAuth({ username: "ann", password: "secret" })),
      every(poweredBy(), secureHeaders()),
      except("/json", requestId({ generator: () => "id" })),
    ],
    ["/"],
    ["/", bearer("t")],
    ["/json", bearer("t")],
  ],
  "compress": [
    () => [compress()],
    ["/", { headers: { "accept-encoding": "gzip" } }],
    ["/"],
    ["/", { method: "HEAD", headers: { "accept-encoding": "gzip" } }],
  ],
  "context-storage": [() => [
    contextStorage(),
    async (c, next) => {
      c.set("mark", "stored");
      await next();
    },
  ], ["/stored"]],
  "cors": [
    () => [cors({ origin: ORIGIN.origin, credentials: true, maxAge: 600, exposeHeaders: ["x-a"] })],
    ["/", { headers: ORIGIN }],
    ["/", { method: "OPTIONS", headers: { ...ORIGIN, "access-control-request-method": "PUT" } }],
    ["/json", { headers: { origin: "https://evil.example" } }],
  ],
  "csrf": [
    () => [csrf()],
    ["/", { method: "POST", body: "a=1", headers: { ...FORM, origin: "https://evil.example" } }],
    ["/", { method: "POST", body: "a=1", headers: { ...FORM, origin: "http://localhost" } }],
  ],
  "etag": [
    () => [etag()],
    ["/"],
    ["/", { headers: { "if-none-match": "*" } }],
    ["/", { method: "HEAD" }],
  ],
  "ip-restriction": [
    () => [ipRestriction(address("10.1.2.3"), { denyList: ["10.0.0.0/8"] })],
    ["/"],
  ],
  "jsx-renderer": [
    () => [jsxRenderer(({ children }) => `<main>${children}</main>` as never, { docType: false })],
    ["/render"],
  ],
  "jwk": [() => [jwk({ keys: [], alg: ["RS256"] })], ["/payload"], ["/payload", bearer(TOKEN)]],
  "jwt": [
    () => [jwt({ secret: SECRET, alg: "HS256" })],
    ["/payload"],
    ["/payload", bearer(TOKEN)],
    ["/payload", bearer(`${TOKEN}x`)],
  ],
  "language": [
    () => [languageDetector({ supportedLanguages: ["en", "de"], fallbackLanguage: "en" })],
    ["/language", { headers: { "accept-language": "de" } }],
    ["/language?lang=de"],
    ["/language"],
  ],
  "logger": [() => [logger((line) => lines.push(line.replace(/\d+ms/, "")))], ["/"], ["/missing"]],
  "method-not-allowed": [(app) => [methodNotAllowed({ app })], ["/json", { method: "GET" }]],
  "method-override": [
    (app) => [methodOverride({ app })],
    ["/", { method: "POST", body: "_method=DELETE&a=1", headers: FORM }],
    ["/", { method: "POST", body: "a=1", headers: FORM }],
    ["/"],
  ],
  "mount": [
    () => [except((c) => !c.req.path.startsWith("/mounted"), mount(mountedFetch))],
    ["/mounted/a?b=1"],
    ["/mounted/a", { method: "POST", body: "sent" }],
    ["/json"],
  ],
  "powered-by": [() => [poweredBy({ serverName: "us" })], ["/"], ["/missing"]],
  "pretty-json": [() => [prettyJSON()], ["/json?pretty"], ["/json"]],
  "request-id": [
    () => [requestId({ generator: () => "made" })],
    ["/"],
    ["/", { headers: { "x-request-id": "given" } }],
    ["/missing"],
  ],
  "secure-headers": [() => [secureHeaders()], ["/"], ["/missing"]],
  "serve-static": [
    () => [serveStatic({ root: new URL("../../fixtures/", import.meta.url).pathname })],
    ["/json"],
  ],
  "timeout": [() => [timeout(10)], ["/slow"], ["/"]],
  "timing": [() => [timing({ total: false })], ["/"]],
  "trailing-slash": [
    () => [trimTrailingSlash(), appendTrailingSlash({ skip: (path) => path !== "/add" })],
    ["/json/"],
    ["/add"],
    ["/json"],
  ],
};

function plainOf(make: (app: Hono) => MiddlewareHandler[]): Hono {
  const app = new Hono();
  for (const middleware of make(app)) app.use(middleware);
  for (const [line, handler] of Object.entries(HANDLERS)) {
    const [method = "", path = ""] = line.split(" ");
    app.on(method, path, handler);
  }
  return app;
}

function oursOf(make: (app: Hono) => MiddlewareHandler[], isMounted: boolean): web.Application {
  const middlewares: web.Middleware[] = [];
  const app = new web.Application({ middlewares });
  if (isMounted) app.hono.use(...make(app.hono) as [MiddlewareHandler]);
  else app.middlewares.push(fromHono(...make(app.hono)));
  app.addRoutes(
    Object.entries(HANDLERS).map(([line, handler]) => {
      const [method = "", path = ""] = line.split(" ");
      const ours = (request: web.ServerRequest) => handler(request.hono);
      return method === "GET" ? web.get(path, ours) : web.route(method, path, ours);
    }),
  );
  return app;
}

async function seen(response: Response): Promise<unknown[]> {
  const isPage = response.status === 404;
  // A page of 404 is aiohttp's; the length of HEAD is ours.
  const left = isPage ? ["content-length", "content-type"] : ["content-length"];
  const headers = [...response.headers].filter(([name]) => !left.includes(name));
  const text = await response.text();
  const isText = !response.headers.has("content-encoding") && !isPage;
  // Hono's text() has two spellings of one type.
  const spelled = headers.map(([name, value]) =>
    `${name}: ${value.replace(/; ?charset=utf-8/i, "; charset=utf-8")}`
  );
  return [response.status, spelled, isText ? [text.length, text.slice(0, 200)] : null];
}

for (const [name, [make, ...situations]] of Object.entries(CASES)) {
  for (const isMounted of [false, true]) {
    Deno.test(`hono/${name} does as on plain Hono, ${isMounted ? "mounted" : "in fromHono()"}`, async () => {
      const [plain, ours] = [plainOf(make), oursOf(make, isMounted)];
      for (const [path, init] of situations) {
        lines.length = 0;
        const expected = await seen(await plain.request(path, init));
        const told = lines.splice(0);
        assertEquals(await seen(await ours.request(path, init)), expected, path);
        assertEquals(lines, told);
      }
    });
  }
}
