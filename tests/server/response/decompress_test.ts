import { assertEquals, assertMatch } from "@std/assert";
import { ClientSession, web } from "@roundtrip/http";
import * as zlib from "node:zlib";
import { quietApp } from "../_raw.ts";

const TEXT = "hello ".repeat(1000);
const bytes = (text: string) => new TextEncoder().encode(text);
const gzip = (data: Uint8Array) => new Uint8Array(zlib.gzipSync(data));

function application(options: web.ApplicationOptions = {}): web.Application {
  const app = quietApp(options);
  app.middlewares.push(web.decompressMiddleware());
  app.addRoutes([
    web.post("/text", async (request) => {
      const { contentLength, headers } = request;
      return web.jsonResponse([
        (await request.text()).length,
        contentLength,
        headers.get("content-encoding"),
      ]);
    }),
    web.post("/json", async (request) => web.jsonResponse(await request.json())),
    web.post("/content", async (request) => {
      let size = 0;
      for await (const piece of request.content.iterAny()) size += piece.length;
      return web.jsonResponse(size);
    }),
    web.post(
      "/first",
      async (request) => web.jsonResponse((await request.content.read(10)).length),
    ),
    web.post("/form", async (request) => {
      const file = (await request.post()).file("file");
      return web.jsonResponse(file === undefined ? null : (await file.text()).length);
    }),
    web.post("/raw", (request) => web.jsonResponse(request.headers.get("content-encoding"))),
  ]);
  return app;
}

const post = async (
  app: web.Application,
  path: string,
  body: Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<[status: number, text: string]> => {
  const response = await app.request(path, { method: "POST", body, headers });
  return [response.status, await response.text()];
};

const CODED: readonly [name: string, coding: string, body: Uint8Array<ArrayBuffer>][] = [
  ["gzip", "gzip", gzip(bytes(TEXT))],
  ["deflate", "deflate", new Uint8Array(zlib.deflateSync(bytes(TEXT)))],
  ["brotli", "br", new Uint8Array(zlib.brotliCompressSync(bytes(TEXT)))],
  ["gzip twice", "gzip, GZIP", gzip(gzip(bytes(TEXT)))],
];
for (const [name, coding, body] of CODED) {
  Deno.test(`a body in ${name} is decoded, and its headers are adjusted`, async () => {
    const headers = { "content-encoding": coding, "content-length": `${body.length}` };
    const app = application();
    assertEquals(await post(app, "/text", body, headers), [200, "[6000,null,null]"]);
    assertEquals(await post(app, "/content", body, headers), [200, "6000"]);
    assertEquals(await post(app, "/first", body, headers), [200, "10"]);
  });
}

Deno.test("a plain body is unchanged", async () => {
  const app = application();
  assertEquals(await post(app, "/text", bytes("abc"), {}), [200, "[3,null,null]"]);
  const identity = { "content-encoding": "identity" };
  assertEquals(await post(app, "/raw", bytes("abc"), identity), [200, '"identity"']);
  const empty = { "content-encoding": "gzip" };
  const response = await app.request("/raw", { method: "POST", headers: empty });
  assertEquals(await response.json(), "gzip"); // there is nothing to decode
});

Deno.test("an undecodable body is answered with 400 or 415", async () => {
  const app = application();
  const headers = { "content-encoding": "gzip" };
  const whole = gzip(bytes(TEXT));
  for (const path of ["/text", "/content", "/json"]) {
    for (const body of [bytes("no gzip"), whole.slice(0, -6)]) {
      const [status, text] = await post(app, path, body, headers);
      assertEquals(status, 400, path);
      assertMatch(text, /^Cannot decode content-encoding "gzip": /);
    }
  }
  const unknown = await app.request("/text", {
    method: "POST",
    body: "x",
    headers: { "content-encoding": "exotic" },
  });
  assertEquals(unknown.status, 415);
  assertEquals(unknown.headers.get("accept-encoding"), "gzip, deflate, br, zstd");
  assertEquals(await unknown.text(), 'Cannot decode content-encoding "exotic"');
});

Deno.test("limits count decoded bytes", async () => {
  const app = application({ clientMaxSize: 10_000 });
  const headers = { "content-encoding": "gzip" };
  const bomb = gzip(new Uint8Array(50_000_000));
  assertEquals((await post(app, "/text", gzip(new Uint8Array(10_000)), headers))[0], 200);
  assertEquals((await post(app, "/text", bomb, headers))[0], 413);
  const form = new FormData();
  form.set("file", new File([new Uint8Array(50_000)], "a"));
  const encoded = new Response(form);
  const type = { ...headers, "content-type": encoded.headers.get("content-type") ?? "" };
  const body = gzip(await encoded.bytes());
  assertEquals((await post(app, "/form", body, type))[0], 413);
  assertEquals(await post(application(), "/form", body, type), [200, "50000"]);
});

Deno.test("over a connection: a session's compressed bodies arrive, and a refused one is answered", async () => {
  const app = application({ clientMaxSize: 10_000 });
  await using server = await web.TestServer.start(app);
  await using session = new ClientSession({ baseUrl: server.url });
  for (const compress of ["gzip", "deflate"] as const) {
    await using response = await session.post("/json", { json: { text: TEXT }, compress });
    assertEquals(await response.json(), { text: TEXT });
  }
  const headers = { "content-encoding": "gzip" };
  const bomb = gzip(new Uint8Array(10_000_000));
  for (const path of ["/text", "/form"]) {
    const type = "multipart/form-data; boundary=b";
    await using response = await session.post(path, {
      data: bomb,
      headers: path === "/form" ? { ...headers, "content-type": type } : headers,
    });
    assertEquals(response.status >= 400 && response.status < 500, true, `${response.status}`);
  }
  await using after = await session.post("/json", { json: 1 });
  assertEquals(await after.json(), 1);
});
