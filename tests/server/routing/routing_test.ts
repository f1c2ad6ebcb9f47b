import { assert, assertEquals, assertThrows } from "@std/assert";
import { web } from "@roundtrip/http";
import fc from "npm:fast-check@^4";
import { ENGINES } from "../_engines.ts";
import { quietApp, raw } from "../_raw.ts";

/** Answers with the label of the route and its match info. */
const echo = (label: string): web.Handler => (request) =>
  web.jsonResponse([label, { ...request.matchInfo }]);

type Found = [string, Record<string, string>];
interface Row {
  readonly name: string;
  /** Method and path of each route, in order; the path is the label. */
  readonly routes: readonly string[];
  readonly target: string;
  /** Label and match info, or a status. */
  readonly expected: Found | number;
  /** A URL parser would normalize the target, so it needs a socket. */
  readonly wire?: true;
}

const AB = ["/a/{name}", "/a/b"];
const ROWS: readonly Row[] = [
  {
    name: "a fixed path beats a variable registered before",
    routes: AB,
    target: "/a/b",
    expected: ["/a/b", {}],
  },
  {
    name: "the variable has the rest",
    routes: AB,
    target: "/a/c",
    expected: ["/a/{name}", { name: "c" }],
  },
  {
    name: "within a prefix the first registered wins",
    routes: ["/users/{x}/{y}/z", "/users/{x}/y/z"],
    target: "/users/1/y/z",
    expected: ["/users/{x}/{y}/z", { x: "1", y: "y" }],
  },
  {
    name: "a longer fixed part wins over order",
    routes: ["/{tail:.*}", "/a/{tail:.*}", "/a/b/{x}"],
    target: "/a/b/c",
    expected: ["/a/b/{x}", { x: "c" }],
  },
  {
    name: "the index goes up to /",
    routes: ["/{tail:.*}", "/a/{x}"],
    target: "/a/b/c",
    expected: ["/{tail:.*}", { tail: "a/b/c" }],
  },
  {
    name: "variables in one segment are greedy",
    routes: ["/f/file-{name}.{ext}"],
    target: "/f/file-x.tar.gz",
    expected: ["/f/file-{name}.{ext}", { name: "x.tar", ext: "gz" }],
  },
  {
    name: "a variable has one character at least",
    routes: ["/f/file-{name}.{ext}"],
    target: "/f/file-.gz",
    expected: 404,
  },
  {
    name: "two variables joined by a dash",
    routes: ["/{a}-{b}"],
    target: "/x-y-z",
    expected: ["/{a}-{b}", { a: "x-y", b: "z" }],
  },
  {
    name: "{tail:.*} has nothing",
    routes: ["/t/{tail:.*}"],
    target: "/t/",
    expected: ["/t/{tail:.*}", { tail: "" }],
  },
  {
    name: "{tail:.*} has slashes",
    routes: ["/t/{tail:.*}"],
    target: "/t/a/b/",
    expected: ["/t/{tail:.*}", { tail: "a/b/" }],
  },
  {
    name: "{tail:.+} does not have nothing",
    routes: ["/t/{tail:.+}"],
    target: "/t/",
    expected: 404,
  },
  {
    name: "the whole path has to match",
    routes: ["/n/{id:\\d+}"],
    target: "/n/12a",
    expected: 404,
  },
  {
    name: "a regular expression with braces",
    routes: ["/n/{id:\\d{2,3}}"],
    target: "/n/123",
    expected: ["/n/{id:\\d{2,3}}", { id: "123" }],
  },
  {
    name: "an alternative stays inside its variable",
    routes: ["/n/{kind:a|bc}/x"],
    target: "/n/bc/x",
    expected: ["/n/{kind:a|bc}/x", { kind: "bc" }],
  },
  {
    name: "a group of the pattern's own",
    routes: ["/n/{id:(a|b)+}"],
    target: "/n/abab",
    expected: ["/n/{id:(a|b)+}", { id: "abab" }],
  },
  {
    name: "a property escape",
    routes: ["/w/{word:\\p{L}+}"],
    target: "/w/%D0%B6",
    expected: ["/w/{word:\\p{L}+}", { word: "ж" }],
  },
  { name: "case counts", routes: ["/Case"], target: "/case", expected: 404 },
  {
    name: "braces are in no variable",
    routes: ["/b/{name}"],
    target: "/b/%7Bx%7D",
    expected: 404,
  },
  {
    name: "a slash at the end is another path",
    routes: ["/a/b"],
    target: "/a/b/",
    expected: 404,
  },
  {
    name: "slashes are not merged",
    routes: ["/a/b"],
    target: "/a//b",
    expected: 404,
    wire: true,
  },
  {
    name: "dots are not resolved",
    routes: ["/a/b"],
    target: "/a/./b",
    expected: 404,
    wire: true,
  },
  {
    name: "escaped dots are not resolved",
    routes: ["/a/b"],
    target: "/%2e%2e/a/b",
    expected: 404,
    wire: true,
  },
  {
    name: "an escaped letter is a letter",
    routes: AB,
    target: "/a/%62",
    expected: ["/a/b", {}],
  },
  {
    name: "%2F makes no segment",
    routes: ["/a/{name}"],
    target: "/a/x%2Fy",
    expected: ["/a/{name}", { name: "x/y" }],
  },
  {
    name: "%2f in small letters",
    routes: ["/a/{name}"],
    target: "/a/x%2fy",
    expected: ["/a/{name}", { name: "x/y" }],
  },
  {
    name: "%252F is decoded once",
    routes: ["/a/{name}"],
    target: "/a/x%252Fy",
    expected: ["/a/{name}", { name: "x%2Fy" }],
  },
  {
    name: "UTF-8 is decoded",
    routes: ["/a/{name}"],
    target: "/a/%D0%B6",
    expected: ["/a/{name}", { name: "ж" }],
  },
  {
    name: "bytes that are not UTF-8 stay",
    routes: ["/a/{name}"],
    target: "/a/%FF",
    expected: ["/a/{name}", { name: "%FF" }],
  },
  {
    name: "%zz is text",
    routes: ["/a/{name}"],
    target: "/a/%zz",
    expected: ["/a/{name}", { name: "%zz" }],
    wire: true,
  },
  {
    name: "a NUL is a character",
    routes: ["/a/{name}"],
    target: "/a/x%00y",
    expected: ["/a/{name}", { name: "x\0y" }],
  },
  {
    name: "the query is not part of the path",
    routes: ["/a/b"],
    target: "/a/b?x=/c",
    expected: ["/a/b", {}],
  },
  {
    name: "a fixed path with a space",
    routes: ["/a b"],
    target: "/a%20b",
    expected: ["/a b", {}],
  },
  {
    name: "a fixed path as it is encoded",
    routes: ["/pct%20x"],
    target: "/pct%20x",
    expected: ["/pct%20x", {}],
  },
  {
    name: "a template with letters beyond ASCII",
    routes: ["/ж/{x}"],
    target: "/%D0%B6/1",
    expected: ["/ж/{x}", { x: "1" }],
  },
  {
    name: "a template as it is encoded",
    routes: ["/%D0%B6/{x}"],
    target: "/%D0%B6/1",
    expected: ["/%D0%B6/{x}", { x: "1" }],
  },
  {
    name: "a percent sign in a template",
    routes: ["/100%/{x}"],
    target: "/100%25/1",
    expected: ["/100%/{x}", { x: "1" }],
  },
  {
    name: "signs of regular expressions are text",
    routes: ["/a.b+c/{x}"],
    target: "/a.b+c/1",
    expected: ["/a.b+c/{x}", { x: "1" }],
  },
  { name: "no route at all", routes: ["/a"], target: "/b", expected: 404 },
];

function appOf(row: Row): web.Application {
  const app = quietApp();
  for (const path of row.routes) app.addRoutes([web.route("GET", path, echo(path))]);
  return app;
}

Deno.test("routes match as in aiohttp, in process", async () => {
  for (const row of ROWS.filter((each) => !each.wire)) {
    const response = await appOf(row).request(row.target);
    const got = response.ok ? await response.json() : response.status;
    assertEquals(got, row.expected, row.name);
  }
});

for (const [name, engine] of ENGINES) {
  Deno.test(`routes match as in aiohttp, on the wire (${name})`, async () => {
    for (const row of ROWS) {
      await using server = await web.TestServer.start(appOf(row), { engine });
      const { status, body } = await raw(server.port, row.target);
      assertEquals(status === 200 ? JSON.parse(body) : status, row.expected, row.name);
    }
  });
}

Deno.test("the first of two identical paths wins", async () => {
  const app = quietApp();
  app.addRoutes([
    web.get("/x", echo("one"), { name: "one" }),
    web.get("/x", echo("two"), { name: "two" }),
  ]);
  assertEquals(await (await app.request("/x")).json(), ["one", {}]);
});

Deno.test("a template with one variable at its end matches what its regular expression does", () => {
  const simple = new web.Resource("/p/{x}", null);
  const pattern = new web.Resource("/p/{x:[^{}/]+}", null);
  for (const each of [simple, pattern]) each.addRoute("GET", echo(""));
  fc.assert(fc.property(fc.string({ unit: "binary" }), (tail) => {
    const path = `/p/${tail}`;
    assertEquals(
      simple.resolve("GET", path)?.route === undefined,
      pattern.resolve("GET", path)?.route === undefined,
      JSON.stringify(path),
    );
  }));
});

Deno.test("urlFor() quotes its parts and leaves slashes", () => {
  const app = new web.Application();
  app.addRoutes([
    web.get("/a/{x}", echo("x"), { name: "x" }),
    web.get("/plain path", echo("p"), { name: "plain" }),
    web.get("/%2Fx%20y/{z}", echo("q"), { name: "quoted" }),
  ]);
  const { router } = app;
  assertEquals(
    `${router.named("x").urlFor({ x: "a b/c?d%20e#ж", extra: "no" })}`,
    "/a/a%20b/c%3Fd%2520e%23%D0%B6",
  );
  assertEquals(`${router.named("plain").urlFor()}`, "/plain%20path");
  assertEquals(`${router.named("quoted").urlFor({ z: "1" })}`, "/%2Fx%20y/1");
  assertEquals(`${router.named("x").urlFor({ x: "1" }).withQuery({ a: 1 })}`, "/a/1?a=1");
  assertThrows(() => router.named("x").urlFor({}), TypeError, '"x" has to be a string');
  // deno-lint-ignore no-explicit-any -- invalid arguments from JavaScript
  assertThrows(() => router.named("x").urlFor({ x: 7 as any }), TypeError, "got number");
  assertThrows(() => router.named("y"), TypeError, 'the names are: "x", "plain", "quoted"');
});

Deno.test("paths from urlFor() match with the same values", async () => {
  const app = quietApp();
  app.addRoutes([web.get("/v/{a}/{b}", echo("v"), { name: "v" })]);
  const value = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) =>
    !/[/{}]/.test(text) && text.isWellFormed() && text !== "." && text !== ".."
  );
  await fc.assert(fc.asyncProperty(value, value, async (a, b) => {
    const response = await app.request(`${app.router.named("v").urlFor({ a, b })}`);
    assertEquals(await response.json(), ["v", { a, b }]);
  }));
});

Deno.test("invalid routes are refused at registration", async () => {
  const app = new web.Application();
  const add = (path: string, name?: string, method = "GET") => () =>
    app.addRoutes([web.route(method, path, echo(""), name === undefined ? {} : { name })]);
  const rows: [string, () => unknown, string][] = [
    ["no slash", add("a"), 'has to start with "/" or be empty'],
    ["open brace", add("/bad{"), 'Invalid path "/bad{"'],
    ["closing brace", add("/bad}"), 'Invalid path "/bad}"'],
    ["empty variable", add("/{}"), 'Invalid path "/{}"'],
    ["bad regular expression", add("/{x:[}"), 'Invalid path "/{x:[}"'],
    ["one name twice", add("/{x}/{x}"), '"x" stands in it twice'],
    ["name with a space", add("/n", "a b"), 'Invalid resource name "a b"'],
    ["name that starts with a digit", add("/n", "1a"), 'Invalid resource name "1a"'],
    ["no method", add("/n", undefined, "G T"), '"G T" is not an HTTP method'],
    ["no handler", () => app.router.addRoute("GET", "/n", null as never), "expected a handler"],
  ];
  for (const [name, register, message] of rows) {
    const error = assertThrows(register, TypeError, message);
    assert(error.message.length < 200, name);
  }
  for (const name of ["a", "a.b", "a:b-c", "имя", "_x1"]) add("/ok", name)();
  assertThrows(add("/other", "a"), TypeError, 'Duplicate "a": the name is taken by "/ok"');
  await app.startup();
  assertThrows(add("/late"), TypeError, 'Cannot add "/late": routes are frozen');
});

Deno.test("routes with the same path and name share a resource; a repeated method is refused", () => {
  const app = new web.Application();
  const routes = app.addRoutes([
    web.get("/x", echo("get"), { allowHead: false }),
    web.post("/x", echo("post")),
    web.get("/y", echo("y")),
  ]);
  assertEquals(app.router.resources().length, 2);
  assertEquals(routes.map((route) => route.method), ["GET", "POST", "GET", "HEAD"]);
  assertEquals(app.router.routes().length, 4);
  const again = () => app.addRoutes([web.get("/y", echo("again"))]);
  assertThrows(again, TypeError, "method GET is already registered");
  app.addRoutes([web.route("*", "/z", echo("z"))]);
  assertThrows(() => app.addRoutes([web.get("/z", echo("z"))]), TypeError, "never be executed");
});

Deno.test("another method is 405 with a sorted Allow", async () => {
  const app = quietApp();
  app.addRoutes([
    web.put("/x", echo("put")),
    web.post("/x", echo("post")),
    web.get("/y", echo("y")),
    web.get("/n", echo("n"), { allowHead: false }),
    web.route("*", "/any", echo("any")),
    web.get("/both", echo("one"), { name: "one" }),
    web.post("/both", echo("two"), { name: "two" }),
  ]);
  const rows: [string, string, number, string | null][] = [
    ["GET", "/x", 405, "POST,PUT"],
    ["POST", "/y", 405, "GET,HEAD"],
    ["OPTIONS", "/y", 405, "GET,HEAD"],
    ["HEAD", "/n", 405, "GET"],
    ["FOO", "/y", 405, "GET,HEAD"],
    ["FOO", "/any", 200, null],
    ["PUT", "/both", 405, "GET,HEAD,POST"],
    ["POST", "/both", 200, null],
  ];
  for (const [method, path, status, allow] of rows) {
    const response = await app.request(path, { method });
    assertEquals([response.status, response.headers.get("allow")], [status, allow], method + path);
    if (status === 405 && method !== "HEAD") {
      assertEquals(await response.text(), "405: Method Not Allowed");
    }
  }
});

Deno.test("HEAD runs the GET handler and has its length without its body", async () => {
  const app = quietApp();
  app.addRoutes([web.get("/y", () => web.textResponse("hello"))]);
  await using server = await web.TestServer.start(app);
  const { status, headers, body } = await raw(server.port, "/y", { method: "HEAD" });
  assertEquals([status, headers.get("content-length"), body], [200, "5", ""]);
});

Deno.test("params are typed from the path", () => {
  const equal = <A, B>(_same: [A] extends [B] ? [B] extends [A] ? true : false : false) => {};
  equal<web.PathParams<"/a">, Readonly<Record<never, string>>>(true);
  equal<web.PathParams<"/{a}/b/{c:\\d+}">, { readonly a: string; readonly c: string }>(true);
  equal<web.PathParams<"/{a}-{b}">, { readonly a: string; readonly b: string }>(true);
  equal<web.PathParams<"/f/file-{name}.{ext}">, { readonly name: string; readonly ext: string }>(
    true,
  );
  equal<web.PathParams<"/{id:\\d{2,3}}/{x:[^/]+}">, { readonly id: string; readonly x: string }>(
    true,
  );
  equal<web.PathParams<"/{tail:.*}">, { readonly tail: string }>(true);
  equal<web.PathParams<string>, Record<string, string>>(true);
  // @ts-expect-error -- the path has no such variable
  web.get("/{a}", (request) => web.textResponse(request.matchInfo.b));
});
