import { assertEquals, assertLess, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { web } from "@roundtrip/http";
import { ENGINES, everyWay } from "../_engines.ts";
import { exchange, parse, quietApp, raw } from "../_raw.ts";
import { start } from "../_spawn.ts";
import { ownWork } from "../../_memory.ts";

const make = (
  headers: Record<string, string> = {},
  path = "/",
  options: web.MakeRequestOptions = {},
) => web.makeRequest("GET", path, { headers, ...options });

Deno.test("a request tells its URL in all its parts", () => {
  const request = web.makeRequest("post", "/my%2Fpath%20x/%zz?id=1%2F0&id=2#frag", {
    headers: { host: "example.com:8080" },
    scheme: "https",
    remote: "10.0.0.1",
    body: "x",
  });
  assertEquals(request.method, "POST");
  assertEquals(request.rawPath, "/my%2Fpath%20x/%zz");
  assertEquals(request.path, "/my%2Fpath%20x/%zz"); // one bad escape, and nothing is decoded
  assertEquals(make({}, "/my%2Fpath%20x").path, "/my/path x");
  assertEquals(request.pathQs, "/my%2Fpath%20x/%zz?id=1%2F0&id=2");
  assertEquals(`${request.relUrl.withQuery({ a: 1 })}`, "/my%2Fpath%20x/%zz?a=1");
  assertEquals(request.queryString, "id=1%2F0&id=2");
  assertEquals(request.query.getAll("id"), ["1/0", "2"]);
  assertEquals([request.scheme, request.secure], ["https", true]);
  assertEquals([request.host, request.remote], ["example.com:8080", "10.0.0.1"]);
  assertEquals(request.url.href, "https://example.com:8080/my%2Fpath%20x/%zz?id=1%2F0&id=2#frag");
  assertEquals([make({}, "/a#b?c").pathQs, make({}, "/a#b?c").queryString], ["/a", ""]);
});

Deno.test("proxy headers are not trusted", () => {
  const request = make({
    "x-forwarded-for": "6.6.6.6",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "evil",
    "forwarded": "for=6.6.6.6;proto=https;host=evil",
  });
  assertEquals([request.remote, request.scheme, request.host], ["127.0.0.1", "http", "127.0.0.1"]);
});

Deno.test("Forwarded is parsed by RFC 7239, malformed pairs are skipped", () => {
  const rows: [string, Record<string, string>[]][] = [
    [
      'for=1.2.3.4;proto=https;by="[::1]:80", for="x y"',
      [{ for: "1.2.3.4", proto: "https", by: "[::1]:80" }, { for: "x y" }],
    ],
    ["For=a;PROTO=b", [{ for: "a", proto: "b" }]],
    ['for="a\\"b\\\\c"', [{ for: 'a"b\\c' }]],
    ["for=1.2.3.4:80", [{ for: "1.2.3.4:80" }]],
    ["for = a, for=b", [{}, { for: "b" }]],
    ['for="open, for=b', [{}, { for: "b" }]],
    ["for=a;;proto=b, for=c", [{ for: "a" }, { for: "c" }]],
    ["__proto__=x", [{ ["__proto__"]: "x" }]],
  ];
  for (const [header, expected] of rows) {
    const got = make({ forwarded: header }).forwarded.map((each) => Object.entries(each));
    assertEquals(got, expected.map((each) => Object.entries(each)), header);
  }
  assertEquals(make().forwarded, []);
  const long = `for="${"\\a".repeat(32_000)}`;
  const from = ownWork();
  assertEquals(make({ forwarded: long }).forwarded.length, 1);
  assertLess(ownWork() - from, 200);
});

Deno.test("http_range is a slice", () => {
  const rows: [string | null, (number | null)[] | null][] = [
    [null, [null, null]],
    ["bytes=1-", [1, null]],
    ["bytes=0-1", [0, 2]],
    ["bytes=-5", [-5, null]],
    ["bytes=5-5", [5, 6]],
    ["bytes=-", null],
    ["bytes=2-1", null],
    ["bytes=-0", null],
    ["bytes=a-b", null],
    // RFC 9110 section 14.2 lets a server ignore unknown units.
    ["bytes=0-1,3-4", [null, null]],
    ["bits=0-1", [null, null]],
    ["Bytes=0-1", [0, 2]],
    ["bytes= 0-1 ", [0, 2]],
    ["0-1", null],
  ];
  for (const [header, expected] of rows) {
    const request = make(header === null ? {} : { range: header });
    if (expected === null) assertThrows(() => request.httpRange, RangeError, `"${header}"`);
    else assertEquals([request.httpRange.start, request.httpRange.stop], expected, `${header}`);
  }
});

Deno.test("conditional headers are dates and tags; invalid ones are null", () => {
  const date = "Sun, 06 Nov 1994 08:49:37 GMT";
  const request = make({
    "if-modified-since": date,
    "if-unmodified-since": "yesterday",
    "if-match": 'W/"a", "b,c"',
    "if-none-match": "*",
    "if-range": '"tag"',
  });
  assertEquals(request.ifModifiedSince?.toUTCString(), date);
  assertEquals(request.ifUnmodifiedSince, null);
  assertEquals(request.ifMatch, [{ value: "a", weak: true }, { value: "b,c", weak: false }]);
  assertEquals(request.ifNoneMatch, [{ value: "*" }]);
  assertEquals(request.ifRange, { value: "tag", weak: false });
  assertEquals((make({ "if-range": date }).ifRange as Date).toUTCString(), date);
  const bare = make();
  assertEquals(
    [bare.ifModifiedSince, bare.ifMatch, bare.ifNoneMatch, bare.ifRange, bare.contentLength],
    [null, null, null, null, null],
  );
});

Deno.test("content type, charset, length and cookies", () => {
  const request = make({
    "content-type": 'Text/HTML; charset="UTF-8"',
    "content-length": "12",
    cookie: 'a=1; b="quoted"; c=x=y',
  });
  assertEquals([request.contentType, request.charset, request.contentLength], [
    "text/html",
    "UTF-8",
    12,
  ]);
  assertEquals([...request.cookies], [["a", "1"], ["b", "quoted"], ["c", "x=y"]]);
  assertEquals(make({ "content-length": "+1" }).contentLength, null);
});

Deno.test("values are stored per request, under typed keys", () => {
  const key = new web.AppKey<number>("n");
  const request = make();
  assertEquals(request.has(key), false);
  assertThrows(() => request.get(key), TypeError, '"n"');
  request.set(key, 7);
  assertEquals([request.has(key), request.get(key), make().has(key)], [true, 7, false]);
});

Deno.test("clone() changes the head, and keeps the body and stored values", async () => {
  const key = new web.AppKey<number>("n");
  const request = web.makeRequest("POST", "/a?b=1", {
    body: "body",
    headers: { "x-a": "1" },
    matchInfo: { id: "7" },
  });
  request.set(key, 1);
  const clone = request.clone({
    method: "PUT",
    relUrl: "/other?c=2",
    scheme: "https",
    host: "example.com",
    remote: "10.0.0.1",
    clientMaxSize: 2,
  });
  clone.set(key, 2);
  assertEquals(clone.url.href, "https://example.com/other?c=2");
  assertEquals([clone.method, clone.host, clone.remote, clone.matchInfo.id], [
    "PUT",
    "example.com",
    "10.0.0.1",
    "7",
  ]);
  assertEquals([clone.headers.get("x-a"), clone.get(key), request.get(key)], ["1", 2, 1]);
  assertEquals(request.clone({ headers: { "x-b": "2" } }).headers.get("x-a"), null);
  await assertRejects(() => clone.text(), web.HTTPRequestEntityTooLarge);
  const read = web.makeRequest("POST", "/", { body: "body" });
  await read.text();
  assertThrows(() => read.clone(), TypeError, "was read already");
});

Deno.test("canReadBody and bodyExists", async () => {
  const request = web.makeRequest("POST", "/", { body: "x" });
  assertEquals([request.bodyExists, request.canReadBody], [true, true]);
  await request.read();
  assertEquals([request.bodyExists, request.canReadBody], [true, false]);
  assertEquals([make().bodyExists, make().canReadBody], [false, false]);
});

const LIMIT = 100;
type Reader = (request: web.ServerRequest) => Promise<unknown>;
const READERS: Record<string, Reader> = {
  read: (request) => request.read(),
  text: (request) => request.text(),
  json: (request) => request.json(),
  post: (request) => request.post(),
};

for (const [engineName, engine] of ENGINES) {
  Deno.test(`a body over clientMaxSize is 413 from every reader, announced or chunked (${engineName})`, async () => {
    const app = quietApp({ clientMaxSize: LIMIT });
    for (const [name, read] of Object.entries(READERS)) {
      app.addRoutes([web.post(`/${name}`, async (request) => {
        await read(request);
        return web.textResponse("read");
      })]);
    }
    const sub = new web.Application({ clientMaxSize: 1 });
    sub.addRoutes([web.post("/read", async (request) => {
      await request.read();
      return web.textResponse(String(request.clientMaxSize));
    })]);
    app.addSubapp("/sub", sub);
    await using server = await web.TestServer.start(app, { engine });
    const form = "Content-Type: application/x-www-form-urlencoded";
    for (const name of Object.keys(READERS)) {
      for (const [size, status] of [[LIMIT, 200], [LIMIT + 1, 413], [50 * LIMIT, 413]] as const) {
        const body = `"${"x".repeat(size - 2)}"`;
        const announced = await raw(server.port, `/${name}`, {
          method: "POST",
          headers: [form],
          body,
        });
        assertEquals(announced.status, status, `${name} of ${size}, announced`);
        if (status === 413) {
          assertEquals(announced.body, `Maximum request body size ${LIMIT} exceeded.`);
        }
        const chunks = body.match(/.{1,7}/g) ?? [];
        const chunked = parse(
          await exchange(
            server.port,
            `POST /${name} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${form}\r\nTransfer-Encoding: chunked\r\n\r\n` +
              chunks.map((each) => `${each.length.toString(16)}\r\n${each}\r\n`).join("") +
              "0\r\n\r\n",
          ),
        );
        assertEquals(chunked.status, status, `${name} of ${size}, chunked`);
      }
    }
    const below = await raw(server.port, "/sub/read", { method: "POST", body: "x".repeat(LIMIT) });
    assertEquals(below.body, String(LIMIT)); // the limit is the outermost application's
  });
}

everyWay("clientMaxSize 0 means no limit", async (ask) => {
  const app = quietApp({ clientMaxSize: 0 });
  app.addRoutes([
    web.post("/", async (request) => web.jsonResponse((await request.read()).length)),
  ]);
  const body = new Uint8Array(3 * 1024 ** 2);
  assertEquals(await (await ask(app, "/", { method: "POST", body })).json(), body.length);
});

Deno.test("reading an endless body stops at the limit", async () => {
  const app = quietApp({ clientMaxSize: 1000, lingeringSize: 16 * 1024 ** 2 });
  app.addRoutes([
    web.post("/", async (request) => web.jsonResponse((await request.read()).length)),
  ]);
  let pulled = 0;
  const cancelled = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 300;
      controller.enqueue(new Uint8Array(300));
    },
    cancel: () => cancelled.resolve(),
  });
  const response = await app.request("/", { method: "POST", body });
  await cancelled.promise;
  assertEquals(response.status, 413);
  assertLess(pulled, 3000);
});

Deno.test("a body that goes on after its 413 loses its connection; one that ends does not", async () => {
  const app = quietApp({ clientMaxSize: 1000, lingeringSize: 16 * 1024 ** 2 });
  app.addRoutes([
    web.post("/", async (request) => web.jsonResponse((await request.read()).length)),
  ]);
  await using server = await web.TestServer.start(app);
  const head = "POST / HTTP/1.1\r\nHost: a\r\n";
  const piece = new Uint8Array(65536);
  {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
    await connection.write(new TextEncoder().encode(`${head}Content-Length: 4000000000\r\n\r\n`));
    const answer = new Uint8Array(1000);
    const size = await connection.read(answer) ?? 0;
    assertMatch(new TextDecoder().decode(answer.subarray(0, size)), /^HTTP\/1.1 413 /);
    let sent = 0;
    await assertRejects(async () => {
      for (; sent < 4e9;) sent += await connection.write(piece);
    });
    assertLess(sent, 64 * 1024 ** 2);
  }
  const two = new TextEncoder().encode(
    `${head}Content-Length: 65536\r\n\r\n${"x".repeat(65536)}` +
      `${head}Content-Length: 1\r\nConnection: close\r\n\r\nx`,
  );
  const text = await exchange(server.port, two);
  assertMatch(text, /^HTTP\/1.1 413 [^]*exceeded\.HTTP\/1.1 200 [^]*1$/);
});

everyWay("malformed JSON is 400, bytes of another charset are 415", async (ask) => {
  const app = quietApp();
  app.addRoutes([
    web.post("/json", async (request) => web.jsonResponse(await request.json())),
    web.post("/text", async (request) => web.textResponse(await request.text())),
    web.post("/form", async (request) => web.jsonResponse([...await request.post()])),
  ]);
  const rows: [string, string, BodyInit, string | null, number, string | null][] = [
    ["malformed", "/json", "{", "application/json", 400, null],
    ["empty", "/json", "", "application/json", 400, null],
    ["another type", "/json", "[1]", "text/plain", 200, "[1]"],
    ["bad UTF-8", "/text", new Uint8Array([0xff]), "text/plain", 415, null],
    ["unknown charset", "/text", "x", "text/plain; charset=bogus", 415, null],
    ["gbk", "/text", new Uint8Array([0xd6, 0xd0]), "text/plain; charset=gbk", 200, "中"],
    [
      "blanks and repeats",
      "/form",
      "a=&b=1&a=2&c",
      "application/x-www-form-urlencoded",
      200,
      '[["a",""],["b","1"],["a","2"],["c",""]]',
    ],
    ["no form", "/form", '{"a":1}', "application/json", 200, "[]"],
  ];
  for (const [name, path, body, type, status, text] of rows) {
    const headers = new Headers(type === null ? {} : { "content-type": type });
    const response = await ask(app, path, { method: "POST", body, headers });
    assertEquals(response.status, status, name);
    const got = await response.text();
    if (text !== null) assertEquals(got, text, name);
  }
});

const SIGNAL_PROGRAM = `
import { web } from "@roundtrip/http";
const events: string[] = [];
const app = new web.Application();
const watched: string[] = [];
const watch = (request: web.ServerRequest, name: string) => {
  watched.push("/" + name);
  request.signal.addEventListener("abort", () => events.push(name));
};
app.addRoutes([
  web.get("/ok", (request) => { watch(request, "ok"); return web.textResponse("ok"); }),
  web.get("/later", async (request) => {
    watch(request, "later");
    await new Promise((resolve) => setTimeout(resolve, 20));
    return web.textResponse("later");
  }),
  web.get("/stream", (request) => {
    watch(request, "stream");
    let n = 0;
    return new Response(new ReadableStream({
      async pull(c) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (n++ === 5) c.close(); else c.enqueue(new Uint8Array(10));
      },
    }));
  }),
  web.get("/wait", async (request) => {
    watch(request, "wait");
    await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
    return web.textResponse("");
  }),
  web.get("/endless", (request) => {
    watch(request, "endless");
    return new Response(new ReadableStream({
      async pull(c) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        c.enqueue(new Uint8Array(10));
      },
    }));
  }),
  web.get("/events", () => web.jsonResponse(events)),
  web.get("/watched", () => web.jsonResponse(watched)),
]);
await web.runApp(app, { host: "127.0.0.1", port: 0 });
`;

for (const flags of [[], ["--unstable-no-legacy-abort"]]) {
  Deno.test(`request.signal aborts when the client leaves and only then (${flags[0] ?? "legacy"})`, async () => {
    const root = new URL("../../../", import.meta.url);
    const directory = await Deno.makeTempDir();
    const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
    imports["@roundtrip/http"] = new URL("mod.ts", root).href;
    // A configuration without the flag, which the repository's own has.
    await Deno.writeTextFile(`${directory}/deno.json`, JSON.stringify({ imports }));
    await Deno.writeTextFile(`${directory}/main.ts`, SIGNAL_PROGRAM);
    await using program = await start({}, { flags, script: `${directory}/main.ts` });
    for (const path of ["/ok", "/later", "/stream"]) {
      await (await fetch(program.url + path)).text();
    }
    for (const path of ["/wait", "/endless"]) {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port: program.port });
      await connection.write(new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`));
      if (path === "/endless") await connection.read(new Uint8Array(100));
      while (!(await (await fetch(`${program.url}/watched`)).json()).includes(path));
    }
    const deadline = performance.now() + 10_000;
    let events: string[] = [];
    while (events.length < 2 && performance.now() < deadline) {
      events = await (await fetch(`${program.url}/events`)).json();
    }
    assertEquals(events.sort(), ["endless", "wait"]);
  });
}

Deno.test("an in-process request's own signal is the request's signal", async () => {
  const app = quietApp();
  const controller = new AbortController();
  const entered = Promise.withResolvers<void>();
  app.addRoutes([web.get("/", async (request) => {
    const aborted = new Promise((resolve) => request.signal.addEventListener("abort", resolve));
    entered.resolve();
    await aborted;
    return web.textResponse(String(request.signal.reason));
  })]);
  const response = app.request("/", { signal: controller.signal });
  await entered.promise;
  controller.abort();
  assertEquals(await (await response).text(), "AbortError: The client has left");
});

for (const [name, engine] of ENGINES) {
  Deno.test(`cookies are read from all their headers, at any request (${name})`, async () => {
    const app = new web.Application();
    app.addRoutes([web.get("/", (request) => {
      const { cookies, headers } = request;
      assertEquals([...headers].find(([name]) => name === "cookie")?.[1], headers.get("cookie"));
      return web.jsonResponse([...cookies]);
    })]);
    await using runner = new web.AppRunner(app, { engine });
    const { port } = new URL(await runner.listen({ hostname: "127.0.0.1", port: 0 }));
    const head = "GET / HTTP/1.1\r\nHost: a\r\nCookie: a=1\r\nX-A: 1\r\nCookie: b=2\r\n";
    const REQUESTS = 40; // more than are read both ways
    const text = `${head}\r\n`.repeat(REQUESTS) + `${head}Connection: close\r\n\r\n`;
    const answers = (await exchange(Number(port), text)).split('[["a","1"],["b","2"]]');
    assertEquals(answers.length, REQUESTS + 2);
  });
}

Deno.test("a query is the same as that of the URL, whatever its bytes", () => {
  const queries = ["", "?", "?a=1&a=2&b", "?a=%zz&b=%C3%A9+c&=x&&y=", "?a='\"<>|[]{}^`\\;,é"];
  for (const query of queries) {
    for (const rest of ["", "#a?b=1"]) {
      const request = make({}, `/a${query}${rest}`);
      assertEquals([...request.query], [...request.url.searchParams], query + rest);
      assertEquals(request.query, request.query);
    }
  }
});

Deno.test("small header faults: lengths, cookies, charsets", async () => {
  const lengths: [string, number | null][] = [
    ["2", 2],
    ["2, 2", 2],
    ["2,2 , 2", 2],
    ["2, 3", null],
    ["+2", null],
    ["0x2", null],
    ["", null],
  ];
  for (const [header, expected] of lengths) {
    assertEquals(make({ "content-length": header }).contentLength, expected, header);
  }
  // Each byte of a header is one character: UTF-8 where it can be, else ISO-8859-1.
  const cookies: [string, string][] = [["caf\u00c3\u00a9", "café"], ["caf\u00e9", "café"]];
  for (const [sent, expected] of cookies) {
    assertEquals(make({ cookie: `a=${sent}` }).cookies.get("a"), expected);
  }
  for (const charset of ["latin-1", "latin_1", "iso8859_1", "ISO-8859-1", "latin1"]) {
    const app = new web.Application();
    app.addRoutes([web.post("/", async (request) => web.textResponse(await request.text()))]);
    const response = await app.request("/", {
      method: "POST",
      headers: { "content-type": `text/plain; charset=${charset}`, "content-length": "1, 1" },
      body: new Uint8Array([0xe9]),
    });
    assertEquals([response.status, await response.text()], [200, "é"], charset);
  }
});

Deno.test("a resource has a readable string form", () => {
  const app = new web.Application();
  const path = String.raw`/users/{id:\d+}`;
  const [route] = app.addRoutes([web.get(path, () => web.textResponse(""))]);
  assertEquals(`${route?.resource}`, "<Resource /users/{id}>");
  assertEquals(Deno.inspect(route?.resource), "<Resource /users/{id}>");
});
