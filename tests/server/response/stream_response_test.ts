import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { web } from "@roundtrip/http";
import { ENGINES, everyWay, sentStatus, type Way } from "../_engines.ts";

const errors: unknown[] = [];

function appOf(
  handler: (request: web.ServerRequest, response: web.StreamResponse) => unknown,
  options: web.StreamResponseOptions = {},
): web.Application {
  errors.length = 0;
  const app = new web.Application({ logger: { error: (_, error) => errors.push(error) } });
  app.addRoutes([web.get("/", async (request) => {
    const response = new web.StreamResponse(options);
    await handler(request, response);
    return response;
  })]);
  return app;
}

type Get = (app: web.Application, init?: RequestInit) => Promise<Response>;

/** A test on every way to ask. */
function table(name: string, run: (get: Get, way: Way) => Promise<void>): void {
  everyWay(name, (ask, way) => run((app, init) => ask(app, "/", init), way));
}

table("StreamResponse sends what is written, before the handler is done", async (get) => {
  const { promise: go, resolve: goOn } = Promise.withResolvers<void>();
  const app = appOf(async (request, response) => {
    response.headers.set("x-early", "1");
    await response.prepare(request);
    await response.write("one ");
    await go;
    await response.write(new TextEncoder().encode("two"));
  });
  const response = await get(app);
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("x-early"), "1");
  assertEquals(response.headers.get("content-type"), "application/octet-stream");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await reader?.read())?.value, "one ");
  goOn();
  assertEquals((await reader?.read())?.value, "two");
  assertEquals((await reader?.read())?.done, true);
});

table("StreamResponse.write() waits for a client that does not read", async (get, { engine }) => {
  // Over a connection, what the sockets of both sides hold comes on top.
  const [size, limit] = engine === null ? [16 * 1024, 64 * 1024] : [256 * 1024, 20 * 1024 ** 2];
  const piece = new Uint8Array(size);
  let written = 0;
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const app = appOf(async (request, response) => {
    await response.prepare(request);
    for (let i = 0; i < 100; i++) {
      await response.write(piece);
      written += piece.length;
    }
    resolve();
  });
  const response = await get(app);
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  await new Promise((later) => setTimeout(later, 0));
  assert(written <= limit, `${written} bytes are waiting`);
  assertEquals((await response.arrayBuffer()).byteLength, 100 * piece.length);
  await done;
});

table("StreamResponse.write() copies, so that a buffer can be used again", async (get) => {
  const app = appOf(async (request, response) => {
    await response.prepare(request);
    const buffer = new Uint8Array(1);
    for (const byte of [97, 98, 99]) {
      buffer[0] = byte;
      await response.write(buffer);
    }
  });
  assertEquals(await (await get(app)).text(), "abc");
});

table("StreamResponse.write() rejects when the client has left", async (get, { engine }) => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const app = appOf(async (request, response) => {
    await response.prepare(request);
    try {
      for (;;) await response.write(new Uint8Array(65_536));
    } catch (error) {
      resolve(error);
      throw error;
    }
  });
  const response = await get(app);
  await response.body?.cancel("gone");
  const error = await promise;
  assert(error instanceof web.ConnectionResetError);
  if (engine === null) assertEquals(error.cause, "gone");
  await new Promise((later) => setTimeout(later, 0));
  assertEquals(errors, [], "a client that leaves is nothing to log");
});

table("StreamResponse: an unawaited write does not end the process", async (get) => {
  const { promise: go, resolve: goOn } = Promise.withResolvers<void>();
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const app = appOf(async (request, response) => {
    await response.prepare(request);
    response.write(new Uint8Array(1_000_000));
    await go;
    response.write("more");
    response.write("and more");
    resolve();
  });
  const response = await get(app);
  await response.body?.cancel();
  goOn();
  await done;
  await new Promise((later) => setTimeout(later, 0));
});

for (const [name, engine] of ENGINES) {
  Deno.test(`StreamResponse detects a disconnect over loopback (${name})`, async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const app = appOf(async (request, response) => {
      await response.prepare(request);
      await (async () => {
        for (;;) await response.write(new Uint8Array(65_536));
      })().catch(resolve);
    });
    await using runner = new web.AppRunner(app, { shutdownTimeout: 1000, engine });
    const { port } = new URL(await runner.listen({ hostname: "127.0.0.1", port: 0 }));
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    await connection.read(new Uint8Array(1000));
    connection.close();
    assert(await promise instanceof web.ConnectionResetError);
  });
}

const MISUSE: [
  name: string,
  run: (request: web.ServerRequest, response: web.StreamResponse) => unknown,
  message: string,
][] = [
  ["write() before prepare()", (_, r) => r.write("x"), "before prepare()"],
  ["writeEof() before prepare()", (_, r) => r.writeEof(), "before prepare()"],
  ["write() after writeEof()", async (q, r) => {
    await r.prepare(q);
    await r.writeEof("end");
    await r.write("x");
  }, "after writeEof()"],
  ["write() of a number", async (q, r) => {
    await r.prepare(q);
    await r.write(7 as unknown as string);
  }, "expected a Uint8Array or a string"],
  ["more than Content-Length", async (q, r) => {
    r.contentLength = 2;
    await r.prepare(q);
    await r.write("abc");
  }, "only 2 of Content-Length are left"],
  ["less than Content-Length", async (q, r) => {
    r.contentLength = 2;
    await r.prepare(q);
    await r.writeEof("a");
  }, "1 bytes before its Content-Length"],
  ["a header after prepare()", async (q, r) => {
    await r.prepare(q);
    r.headers.set("x-late", "1");
  }, 'Cannot change the header "x-late"'],
  ["a cookie after prepare()", async (q, r) => {
    await r.prepare(q);
    web.setCookie(r, "a", "1");
  }, 'Cannot change the header "set-cookie"'],
  ["a status after prepare()", async (q, r) => {
    await r.prepare(q);
    r.setStatus(404);
  }, "Cannot change the status"],
  ["compression after prepare()", async (q, r) => {
    await r.prepare(q);
    r.enableCompression();
  }, "the headers were sent"],
  ["a charset without a type", (_, r) => {
    r.charset = "utf-8";
  }, "set contentType first"],
  ["an invalid length", (_, r) => {
    r.contentLength = -1;
  }, "expected a number of bytes"],
  ["a second response to one request", async (q, r) => {
    await r.prepare(q);
    await new web.StreamResponse().prepare(q);
  }, "answered before"],
];

table("StreamResponse tells what was done wrong", async (get) => {
  for (const [name, run, message] of MISUSE) {
    let thrown: unknown;
    const app = appOf(async (request, response) => {
      try {
        await run(request, response);
      } catch (error) {
        thrown = error;
      }
    });
    const response = await get(app);
    await response.text().catch(() => {});
    assert(thrown instanceof Error, name);
    assert(thrown.message.includes(message), `${name}: ${thrown.message}`);
  }
  assertThrows(() => new web.StreamResponse({ status: 101 }), RangeError, "200 to 599");
});

table("StreamResponse: a handler that fails breaks the body off", async (get, { engine }) => {
  const { promise: read, resolve: hasRead } = Promise.withResolvers<void>();
  const app = appOf(async (request, response) => {
    await response.prepare(request);
    await response.write("half");
    await read;
    throw new Error("oops");
  });
  const response = await get(app);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await reader?.read())?.value, "half");
  hasRead();
  await assertRejects(async () => await reader?.read(), Error, engine === null ? "oops" : "closed");
  assertEquals(errors.map(String), ["Error: oops"]);
});

Deno.test("StreamResponse has accessors for its headers", () => {
  const response = new web.StreamResponse({ status: 201, headers: { "x-a": "1" } });
  assertEquals([response.status, response.prepared, response.contentType], [
    201,
    false,
    "application/octet-stream",
  ]);
  response.contentType = "text/html";
  response.charset = "utf-8";
  assertEquals(response.headers.get("content-type"), "text/html; charset=utf-8");
  response.contentType = "text/css";
  assertEquals([response.contentType, response.charset], ["text/css", "utf-8"]);
  response.charset = null;
  assertEquals(response.headers.get("content-type"), "text/css");
  response.contentLength = 7;
  assertEquals(response.contentLength, 7);
  response.contentLength = null;
  assertEquals([response.contentLength, response.headers.has("content-length")], [null, false]);
  response.lastModified = new Date(1);
  assertEquals(response.headers.get("last-modified"), "Thu, 01 Jan 1970 00:00:01 GMT");
  assertEquals(response.lastModified, new Date(1000));
  response.lastModified = null;
  assertEquals(response.lastModified, null);
  response.etag = "v1";
  assertEquals(response.headers.get("etag"), '"v1"');
  response.etag = { value: "v2", weak: true };
  assertEquals([response.headers.get("etag"), response.etag], ['W/"v2"', {
    value: "v2",
    weak: true,
  }]);
  response.etag = null;
  assertEquals(response.etag, null);
  for (const bad of ['a"b', "a b", "a\nb", "a\x01"]) {
    assertThrows(() => response.etag = bad, TypeError, "Cannot write the ETag");
  }
  assertThrows(() => response.lastModified = new Date(NaN), RangeError, "the date is invalid");
  assertThrows(() => response.response, TypeError, "Call prepare() first");
});

Deno.test("StreamResponse with a Content-Length that is no number is complete", async () => {
  const app = appOf(async (request, response) => {
    response.headers.set("content-length", "unknown");
    await response.prepare(request);
    await response.write("hello");
  });
  assertEquals([await (await app.request("/")).text(), errors], ["hello", []]);
});

table("StreamResponse answers HEAD without a body", async (get) => {
  const app = appOf(async (request, response) => {
    response.contentLength = 5;
    await response.prepare(request);
    await response.write("hello");
  });
  const response = await get(app, { method: "HEAD" });
  assertEquals([response.headers.get("content-length"), response.body], ["5", null]);
  await new Promise((later) => setTimeout(later, 0));
  assertEquals(errors, []);
});

table("StreamResponse ends a handler that would write for ever to a HEAD", async (get) => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const app = appOf(async (request, response) => {
    await response.prepare(request);
    assert(response.signal.aborted);
    await (async () => {
      for (;;) await response.write("x");
    })().catch(resolve);
  });
  await get(app, { method: "HEAD" });
  assertEquals(String(await promise).includes("an answer to HEAD has no body"), true);
});

table("StreamResponse has no body where the status has none", async (get, way) => {
  for (const status of [204, 205, 304]) {
    const app = appOf((request, response) => response.prepare(request), { status });
    const response = await get(app);
    assertEquals([response.status, response.body], [sentStatus(status, way), null]);
    assertEquals(response.headers.get("content-type"), null);
    assertEquals(errors, []);
  }
});

table(
  "StreamResponse that is returned without prepare() is its status and headers",
  async (get) => {
    const app = appOf((_, response) => web.setCookie(response, "a", "1"), { status: 202 });
    const response = await get(app);
    assertEquals([response.status, response.headers.get("set-cookie"), await response.text()], [
      202,
      "a=1; Path=/",
      "",
    ]);
  },
);

const UNPACK: Record<string, CompressionFormat> = {
  br: "brotli" as CompressionFormat,
  gzip: "gzip",
  deflate: "deflate",
};

table("StreamResponse.enableCompression() follows q-values", async (get) => {
  const cases: [
    accept: string | null,
    forced: web.ContentCoding | undefined,
    coding: string | null,
  ][] = [
    ["gzip, deflate, br", undefined, "br"],
    ["gzip;q=0.9, br;q=0.1", undefined, "gzip"],
    ["deflate", undefined, "deflate"],
    ["gzip;q=0", undefined, null],
    ["identity", undefined, null],
    ["*;q=0", undefined, null],
    [null, undefined, null],
    ["gzip, br", "gzip", "gzip"],
    ["br", "gzip", null],
    ["gzip;q=0.001", undefined, "gzip"],
    ["gzip;q=abc", undefined, null],
  ];
  const text = "hello, world ".repeat(1000);
  for (const [accept, forced, coding] of cases) {
    const app = appOf(async (request, response) => {
      response.etag = "v1";
      response.contentLength = text.length;
      response.enableCompression(forced);
      await response.prepare(request);
      await response.write(text);
    });
    const response = await get(
      app,
      accept === null ? {} : { headers: { "accept-encoding": accept } },
    );
    const name = `${accept} ${forced}`;
    assertEquals(response.headers.get("content-encoding"), coding, name);
    assertEquals(response.headers.get("vary"), "Accept-Encoding", name);
    assertEquals(response.headers.get("etag"), coding === null ? '"v1"' : 'W/"v1"', name);
    assertEquals(response.headers.get("content-length"), coding === null ? "13000" : null, name);
    const format = UNPACK[coding ?? ""];
    const body = format === undefined
      ? response.body
      : response.body?.pipeThrough(new DecompressionStream(format));
    assertEquals(await new Response(body ?? null).text(), text, name);
  }
});

table("StreamResponse.enableCompression() never compresses twice", async (get) => {
  const app = appOf(async (request, response) => {
    response.headers.set("content-encoding", "x");
    response.enableCompression();
    await response.prepare(request);
    await response.write("raw");
  });
  const response = await get(app, { headers: { "accept-encoding": "gzip" } });
  assertEquals([response.headers.get("content-encoding"), await response.text()], ["x", "raw"]);
});

everyWay("a Response whose stream is late has sent its head", async (ask) => {
  const app = new web.Application();
  const late = Promise.withResolvers<void>();
  app.addRoutes([web.get("/", () =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await late.promise;
          controller.enqueue(new TextEncoder().encode("late"));
          controller.close();
        },
      }, { highWaterMark: 0 }),
    ))]);
  const response = await ask(app, "/");
  assertEquals(response.status, 200);
  late.resolve();
  assertEquals(await response.text(), "late");
});
