import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  ClientConnectionError,
  ClientConnectorError,
  ClientPayloadError,
  ClientProtocolError,
  ClientResponseError,
  ClientSession,
  ContentTypeError,
  InvalidURLError,
  NotSupportedError,
  type RequestOptions,
  ServerDisconnectedError,
  ServerTimeoutError,
  TooManyRedirectsError,
  web,
} from "@roundtrip/http";
import { type ErrorType, serve } from "../_harness.ts";

const echo: web.Handler = async (request) =>
  web.jsonResponse({
    method: request.method,
    query: request.queryString,
    headers: Object.fromEntries(request.headers),
    body: await request.text(),
  });

interface Echo {
  readonly method: string;
  readonly query: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

Deno.test("ClientSession sends every verb", async () => {
  await using served = await serve([web.route("*", "/", echo)]);
  const { session } = served;
  for (const verb of ["get", "post", "put", "patch", "delete", "options"] as const) {
    await using response = await session[verb]("/");
    assertEquals((await response.json<Echo>()).method, verb.toUpperCase());
  }
  await using head = await session.head("/");
  assertEquals([head.status, await head.text()], [200, ""]);
  await using custom = await session.request("query", "/");
  assertEquals((await custom.json<Echo>()).method, "QUERY");
});

const BODIES: [string, RequestOptions, string, string][] = [
  ["text", { data: "ж" }, "text/plain; charset=utf-8", "ж"],
  ["bytes", { data: new TextEncoder().encode("b") }, "application/octet-stream", "b"],
  ["a Blob", { data: new Blob(["{}"], { type: "text/x" }) }, "text/x", "{}"],
  ["a stream", { data: new Blob(["s"]).stream() }, "application/octet-stream", "s"],
  [
    "an object as a form",
    { data: { a: "1 2", b: ["x", "y"] } },
    "application/x-www-form-urlencoded",
    "a=1+2&b=x&b=y",
  ],
  [
    "pairs as a form",
    { data: [["a", "ж"], ["a", 2]] },
    "application/x-www-form-urlencoded",
    "a=%D0%B6&a=2",
  ],
  ["JSON", { json: { a: [1, null] } }, "application/json", '{"a":[1,null]}'],
  ["a null as JSON", { json: null }, "application/json", "null"],
];
for (const [name, options, type, body] of BODIES) {
  Deno.test(`ClientSession sends ${name} as a body`, async () => {
    await using served = await serve([web.post("/", echo)]);
    await using response = await served.session.post("/", options);
    const seen = await response.json<Echo>();
    assertEquals([seen.headers["content-type"], seen.body], [type, body]);
  });
}

Deno.test("ClientSession merges headers: the request's replaces the session's", async () => {
  await using served = await serve([web.get("/", echo)], {
    headers: { "x-a": "session", "x-b": "session" },
  });
  await using response = await served.session.get("/", { headers: { "X-A": "request" } });
  const { headers } = await response.json<Echo>();
  assertEquals([headers["x-a"], headers["x-b"]], ["request", "session"]);
});

Deno.test("ClientSession takes credentials out of the URL and sends them as Basic", async () => {
  await using served = await serve([web.get("/", echo)]);
  const url = served.baseUrl.replace("http://", "http://us%C3%A9r:p%40ss@");
  await using response = await served.session.get(url);
  const { headers } = await response.json<Echo>();
  assertEquals(headers["authorization"], "Basic dXPDqXI6cEBzcw==");
  assertEquals(response.url.username, "");
  await assertRejects(
    () => served.session.get(url, { headers: { authorization: "x" } }),
    TypeError,
    "Cannot combine",
  );
});

Deno.test("ClientSession stores cookies between requests and exposes them on the response", async () => {
  await using served = await serve([
    web.get("/set", () => {
      const response = web.textResponse("ok");
      web.setCookie(response, "a", "1", { httpOnly: true });
      web.setCookie(response, "b", "2");
      return response;
    }),
    web.get("/", echo),
  ], { cookies: { shared: "s" } });
  const { session } = served;
  await using set = await session.get("/set");
  assertEquals([...set.cookies.keys()], ["a", "b"]);
  assertEquals(set.cookies.get("a")?.httpOnly, true);
  await set.read();
  await using response = await session.get("/", { cookies: { own: "o", a: "mine" } });
  const { headers } = await response.json<Echo>();
  assertEquals(headers["cookie"], "a=mine; b=2; shared=s; own=o");
});

Deno.test("ClientSession follows redirects and lists them in history", async () => {
  await using served = await serve([
    web.get("/a", () => {
      throw new web.HTTPFound("/b?x=1");
    }),
    web.get("/b", () => {
      const found = new web.HTTPMovedPermanently("/c");
      web.setCookie(found, "hop", "b");
      throw found;
    }),
    web.get("/c", echo),
  ]);
  await using response = await served.session.get("/a", { params: { only: "first" } });
  assertEquals(response.status, 200);
  assertEquals(response.history.map((entry) => [entry.status, entry.url.pathname]), [
    [302, "/a"],
    [301, "/b"],
  ]);
  assertEquals(response.url.pathname, "/c");
  assertEquals((await response.json<Echo>()).headers["cookie"], "hop=b");

  await using first = await served.session.get("/a", { allowRedirects: false });
  assertEquals([first.status, first.headers.get("location"), first.history.length], [
    302,
    "/b?x=1",
    0,
  ]);
  const error = await assertRejects(
    () => served.session.get("/a", { maxRedirects: 2 }),
    TooManyRedirectsError,
  );
  assertEquals(error.history.length, 2);
});

Deno.test("raiseForStatus throws with status, reason and the first bytes of the body", async () => {
  await using served = await serve([
    web.get("/", () => new Response("x".repeat(100_000), { status: 404 })),
  ]);
  const error = await assertRejects(
    () => served.session.get("/", { raiseForStatus: true }),
    ClientResponseError,
    `404, message='Not Found', url='${served.baseUrl}/'`,
  );
  assertEquals([error.status, error.body?.length], [404, 64 * 1024]);
  await using response = await served.session.get("/");
  assertEquals(response.ok, false);
  assertThrows(() => response.raiseForStatus(), ClientResponseError, "404");
  await assertRejects(() => response.text(), ClientConnectionError, "released");
  await served.session.get("/", {
    raiseForStatus: (each) => assertEquals(each.status, 404),
  }).then((each) => each.release());
});

Deno.test("json() refuses another mime type with its name, and leaves the body readable", async () => {
  await using served = await serve([
    web.get("/", () => web.textResponse("[1]", { contentType: "text/json;charset=utf-8" })),
    web.get("/plus", () => web.textResponse("[2]", { contentType: "application/problem+json" })),
    web.get("/bad", () => web.textResponse("{", { contentType: "application/json" })),
  ]);
  const { session, baseUrl } = served;
  await using response = await session.get("/");
  await assertRejects(
    () => response.json(),
    ContentTypeError,
    `200, message='Attempt to decode JSON with unexpected mimetype: text/json;charset=utf-8', url='${baseUrl}/'`,
  );
  assertEquals(await response.json({ contentType: null }), [1]);
  assertEquals(await response.json({ contentType: "text/json" }), [1]);
  assertEquals(await response.text(), "[1]");
  await using plus = await session.get("/plus");
  assertEquals(await plus.json(), [2]);
  await using bad = await session.get("/bad");
  await assertRejects(() => bad.json(), ClientPayloadError, "as JSON");
});

Deno.test("text() decodes by header or option, and throws if it cannot", async () => {
  const gbk = Uint8Array.of(0xc4, 0xe3, 0xba, 0xc3); // 你好
  await using served = await serve([
    web.get("/plain", () => new Response(gbk)),
    web.get(
      "/gbk",
      () => new Response(gbk, { headers: { "content-type": "text/plain; charset=GBK" } }),
    ),
    web.get(
      "/bogus",
      () => new Response("ok", { headers: { "content-type": "text/plain; charset=bogus" } }),
    ),
  ]);
  const { session } = served;
  await using plain = await session.get("/plain");
  assertEquals(await plain.text({ encoding: "gbk" }), "你好");
  await assertRejects(() => plain.text(), ClientPayloadError, "not utf-8");
  await assertRejects(() => plain.text({ encoding: "nope" }), RangeError, '"nope"');
  await using byHeader = await session.get("/gbk");
  assertEquals([await byHeader.text(), byHeader.charset], ["你好", "GBK"]);
  await using bogus = await session.get("/bogus");
  assertEquals([await bogus.text(), bogus.charset], ["ok", "bogus"]);
});

Deno.test("timeout.total ends a hanging request, a hanging body, and a chain of redirects", async () => {
  const hang = (request: web.ServerRequest) =>
    new Promise<Response>((resolve) =>
      request.signal.addEventListener("abort", () => resolve(new Response()))
    );
  let hops = 0;
  await using served = await serve([
    web.get("/head", hang),
    web.get("/body", () =>
      new Response(
        new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(3)) }),
      )),
    web.get("/loop", async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new web.HTTPFound(`/loop?${hops++}`);
    }),
  ], { timeout: { total: 100 } });
  const { session } = served;
  const error = await assertRejects(() => session.get("/head"), ServerTimeoutError, "100 ms");
  assertEquals([error.phase, error.limit], ["total", 100]);
  await using response = await session.get("/body");
  assertEquals((await response.content.readExactly(3)).length, 3);
  await assertRejects(() => response.content.read(), ServerTimeoutError);
  await assertRejects(() => session.get("/loop", { maxRedirects: 0 }), ServerTimeoutError);
  assertEquals(hops > 1 && hops < 10, true);
});

Deno.test("a caller's signal aborts with its own reason", async () => {
  await using served = await serve([web.get("/", echo)]);
  const reason = new Error("changed my mind");
  const error = await assertRejects(
    () => served.session.get("/", { signal: AbortSignal.abort(reason) }),
    Error,
  );
  assertEquals(error, reason);
});

Deno.test("connection errors name the host and the reason, with the platform's error as cause", async () => {
  for (const [transport, type] of [["fetch", TypeError], ["sockets", Error]] as const) {
    await using session = new ClientSession({ connector: { transport } });
    const refused = await assertRejects(
      () => session.get("http://127.0.0.1:1234/"),
      ClientConnectorError,
      "Cannot connect to host 127.0.0.1:1234: ",
    );
    assertEquals([refused.failure, refused.port], ["refused", 1234]);
    assertStringIncludes(refused.message, "refused");
    assertInstanceOf(refused.cause, type);
    const unknown = await assertRejects(
      () => session.get("http://no-such-host.invalid/"),
      ClientConnectorError,
    );
    assertEquals(unknown.failure, "dns");
  }
});

const BROKEN: [string, string, ErrorType][] = [
  ["closes without a reply", "", ServerDisconnectedError],
  ["is not HTTP", "garbage\r\n\r\n", ClientProtocolError],
  [
    "is shorter than its length",
    "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc",
    ClientPayloadError,
  ],
  [
    "has a broken chunk",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ClientPayloadError,
  ],
];
for (const [name, reply, expected] of BROKEN) {
  for (const transport of ["fetch", "sockets"] as const) {
    Deno.test(`a reply that ${name} is a ${expected.name} over ${transport}`, async () => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const served = (async () => {
        using connection = await listener.accept();
        await connection.read(new Uint8Array(4096));
        await connection.write(new TextEncoder().encode(reply));
      })();
      await using session = new ClientSession({ connector: { transport } });
      await assertRejects(async () => {
        await using response = await session.post(`http://127.0.0.1:${listener.addr.port}/`);
        await response.read();
      }, expected);
      await served;
    });
  }
}

Deno.test("mistakes of the caller throw before anything is sent", async () => {
  await using session = new ClientSession({ connector: { transport: "fetch" } });
  const cases: [() => Promise<unknown>, ErrorType, string][] = [
    [() => session.get("/rel"), InvalidURLError, '"/rel": it is not absolute'],
    [() => session.get("http://[::1"), InvalidURLError, "it is malformed"],
    [() => session.get("ftp://host/"), InvalidURLError, "its scheme is ftp"],
    [() => session.get("http://h/", { data: "x" }), NotSupportedError, "A body with GET"],
    [() => session.post("http://h/", { data: "x", json: 1 }), TypeError, "data and json"],
    [() => session.post("http://h/", { json: () => 1 }), TypeError, "no JSON form"],
    [() => session.get("http://h/", { params: { a: NaN } }), RangeError, '"a": NaN'],
    [() => session.get("http://h/", { cookies: { "a b": "c" } }), TypeError, '"a b"'],
    [() => session.get("http://h/", { cookies: { a: "x;y" } }), TypeError, '"a"'],
    [() => session.get("http://h/", { timeout: { total: -1 } }), RangeError, "timeout.total -1"],
  ];
  for (const [send, type, message] of cases) await assertRejects(send, type, message);
  await session.close();
  await assertRejects(() => session.get("http://h/"), TypeError, "the session is closed");
});
