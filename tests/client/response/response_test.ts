import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import zlib from "node:zlib";
import { z } from "npm:zod@^4";
import {
  ClientConnectionError,
  ClientPayloadError,
  type ClientResponse,
  ClientSession,
  ContentTypeError,
  fetchTransport,
  type Progress,
  type RequestOptions,
  SchemaValidationError,
  ServerTimeoutError,
  type SessionOptions,
  socketTransport,
  type StandardSchemaV1,
  type Transport,
  web,
} from "@roundtrip/http";
import { type ErrorType, serve } from "../../_harness.ts";
import { rawServer } from "../_raw_server.ts";
import { overEachApp } from "../_transports.ts";

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** Parts of a response. */
interface Reply {
  readonly body?: BodyInit | null;
  readonly headers?: HeadersInit;
  readonly status?: number;
}

/** Passes a response to a function and releases it. */
async function reply<T>(
  { body = null, ...init }: Reply,
  use: (response: ClientResponse, baseUrl: string) => T | Promise<T>,
  options: SessionOptions = {},
  request: RequestOptions = {},
): Promise<T> {
  await using served = await serve([web.get("/a/b", () => new Response(body, init))], options);
  await using response = await served.session.get("/a/b", request);
  return await use(response, served.baseUrl);
}

const type = (contentType: string): HeadersInit => ({ "content-type": contentType });
const gbk = Uint8Array.of(0xc4, 0xe3, 0xba, 0xc3); // 你好

const JSON_TYPES: [string, string, boolean][] = [
  ["application/json", "application/json", true],
  ["capitals", "Application/JSON; charset=utf-8", true],
  ["a +json type", "application/problem+json", true],
  ["a +json type elsewhere", "image/svg.x+json", true],
  ["text/json", "text/json", false],
  ["text/html", "text/html; charset=utf-8", false],
  ["application/jsonp", "application/jsonp", false],
  ["application/x-json", "application/x-json", false],
  ["nothing", "", false],
];
for (const [name, contentType, accepted] of JSON_TYPES) {
  Deno.test(`json() ${accepted ? "takes" : "refuses"} ${name}`, async () => {
    await reply({ body: bytes("[1]"), headers: type(contentType) }, async (response) => {
      if (accepted) return assertEquals(await response.json(), [1]);
      const error = await assertRejects(() => response.json(), ContentTypeError);
      assertEquals(error.status, 200);
      assertEquals(error.reason, `Attempt to decode JSON with unexpected mimetype: ${contentType}`);
      assertEquals(await response.json({ contentType: null }), [1]);
    });
  });
}

for (const body of ["", " \r\n\t"]) {
  Deno.test(`json() returns null for ${body === "" ? "an empty" : "a blank"} body`, async () => {
    await reply({ body: bytes(body), headers: type("application/json") }, async (response) => {
      assertEquals(await response.json(), null);
      assertEquals(await response.json({ loads: () => 1 }), null);
    });
  });
}

const always = (label: string): SessionOptions => ({ fallbackCharsetResolver: () => label });
const CHARSETS: [string, Reply, SessionOptions, string][] = [
  [
    "the header's charset",
    { body: gbk, headers: type("text/plain; charset=GBK") },
    {},
    "你好",
  ],
  [
    "a quoted charset",
    { body: gbk, headers: type('text/plain; charset="gbk"') },
    {},
    "你好",
  ],
  ["UTF-8 without a charset", { body: "ж" }, {}, "ж"],
  ["the resolver without a charset", { body: gbk }, always("gbk"), "你好"],
  [
    "the resolver for an unknown charset",
    { body: gbk, headers: type("text/plain; charset=bogus") },
    always("gbk"),
    "你好",
  ],
  [
    "UTF-8 for JSON, not the resolver",
    { body: '"ж"', headers: type("application/json") },
    always("gbk"),
    '"ж"',
  ],
  [
    "UTF-8 for rdap+json, not the resolver",
    { body: '"ж"', headers: type("application/rdap+json") },
    always("gbk"),
    '"ж"',
  ],
  [
    "the header before the resolver",
    { body: gbk, headers: type("text/plain; charset=gbk") },
    always("utf-8"),
    "你好",
  ],
];
for (const [name, init, options, expected] of CHARSETS) {
  Deno.test(`text() decodes by ${name}`, async () => {
    await reply(init, async (response) => assertEquals(await response.text(), expected), options);
  });
}

Deno.test("fallbackCharsetResolver gets the response and its bytes, and its errors are reported", async () => {
  const seen: unknown[] = [];
  await reply({ body: gbk }, async (response) => {
    assertEquals(await response.text(), "你好");
    assertEquals(seen, [response, gbk]);
    assertEquals(await response.getEncoding(), "gbk");
  }, {
    fallbackCharsetResolver: (response, body) => {
      seen.splice(0, 2, response, body);
      return "gbk";
    },
  });
  await reply({ body: gbk }, async (response) => {
    await assertRejects(() => response.text(), RangeError, 'unknown encoding "nope"');
  }, always("nope"));
});

Deno.test("text({ errors }) is strict unless asked to replace", async () => {
  await reply({ body: gbk }, async (response) => {
    await assertRejects(() => response.text(), ClientPayloadError, "it is not utf-8");
    assertStringIncludes(await response.text({ errors: "replace" }), "\ufffd");
  });
});

Deno.test("links are absolute, by relation or target", async () => {
  const link =
    '<../c?x=1>; rel="next last"; title="a, \\"b\\"; c", <http://other/>;rel=prev, </d>,' +
    "<e>; REL=next, broken, <http://[>; rel=bad, <f>; rel=end; rel=twice; flag";
  await reply({ headers: { link } }, (response, baseUrl) => {
    const links = [...response.links].map(([key, { url }]) => [key, url.href]);
    assertEquals(links, [
      ["next", `${baseUrl}/c?x=1`],
      ["last", `${baseUrl}/c?x=1`],
      ["prev", "http://other/"],
      ["/d", `${baseUrl}/d`],
      ["end", `${baseUrl}/a/f`],
    ]);
    assertEquals(response.links.get("next")?.params.get("title"), 'a, "b"; c');
    assertEquals(response.links.get("end")?.params.get("flag"), "");
  });
  await reply({}, (response) => assertEquals(response.links.size, 0));
});

const DISPOSITIONS: [string, string | null, [string, string | null] | null][] = [
  ["no header is null", null, null],
  ["a type alone", "INLINE", ["inline", null]],
  ["a token", "attachment; filename=a.txt", ["attachment", "a.txt"]],
  ["a quoted string", 'attachment; filename="a\\"b.txt"', ["attachment", 'a"b.txt']],
  [
    "filename* wins",
    "attachment; filename=\"x.txt\"; filename*=UTF-8''%D0%B6.txt",
    ["attachment", "ж.txt"],
  ],
  ["a parameter given twice is null", "attachment; filename=a; filename=b", null],
  ["the server's value is unchanged", 'attachment; filename="../x"', ["attachment", "../x"]],
];
for (const [name, header, expected] of DISPOSITIONS) {
  Deno.test(`contentDisposition: ${name}`, async () => {
    const headers = header === null ? {} : { "content-disposition": header };
    await reply({ headers }, ({ contentDisposition: seen }) => {
      assertEquals(seen === null ? null : [seen.type, seen.filename], expected);
    });
  });
}

Deno.test("host, contentLength, contentType and charset are those of the head", async () => {
  await reply({ body: "abc", headers: type("text/x; charset=bogus") }, async (response) => {
    assertEquals([response.host, response.contentLength], ["127.0.0.1", 3]);
    assertEquals([response.contentType, response.charset], ["text/x", "bogus"]);
    await response.read();
  });
  await reply({ headers: { "content-type": "junk" } }, (response) => {
    assertEquals([response.contentType, response.charset], ["application/octet-stream", null]);
  });
});

/** Within a read buffer of a connection, copied or not, and above it. */
const BODIES = [12, 5_000, 12_000, 40_000].flatMap((size) => {
  const [ascii, text] = ["x".repeat(size), "é".repeat(size / 2)];
  return [ascii, text, `\ufffd${text}`, `\ufeff${text}`];
});

overEachApp(
  "text, bytes and a Response of a body are the same in any order and size",
  async (open) => {
    const app = ({ url }: Request): Response => new Response(BODIES[Number(url.split("/").pop())]);
    await using served = open(app);
    await using session = new ClientSession(served.options);
    const ways = {
      text: (response: ClientResponse) => response.text(),
      read: async (response: ClientResponse) => new TextDecoder().decode(await response.read()),
      toResponse: (response: ClientResponse) => response.toResponse().text(),
    };
    for (const [at, body] of BODIES.entries()) {
      for (const first of [ways.text, ways.read]) {
        for (const second of Object.values(ways)) {
          const responses = await Promise.all([1, 2, 3].map(() => session.get(`/${at}`)));
          for (const response of responses) {
            const text = body.replace(/^\ufeff/, "");
            assertEquals([await first(response), await second(response)], [text, text]);
            assertEquals([response.content.isEof, response.content.totalBytes], [
              true,
              new TextEncoder().encode(body).length,
            ]);
            assertEquals((await response.read()).buffer.byteLength, response.content.totalBytes);
          }
        }
      }
    }
  },
);

Deno.test("release() ends the body: further reads fail, earlier results stay", async () => {
  await reply({ body: "abc" }, async (response) => {
    response.release();
    await assertRejects(() => response.text(), ClientConnectionError, "Connection closed");
  });
  await reply({ body: "abc" }, async (response) => {
    assertEquals(await response.text(), "abc");
    response.release();
    assertEquals(await response.text(), "abc");
  });
});

/** Fetch without decoded bodies, like the transport over sockets. */
function rawTransport(): Transport {
  const inner = fetchTransport();
  return {
    send: (request) => inner.send({ ...request, rawBody: true }),
    close: () => inner.close(),
  };
}
const TRANSPORTS: Readonly<Record<string, () => Transport>> = {
  "fetch": fetchTransport,
  "a raw transport": rawTransport,
  "sockets": socketTransport,
};

const CODINGS: [string, (data: Uint8Array) => Uint8Array][] = [
  ["gzip", zlib.gzipSync],
  ["deflate", zlib.deflateSync],
  ["deflate", zlib.deflateRawSync],
  ["br", zlib.brotliCompressSync],
  ["zstd", zlib.zstdCompressSync],
  ["gzip, br", (data) => zlib.brotliCompressSync(zlib.gzipSync(data))],
];
for (const [over, transport] of Object.entries(TRANSPORTS)) {
  for (const [at, [coding, encode]] of CODINGS.entries()) {
    Deno.test(`${at}: a body in ${coding} over ${over} is decoded, its headers stay`, async () => {
      const body = new Uint8Array(encode(bytes("hello ".repeat(50))));
      const headers = { "content-encoding": coding };
      await reply({ body, headers }, async (response) => {
        assertEquals(await response.text(), "hello ".repeat(50));
        assertEquals(response.headers.get("content-encoding"), coding);
        assertEquals(response.contentLength, body.length);
      }, { transport: transport() });
      await reply({ body, headers }, async (response) => {
        assertEquals(await response.read(), body);
      }, { autoDecompress: false });
      await reply(
        { body, headers },
        async (response) => {
          assertEquals(await response.read(), body);
        },
        {},
        { autoDecompress: false },
      );
    });
  }
}

Deno.test("a gzip body of several members is complete over a raw transport (aiohttp #7157)", async () => {
  const member = (text: string) => new Uint8Array(zlib.gzipSync(text));
  const body = new Blob([member("a"), member("b")]);
  for (const transport of [rawTransport, socketTransport]) {
    await reply({ body, headers: { "content-encoding": "gzip" } }, async (response) => {
      assertEquals(await response.text(), "ab");
    }, { transport: transport() });
  }
});

Deno.test("Content-Encoding on two lines is one list, decoded from its end", async () => {
  const body = zlib.brotliCompressSync(zlib.gzipSync("hello"));
  const head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nx-a: b\r\nContent-Encoding: br\r\n" +
    `content-length: ${body.length}\r\n\r\n`;
  await using server = rawServer(() => new Uint8Array([...bytes(head), ...body]));
  for (const transport of [rawTransport, socketTransport]) { // Deno's fetch sees only the first line
    await using session = new ClientSession({ transport: transport() });
    await using response = await session.get(server.url);
    assertEquals(response.headers.get("content-encoding"), "gzip, br");
    assertEquals(await response.text(), "hello");
  }
});

Deno.test("Accept-Encoding lists the supported codings, unless the caller sets it", async () => {
  await using served = await serve([
    web.get("/", (request) => web.textResponse(request.headers.get("accept-encoding") ?? "")),
  ]);
  await using ours = await served.session.get("/");
  assertEquals(await ours.text(), "gzip, deflate, br, zstd");
  const headers = { "accept-encoding": "identity" };
  await using theirs = await served.session.get("/", { headers });
  assertEquals(await theirs.text(), "identity");
});

const gz = new Uint8Array(zlib.gzipSync(bytes("x".repeat(1000))));
const BROKEN: [string, Reply, RequestOptions, string][] = [
  ["is not gzip", { body: "plain" }, {}, ""],
  ["is cut", { body: gz.slice(0, -1) }, {}, ""],
  ["is larger than maxDecodedSize", { body: gz }, { maxDecodedSize: 999 }, "more than 999 bytes"],
];
const BROKEN_RAW: typeof BROKEN = [
  ["is not gzip", { body: "plain" }, {}, 'Cannot decode content-encoding "gzip"'],
  ["is cut", { body: gz.slice(0, -1) }, {}, "it is cut"],
  ["has bytes after its end", { body: new Blob([gz, "x"]) }, {}, "content-encoding"],
];
const BROKEN_OVER: [string, string, Reply, RequestOptions, string, () => Transport][] = [
  ...BROKEN.map((row): typeof BROKEN_OVER[number] => ["fetch", ...row, fetchTransport]),
  ...[...BROKEN.slice(2), ...BROKEN_RAW].map((row): typeof BROKEN_OVER[number] => [
    "a raw transport",
    ...row,
    rawTransport,
  ]),
];
for (const [over, name, init, request, message, transport] of BROKEN_OVER) {
  Deno.test(`a gzip body that ${name} is a ClientPayloadError over ${over}`, async () => {
    const readers: ((response: ClientResponse) => Promise<unknown>)[] = [
      (response) => response.read(),
      (response) => response.text(),
      (response) => response.content.readExactly(1001),
      (response) => Array.fromAsync(response.content.iterChunked(7)),
    ];
    for (const read of readers) {
      await reply(
        { ...init, headers: { "content-encoding": "gzip" } },
        async (response) => {
          const error = await assertRejects(() => read(response), ClientPayloadError, message);
          assertStringIncludes(error.message, "Response payload is not completed: ");
          assert(error.cause instanceof Error);
        },
        { transport: transport() },
        request,
      );
    }
  });
}

Deno.test("a gzip body of exactly maxDecodedSize passes, and 0 sets no limit", async () => {
  for (const maxDecodedSize of [1000, 0]) {
    await reply({ body: gz, headers: { "content-encoding": "gzip" } }, async (response) => {
      assertEquals((await response.read()).length, 1000);
    }, { maxDecodedSize });
  }
  await assertRejects(() => reply({}, () => {}, {}, { maxDecodedSize: -1 }), RangeError, "-1");
});

Deno.test("HEAD and 204 with a content-encoding have an empty body", async () => {
  await using served = await serve([
    web.get("/", () => new Response(gz, { headers: { "content-encoding": "gzip" } })),
    web.get(
      "/none",
      () => new Response(null, { status: 204, headers: { "content-encoding": "br" } }),
    ),
  ]);
  await using head = await served.session.head("/");
  assertEquals(await head.text(), "");
  await using none = await served.session.get("/none");
  assertEquals(await none.text(), "");
});

const User = z.object({ id: z.coerce.number(), tags: z.array(z.string()).default([]) });

Deno.test("json(schema) returns the typed output of the schema", async () => {
  await reply({ body: '{"id":"7"}', headers: type("application/json") }, async (response) => {
    const user: { id: number; tags: string[] } = await response.json(User);
    assertEquals(user, { id: 7, tags: [] });
  });
});

Deno.test("json(schema) reports what does not match, and where", async () => {
  const body = '{"id":"x","tags":["a",1,2,3,4]}';
  await reply({ body, headers: type("application/json") }, async (response, baseUrl) => {
    const error = await assertRejects(() => response.json(User), SchemaValidationError);
    assertEquals(error.issues.length, 5);
    assertStringIncludes(error.message, `Cannot accept the body of ${baseUrl}/a/b: id: `);
    assertStringIncludes(error.message, "tags.1: ");
    assertStringIncludes(error.message, "and 2 more");
    assertEquals(await response.json({}), JSON.parse(body));
  });
  await reply({ body: "{}" }, async (response) => {
    await assertRejects(() => response.json(User), ContentTypeError);
    await assertRejects(() => response.json(User, { contentType: null }), SchemaValidationError);
  });
});

Deno.test("json(schema) accepts any Standard Schema, including functions and promises", async () => {
  const schema: StandardSchemaV1<unknown, string> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) =>
        Promise.resolve(value === 1 ? { value: "one" } : { issues: [{ message: "no one" }] }),
    },
  };
  const isOne = Object.assign(() => {}, schema);
  await reply({ body: "1", headers: type("application/json") }, async (response) => {
    assertEquals(await response.json(isOne), "one");
  });
  await reply({ body: "", headers: type("application/json") }, async (response) => {
    await assertRejects(() => response.json(isOne), SchemaValidationError, "no one");
  });
});

Deno.test("onDownloadProgress counts bytes on the wire, onUploadProgress accepted bytes", async () => {
  const body = crypto.getRandomValues(new Uint8Array(50_000));
  const packed = new Uint8Array(zlib.deflateSync(body));
  await using served = await serve([
    web.post("/", async (request) => {
      const sent = await request.read();
      return new Response(new Uint8Array(zlib.deflateSync(sent)), {
        headers: { "content-encoding": "deflate" },
      });
    }),
  ]);
  const up: Progress[] = [];
  const down: Progress[] = [];
  const options = {
    onUploadProgress: (progress: Progress) => up.push(progress),
    onDownloadProgress: (progress: Progress) => down.push(progress),
  };
  for (const data of [body, new Blob([body]), new Blob([body]).stream()]) {
    await using response = await served.session.post("/", { data, ...options });
    assertEquals(await response.read(), body);
    const total = data instanceof ReadableStream ? null : body.length;
    assertEquals(up.at(-1), { bytes: body.length, total });
    assertEquals(down.at(-1), { bytes: packed.length, total: packed.length });
    for (const seen of [up.splice(0), down.splice(0)]) {
      assertEquals(seen, seen.toSorted((a, b) => a.bytes - b.bytes));
    }
  }
});

Deno.test("the error for a status has the body, also of a response that was read as text", async () => {
  for (const isRead of [false, true]) {
    await reply({ body: "grüezi", status: 404 }, async (response) => {
      if (isRead) await response.text();
      assertEquals((await response.statusError())?.body, "grüezi");
    });
  }
});

Deno.test("onDownloadProgress counts a body that is read into buffers", async () => {
  const body = Uint8Array.from({ length: 300_000 }, (_, at) => at % 251);
  await using served = await serve([web.get("/", () => new Response(body))]);
  let last: Progress | null = null;
  const onDownloadProgress = (progress: Progress) => last = progress;
  await using response = await served.session.get("/", { onDownloadProgress });
  const read: number[] = [];
  for (let piece = new Uint8Array(100_000); piece.length > 0;) {
    piece = await response.content.readInto(new Uint8Array(100_000));
    read.push(...piece);
  }
  assertEquals(Uint8Array.from(read), body);
  assertEquals(last, { bytes: body.length, total: body.length });
});

Deno.test("an exception of a progress callback ends the request", async () => {
  await using served = await serve([
    web.post("/", async (request) => new Response(await request.read())),
  ]);
  const stop = new Error("stop");
  const onDownloadProgress = () => {
    throw stop;
  };
  await using response = await served.session.post("/", { data: "x", onDownloadProgress });
  const error: ErrorType = Error;
  const seen = await assertRejects(() => response.read(), error);
  assert(seen === stop || seen.cause === stop);
});

for (const [coding, encode] of CODINGS) {
  Deno.test(`a body in ${coding} cut on the wire at any byte is an error over every transport`, async () => {
    const encoded = new Uint8Array(encode(bytes("hello ".repeat(20))));
    // Without a length: the body ends with the connection, so only the coding shows a cut.
    const head = bytes(
      `HTTP/1.1 200 OK\r\ncontent-encoding: ${coding}\r\nconnection: close\r\n\r\n`,
    );
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const url = `http://127.0.0.1:${listener.addr.port}/`;
    for (const transport of Object.values(TRANSPORTS)) {
      await using session = new ClientSession({ transport: transport() });
      for (let cut = 1; cut <= encoded.length; cut += cut < encoded.length - 3 ? 3 : 1) {
        const served = (async () => {
          using connection = await listener.accept();
          await connection.read(new Uint8Array(4096));
          const writer = connection.writable.getWriter();
          await writer.write(head);
          await writer.write(encoded.slice(0, cut));
        })();
        await using response = await session.get(url);
        if (cut === encoded.length) assertEquals(await response.text(), "hello ".repeat(20));
        else await assertRejects(() => response.text(), ClientPayloadError);
        await served;
      }
    }
  });
}

Deno.test("timeouts and release() end a body that is being decoded", async () => {
  const start = new Uint8Array(zlib.deflateSync(crypto.getRandomValues(new Uint8Array(60_000))));
  await using served = await serve([
    web.get("/", () =>
      new Response(
        new ReadableStream({ start: (controller) => controller.enqueue(start.slice(0, 30_000)) }),
        { headers: { "content-encoding": "deflate" } },
      )),
  ]);
  const { session } = served;
  await using slow = await session.get("/", { timeout: { total: 300 } });
  await assertRejects(() => slow.read(), ServerTimeoutError, "300 ms");
  await using released = await session.get("/");
  const reading = released.read();
  released.release();
  await assertRejects(() => reading, ClientConnectionError, "released");
  const reason = new Error("enough");
  const controller = new AbortController();
  await using aborted = await session.get("/", { signal: controller.signal });
  const waiting = aborted.read();
  controller.abort(reason);
  assertEquals(await assertRejects(() => waiting), reason);
});
