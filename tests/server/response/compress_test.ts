import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { web } from "@roundtrip/http";
import { SOCKET_ENGINES } from "../_engines.ts";

const BIG = "hello, world ".repeat(1000);
const UNPACK: Record<string, CompressionFormat> = {
  br: "brotli" as CompressionFormat,
  gzip: "gzip",
  deflate: "deflate",
};

async function ask(
  handler: web.Handler,
  accept: string,
  options: web.CompressOptions = {},
  method = "GET",
): Promise<{ headers: Headers; text: string; size: number }> {
  const app = new web.Application({ middlewares: [web.compressMiddleware(options)] });
  app.addRoutes([web.get("/", handler)]);
  const response = await app.fetch(
    new Request("http://localhost/", { method, headers: { "accept-encoding": accept } }),
  );
  const bytes = await response.bytes();
  const format = UNPACK[response.headers.get("content-encoding") ?? ""];
  const text = format === undefined || bytes.length === 0
    ? new TextDecoder().decode(bytes)
    : await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)))
      .text();
  return { headers: response.headers, text, size: bytes.length };
}

Deno.test("compress() chooses by q-value", async () => {
  const cases: [accept: string, coding: string | null][] = [
    ["gzip, deflate, br", "br"],
    ["gzip;q=0.9, br;q=0.1", "gzip"],
    ["deflate", "deflate"],
    ["*", "br"],
    ["br;q=0, *;q=0.1", "gzip"],
    ["identity;q=1, gzip;q=0.5", null],
    ["identity;q=0, gzip;q=0.5", "gzip"],
    ["gzip;q=0", null],
    ["zstd", null],
    ["", null],
  ];
  for (const [accept, coding] of cases) {
    const { headers, text, size } = await ask(() => web.textResponse(BIG), accept);
    assertEquals(headers.get("content-encoding"), coding, accept);
    assertEquals(headers.get("vary"), "Accept-Encoding", accept);
    assertEquals(text, BIG, accept);
    assert(coding === null || size < 1000, `${size} bytes`);
  }
});

const NOT: [name: string, make: () => Response][] = [
  ["a small body", () => web.textResponse("small")],
  [
    "a small body with a length",
    () =>
      new Response("small", { headers: { "content-length": "5", "content-type": "text/plain" } }),
  ],
  ["an image", () => new Response(BIG, { headers: { "content-type": "image/png" } })],
  ["no type", () => new Response(new TextEncoder().encode(BIG))],
  ["events", () => new Response(BIG, { headers: { "content-type": "text/event-stream" } })],
  ["a coding", () => web.textResponse(BIG, { headers: { "content-encoding": "x-mine" } })],
  [
    "no-transform",
    () => web.textResponse(BIG, { headers: { "cache-control": "private, no-transform" } }),
  ],
  [
    "a part",
    () => web.textResponse(BIG, { status: 206, headers: { "content-range": "bytes 0-1/2" } }),
  ],
];

Deno.test("compress() skips content that gains nothing or must not change", async () => {
  for (const [name, make] of NOT) {
    const expected = make().headers.get("content-encoding");
    const { headers, text } = await ask(() => make(), "gzip, br");
    assertEquals(headers.get("content-encoding"), expected, name);
    assertEquals(text, await make().text(), name);
  }
});

for (const [name, engine] of SOCKET_ENGINES) {
  Deno.test(`compress() leaves a small response of the platform: ${name}`, async () => {
    const app = new web.Application({ middlewares: [web.compressMiddleware()] });
    const headers = { "content-type": "text/plain" };
    app.addRoutes([web.get("/", ({ query }) => new Response(query.get("text"), { headers }))]);
    await using server = await web.TestServer.start(app, { engine });
    for (const text of ["", "small"]) {
      const response = await fetch(`${server.url}/?text=${text}`);
      assertEquals(response.headers.get("content-length"), `${text.length}`);
      assertEquals(await response.text(), text);
    }
  });
}

Deno.test("compress() takes the types that gain", async () => {
  const types = [
    "text/html; charset=utf-8",
    "application/json",
    "application/problem+json",
    "image/svg+xml",
    "text/javascript",
    "application/wasm",
    "font/ttf",
  ];
  for (const type of types) {
    const make = () => new Response(BIG, { headers: { "content-type": type } });
    assertEquals((await ask(make, "gzip")).headers.get("content-encoding"), "gzip", type);
  }
});

Deno.test("compress() makes tags weak, drops the length, and keeps cookies and status", async () => {
  const make = () => {
    const response = web.textResponse(BIG, {
      status: 201,
      headers: { "content-length": `${BIG.length}`, "vary": "Origin" },
    });
    web.setETag(response, "v1");
    web.setCookie(response, "a", "1");
    web.setCookie(response, "b", "2");
    return response;
  };
  const { headers, text } = await ask(make, "gzip");
  assertEquals([headers.get("etag"), headers.get("content-length"), headers.get("vary")], [
    'W/"v1"',
    null,
    "Origin, Accept-Encoding",
  ]);
  assertEquals([headers.getSetCookie().length, text], [2, BIG]);
});

Deno.test("compress() obeys its options", async () => {
  const small = await ask(() => web.textResponse("small"), "gzip", { threshold: 0 });
  assertEquals([small.headers.get("content-encoding"), small.text], ["gzip", "small"]);
  const only = await ask(() => web.textResponse(BIG), "br, deflate", { codings: ["deflate"] });
  assertEquals(only.headers.get("content-encoding"), "deflate");
  const none = await ask(() => web.textResponse(BIG), "br", { filter: () => false });
  assertEquals(none.headers.get("content-encoding"), null);
  assertThrows(
    () => web.compressMiddleware({ threshold: -1 }),
    RangeError,
    "expected a number of bytes",
  );
});

Deno.test("compress() compresses a file unless it is precompressed", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a.txt`, BIG);
  await Deno.writeTextFile(`${folder}/b.txt`, BIG);
  await Deno.writeTextFile(`${folder}/b.txt.gz`, "beside");
  const app = new web.Application({ middlewares: [web.compressMiddleware()] });
  app.addRoutes([web.static("/s", folder)]);
  const get = (path: string, headers: HeadersInit) =>
    app.fetch(new Request(`http://localhost${path}`, { headers }));
  const a = await get("/s/a.txt", { "accept-encoding": "gzip" });
  assertEquals([a.headers.get("content-encoding"), a.headers.get("content-length")], [
    "gzip",
    null,
  ]);
  assert((await a.bytes()).length < 1000);
  const b = await get("/s/b.txt", { "accept-encoding": "gzip" });
  assertEquals([b.headers.get("content-encoding"), await b.text()], ["gzip", "beside"]);
  const part = await get("/s/a.txt", { "accept-encoding": "gzip", "range": "bytes=0-4" });
  assertEquals([part.status, await part.text()], [206, "hello"]);
  const weak = a.headers.get("etag") ?? "";
  const again = await get("/s/a.txt", { "accept-encoding": "gzip", "if-none-match": weak });
  assertEquals(again.status, 304, "the weak tag is known again");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("compress() passes on a failing body and a disconnect", async () => {
  const app = new web.Application({ middlewares: [web.compressMiddleware()] });
  const { promise: cancelled, resolve } = Promise.withResolvers<unknown>();
  const headers = { "content-type": "text/plain" };
  app.addRoutes([
    web.get("/fails", () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new Uint8Array(5000)),
          pull: () => Promise.reject(new Error("oops")),
        }),
        { headers },
      )),
    web.get("/endless", () =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(crypto.getRandomValues(new Uint8Array(5000))),
          cancel: resolve,
        }),
        { headers },
      )),
  ]);
  const get = (path: string) =>
    app.fetch(new Request(`http://localhost${path}`, { headers: { "accept-encoding": "gzip" } }));
  await assertRejects(async () => await (await get("/fails")).bytes(), Error, "oops");
  const reader = (await get("/endless")).body?.getReader();
  await reader?.read();
  await reader?.cancel("gone");
  await cancelled;
});

Deno.test("compress() answers HEAD without a body", async () => {
  const { size, headers } = await ask(() => web.textResponse(BIG), "gzip", {}, "HEAD");
  assertEquals([size, headers.get("content-encoding")], [0, "gzip"]);
});
