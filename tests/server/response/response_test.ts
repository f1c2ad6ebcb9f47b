import { assert, assertEquals, assertThrows } from "@std/assert";
import { web } from "@roundtrip/http";
import { chooseEncoding } from "../../../http/headers/accept_encoding.ts";
import { formatHttpDate, parseHttpDate } from "../../../http/headers/http_date.ts";
import { ENGINES, everyWay, sentStatus } from "../_engines.ts";
import { rawRequest } from "../../_raw.ts";
import { HEADER_BYTES } from "../../_whole.ts";
import { ownWork } from "../../_memory.ts";

const RESPONSES: [
  name: string,
  make: () => Response,
  status: number,
  contentType: string | null,
  text: string,
][] = [
  ["text", () => web.textResponse("ж"), 200, "text/plain; charset=utf-8", "ж"],
  [
    "text of another type",
    () => web.textResponse("x", { contentType: "text/html" }),
    200,
    "text/html; charset=utf-8",
    "x",
  ],
  [
    "text with a charset in its type",
    () => web.textResponse("x", { contentType: "text/html; Charset=x" }),
    200,
    "text/html; Charset=x",
    "x",
  ],
  [
    "text with a header for its type",
    () => web.textResponse("x", { headers: { "Content-Type": "a/b" }, contentType: "c/d" }),
    200,
    "a/b",
    "x",
  ],
  [
    "empty text with 204",
    () => web.textResponse("", { status: 204 }),
    204,
    "text/plain; charset=utf-8",
    "",
  ],
  [
    "JSON",
    () => web.jsonResponse({ a: [1, null] }),
    200,
    "application/json",
    '{"a":[1,null]}',
  ],
  [
    "JSON of another type",
    () => web.jsonResponse(1, { contentType: "application/problem+json", status: 400 }),
    400,
    "application/problem+json",
    "1",
  ],
  [
    "JSON by a function",
    () => web.jsonResponse(1, { dumps: () => "one" }),
    200,
    "application/json",
    "one",
  ],
];

Deno.test("textResponse() and jsonResponse() set content type and length", async () => {
  for (const [name, make, status, contentType, text] of RESPONSES) {
    const response = make();
    // The platform writes "text/plain;charset=UTF-8", which is the same.
    const type = response.headers.get("content-type")
      ?.replace("text/plain;charset=UTF-8", "text/plain; charset=utf-8");
    assertEquals(
      [response.status, type ?? null, await response.text()],
      [status, contentType, text],
      name,
    );
  }
  for (const value of [undefined, () => 1, Symbol("x")]) {
    assertThrows(() => web.jsonResponse(value), TypeError, "it has no JSON form");
  }
  assertThrows(() => web.jsonResponse(1n), TypeError);
});

everyWay("cookies go on responses, exceptions, streams and files", async (ask) => {
  const path = await Deno.makeTempFile();
  const app = new web.Application();
  const cookie = <T extends { readonly headers: Headers }>(response: T): T => {
    web.setCookie(response, "a", "1", { maxAge: 60, sameSite: "Lax", domain: "h" });
    web.delCookie(response, "b");
    return response;
  };
  app.addRoutes([
    web.get("/response", () => cookie(web.textResponse("x"))),
    web.get("/exception", () => {
      throw cookie(new web.HTTPFound("/x"));
    }),
    web.get("/stream", async (request) => {
      const response = cookie(new web.StreamResponse());
      await response.prepare(request);
      return response;
    }),
    web.get("/file", () => cookie(new web.FileResponse(path))),
  ]);
  for (const each of ["/response", "/exception", "/stream", "/file"]) {
    const response = await ask(app, each);
    assertEquals(
      response.headers.getSetCookie().map((line) => line.split("; ").sort().join("; ")),
      [
        "Domain=h; Max-Age=60; Path=/; SameSite=Lax; a=1",

        "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/; b=",
      ],
      each,
    );
    await response.body?.cancel();
  }
  await Deno.remove(path);
});

const EXCEPTIONS: [
  name: string,
  make: () => web.HTTPException,
  status: number,
  text: string,
  headers: Record<string, string>,
][] = [
  ["the usual body", () => new web.HTTPNotFound(), 404, "404: Not Found", {
    "content-type": "text/plain; charset=utf-8",
  }],
  ["204 has none", () => new web.HTTPNoContent({ text: "x" }), 204, "", {}],
  ["205 has none", () => new web.HTTPResetContent(), 205, "", {}],
  ["304 has none", () => new web.HTTPNotModified({ headers: { etag: '"a"' } }), 304, "", {
    etag: '"a"',
  }],
  [
    "a location is requoted",
    () => new web.HTTPSeeOther("/x?é#a b"),
    303,
    "303: See Other",
    { "content-type": "text/plain; charset=utf-8", "location": "/x?%C3%A9#a%20b" },
  ],
  [
    "451 has a link",
    () => new web.HTTPUnavailableForLegalReasons("http://law/"),
    451,
    "451: Unavailable For Legal Reasons",
    { "content-type": "text/plain; charset=utf-8", "link": '<http://law/>; rel="blocked-by"' },
  ],
  [
    "405 says what is allowed, sorted",
    () => new web.HTTPMethodNotAllowed("X", ["PUT", "GET"]),
    405,
    "405: Method Not Allowed",
    { "allow": "GET,PUT", "content-type": "text/plain; charset=utf-8" },
  ],
  [
    "413 says the limit",
    () => new web.HTTPRequestEntityTooLarge(9),
    413,
    "Maximum request body size 9 exceeded.",
    { "content-type": "text/plain; charset=utf-8" },
  ],
  [
    "a body of its own",
    () => new web.HTTPBadRequest({ text: "{}", contentType: "application/json" }),
    400,
    "{}",
    { "content-type": "application/json" },
  ],
  [
    "headers of its own",
    () =>
      new web.HTTPUnauthorized({ headers: { "www-authenticate": "Basic", "content-type": "a/b" } }),
    401,
    "401: Unauthorized",
    { "content-type": "a/b", "www-authenticate": "Basic" },
  ],
];

everyWay("HTTP exceptions have aiohttp's body and headers", async (ask, way) => {
  for (const [name, make, status, text, headers] of EXCEPTIONS) {
    const app = new web.Application();
    app.addRoutes([web.get("/", () => {
      throw make();
    })]);
    const response = await ask(app, "/");
    assertEquals([response.status, await response.text()], [sentStatus(status, way), text], name);
    response.headers.delete("content-length"); // of the connection
    assertEquals(Object.fromEntries(response.headers), headers, name);
  }
});

for (const [name, engine] of ENGINES) {
  Deno.test(`no raw byte gets into a header of a stream, a file or events (${name})`, async () => {
    const path = await Deno.makeTempFile();
    const app = new web.Application({ logger: { error() {} } });
    const next = (request: web.ServerRequest) => request.query.get("next") ?? "";
    app.addRoutes([
      web.get("/stream", async (request) => {
        const response = new web.StreamResponse({ headers: { "x-echo": next(request) } });
        await response.prepare(request);
        await response.write("x");
        return response;
      }),
      web.get("/cookie", async (request) => {
        const response = new web.StreamResponse();
        web.setCookie(response, "c", next(request), { path: next(request) });
        await response.prepare(request);
        return response;
      }),
      web.get("/etag", async (request) => {
        const response = new web.StreamResponse();
        response.etag = next(request);
        await response.prepare(request);
        return response;
      }),
      web.get("/type", async (request) => {
        const response = new web.StreamResponse();
        response.contentType = `a/${next(request)}`;
        await response.prepare(request);
        return response;
      }),
      web.get("/file", (request) => new web.FileResponse(path, { contentType: next(request) })),
      web.get(
        "/events",
        (request) => web.sseResponse(request, { headers: { "x-e": next(request) } }),
      ),
      web.get("/law", (request) => {
        throw new web.HTTPUnavailableForLegalReasons(next(request));
      }),
    ]);
    await using runner = new web.AppRunner(app, { shutdownTimeout: 1000, engine });
    const port = Number(new URL(await runner.listen({ hostname: "127.0.0.1", port: 0 })).port);
    for (const route of ["/stream", "/cookie", "/etag", "/type", "/file", "/events", "/law"]) {
      for (const byte of HEADER_BYTES) {
        const query = `a%${byte.toString(16).padStart(2, "0")}b`;
        const reply = await rawRequest(port, `GET ${route}?next=${query} HTTP/1.1\r\nHost: h\r\n`);
        const head = reply.slice(0, reply.indexOf("\r\n\r\n"));
        // deno-lint-ignore no-control-regex -- matches control bytes on purpose
        assert(!/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(head), `${route} ${query}`);
        assert(/^HTTP\/1\.1 (200|451|500) /.test(head), `${route} ${query}: ${head}`);
        assert(!/\r\nb/.test(head), `${route} ${query}: a header of its own`);
      }
    }
    await Deno.remove(path);
  });
}

everyWay("FileResponse sends a file of the handler's choice", async (ask) => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a b.txt`, "hello");
  await Deno.writeTextFile(`${folder}/a b.txt.gz`, "gzipped");
  await Deno.symlink(`${folder}/a b.txt`, `${folder}/link.txt`);
  const app = new web.Application();
  const url = new URL(`file://${folder}/a%20b.txt`);
  app.addRoutes([
    web.get("/path", () => new web.FileResponse(`${folder}/a b.txt`)),
    web.get("/url", () => new web.FileResponse(url)),
    web.get("/link", () => new web.FileResponse(`${folder}/link.txt`)),
    web.get("/type", () => new web.FileResponse(url, { contentType: "x/y" })),
    web.get(
      "/status",
      () =>
        new web.FileResponse(url, { status: 404, headers: { "content-length": "1", "x-a": "1" } }),
    ),
    web.get("/missing", () => new web.FileResponse(`${folder}/missing`)),
    web.get("/folder", async () => await Promise.resolve(new web.FileResponse(folder))),
    web.get("/below", () => new web.FileResponse(`${folder}/a b.txt/x`)),
    web.get("/device", () => new web.FileResponse("/dev/zero")),
  ]);
  const cases: [
    path: string,
    headers: Record<string, string>,
    status: number,
    text: string | null,
    type: string | null,
  ][] = [
    ["/path", {}, 200, "hello", "text/plain"],
    ["/url", {}, 200, "hello", "text/plain"],
    ["/link", {}, 200, "hello", "text/plain"],
    ["/path", { "accept-encoding": "gzip" }, 200, "gzipped", "text/plain"],
    ["/path", { "accept-encoding": "gzip;q=0" }, 200, "hello", "text/plain"],
    ["/path", { range: "bytes=1-2" }, 206, "el", "text/plain"],
    ["/path", { "if-none-match": "*" }, 304, "", null],
    ["/type", {}, 200, "hello", "x/y"],
    ["/status", { "range": "bytes=1-2", "if-none-match": "*" }, 404, "hello", "text/plain"],
    ["/missing", {}, 404, null, "text/plain; charset=utf-8"],
    ["/folder", {}, 403, null, "text/plain; charset=utf-8"],
    ["/below", {}, 404, null, "text/plain; charset=utf-8"],
    ["/device", {}, 403, null, "text/plain; charset=utf-8"],
  ];
  for (const [path, headers, status, text, type] of cases) {
    for (const method of ["GET", "HEAD"]) {
      const response = await ask(app, path, { method, headers });
      const ranged = "range" in headers && path === "/path" && method === "HEAD";
      assertEquals(response.status, ranged ? 200 : status, `${method} ${path}`);
      const body = await response.text();
      if (text !== null) assertEquals(body, method === "GET" ? text : "", `${method} ${path}`);
      assertEquals(response.headers.get("content-type"), type, `${method} ${path}`);
    }
  }
  const failed = new web.Application({ logger: { error() {} } });
  failed.addRoutes([web.get("/", () => new web.FileResponse(new URL("http://h/x")))]);
  assertEquals((await ask(failed, "/")).status, 500);
  await Deno.remove(folder, { recursive: true });
});

everyWay(
  "middlewares see the response of a FileResponse, and may give one themselves",
  async (ask) => {
    const path = await Deno.makeTempFile();
    await Deno.writeTextFile(path, "file");
    const seen: [number, string | null][] = [];
    const look: web.Middleware = async (request, handler) => {
      const result = await handler(request);
      if (result instanceof Response) seen.push([result.status, result.headers.get("etag")]);
      return result;
    };
    const replace: web.Middleware = () => new web.FileResponse(path);
    const app = new web.Application({ middlewares: [look, replace] });
    const response = await ask(app, "/any");
    assertEquals([response.status, await response.text(), seen.length], [200, "file", 1]);
    await Deno.remove(path);
  },
);

Deno.test("dates are read in three forms and written in one", () => {
  const cases: [text: string, iso: string | null][] = [
    ["Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"],
    ["Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000Z"],
    ["Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.000Z"],
    ["Thu, 29 Feb 2024 00:00:00 GMT", "2024-02-29T00:00:00.000Z"],
    ["Wed, 29 Feb 2023 00:00:00 GMT", null],
    ["Sun, 06 Foo 1994 08:49:37 GMT", null],
    ["Sun, 06 Nov 1994 24:49:37 GMT", null],
    ["1994-11-06T08:49:37Z", null],
    ["2020", null],
    ["", null],
    ["٠", null],
  ];
  for (const [text, iso] of cases) {
    assertEquals(parseHttpDate(text)?.toISOString() ?? null, iso, text);
  }
  assertEquals(parseHttpDate(null), null);
  assertEquals(formatHttpDate(new Date("1994-11-06T08:49:36.001Z")), cases[0]?.[0]);
});

Deno.test("chooseEncoding() reads long and odd headers without harm", () => {
  const start = ownWork();
  assertEquals(chooseEncoding(`${"gzip;q=0,".repeat(100_000)}br`, ["br"]), null);
  assertEquals(chooseEncoding("a".repeat(1_000_000), ["br"]), null);
  assertEquals(chooseEncoding(",;,;q=1,;;br", ["br"]), null);
  assertEquals(chooseEncoding("gzip ; q = 0.5 , br;q=0.6;x", ["gzip", "br"]), "br");
  assertEquals(chooseEncoding("gzip;q=2", ["gzip"]), null);
  assert(ownWork() - start < 500);
});
