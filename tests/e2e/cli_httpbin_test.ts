import { assert, assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import { ClientSession } from "../../client/mod.ts";
import { manualOf } from "../../cli/help/manual.ts";
import { cli, notOnOld, runtimeIs, type Serving, serving } from "./_cli.ts";

const MIB = 1024 ** 2;

/** Request options besides the method and the path. */
interface Sent {
  readonly headers?: HeadersInit;
  readonly body?: BodyInit;
}

/** Expected headers: equal text, a pattern, or `null` for none. */
type Headers_ = Readonly<Record<string, string | RegExp | null>>;

/** A route; the body is a text, a pattern of it, or a test of its JSON. */
type Row = readonly [
  name: string,
  request: string,
  status: number,
  body: string | RegExp | ((json: unknown) => unknown),
  headers?: Headers_,
  sent?: Sent,
];

const JSON_TYPE = { "content-type": /^application\/json/ };

/** The value at a path of keys. */
function at(json: unknown, ...keys: string[]): unknown {
  return keys.reduce(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    json,
  );
}

async function assertRows(server: Serving, rows: readonly Row[]): Promise<void> {
  for (const [name, request, status, body, headers = {}, sent = {}] of rows) {
    const [method = "", path = ""] = request.split(" ");
    const response = await fetch(server.url + path, {
      method,
      redirect: "manual",
      headers: sent.headers ?? {},
      ...(sent.body === undefined ? {} : { body: sent.body }),
    });
    const text = await response.text();
    const shown = `${name}: ${request} ${response.status} ${text.slice(0, 300)}`;
    assertEquals(response.status, status, shown);
    if (typeof body === "string") assertEquals(text, body, shown);
    else if (body instanceof RegExp) assertMatch(text, body, shown);
    else assert(body(JSON.parse(text)) === true, shown);
    for (const [key, wanted] of Object.entries(headers)) {
      const actual = response.headers.get(key);
      if (wanted instanceof RegExp) assertMatch(actual ?? "", wanted, `${shown} ${key}`);
      else assertEquals(actual, wanted, `${shown} ${key}`);
    }
  }
}

function basic(user: string, password: string): Sent {
  return { headers: { authorization: `Basic ${btoa(`${user}:${password}`)}` } };
}

function form(fields: Record<string, string | Blob>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
}

Deno.test("httpbin: requests are echoed, for every method", async () => {
  await using server = await serving(["httpbin"]);
  const { url } = server;
  const json = { headers: { "content-type": "application/json" }, body: '{"a":[1,"é"]}' };
  const rows: Row[] = ["POST", "PUT", "PATCH", "DELETE"].map((method) => [
    `${method}`,
    `${method} /${method.toLowerCase()}?q=1`,
    200,
    (it) =>
      at(it, "method") === method && at(it, "json", "a", "1") === "é" &&
      at(it, "args", "q") === "1" && at(it, "data") === json.body &&
      at(it, "url") === `${url}/${method.toLowerCase()}?q=1`,
    JSON_TYPE,
    json,
  ]);
  await assertRows(server, [
    ["the index", "GET /", 200, /\/anything[^]*\/websocket\/echo/, { "content-type": /^text\// }],
    [
      "get",
      "GET /get?a=1&a=2&b=%C3%A9",
      200,
      (it) => at(it, "args", "a", "1") === "2" && at(it, "args", "b") === "é",
      JSON_TYPE,
    ],
    ["head", "HEAD /head", 200, "", JSON_TYPE],
    ["of get too", "HEAD /get", 200, "", JSON_TYPE],
    ["another method", "POST /get", 405, /405/, { allow: /GET/ }],
    ...rows,
    [
      "anything",
      "PUT /anything/x/y",
      200,
      (it) => at(it, "method") === "PUT" && at(it, "data") === "text",
      JSON_TYPE,
      { body: "text" },
    ],
    [
      "a form",
      "POST /post",
      200,
      (it) => at(it, "form", "name") === "Ada" && at(it, "data") === "",
      JSON_TYPE,
      { body: new URLSearchParams({ name: "Ada" }) },
    ],
    [
      "a form that is compressed, as it came",
      "POST /post",
      200,
      (it) => Object.keys(at(it, "files") as object).length === 0 && at(it, "data") === "x",
      JSON_TYPE,
      {
        body: "x",
        headers: { "content-type": "multipart/form-data; boundary=b", "content-encoding": "gzip" },
      },
    ],
    [
      "upload",
      "POST /upload",
      200,
      (it) =>
        at(it, "files", "f") === "data:application/octet-stream;base64,/wA=" &&
        at(it, "form", "n") === "1",
      JSON_TYPE,
      { body: form({ f: new Blob([new Uint8Array([255, 0])]), n: "1" }) },
    ],
    [
      "malformed JSON",
      "POST /post",
      200,
      (it) => at(it, "json") === null && at(it, "data") === "{",
      JSON_TYPE,
      { ...json, body: "{" },
    ],
    [
      "headers",
      "GET /headers",
      200,
      (it) => at(it, "headers", "X-One") === "1",
      JSON_TYPE,
      { headers: { "x-one": "1" } },
    ],
    ["ip", "GET /ip", 200, (it) => /^(127\.|::1)/.test(String(at(it, "origin"))), JSON_TYPE],
    [
      "user-agent",
      "GET /user-agent",
      200,
      (it) => at(it, "user-agent") === "x/1",
      JSON_TYPE,
      { headers: { "user-agent": "x/1" } },
    ],
    [
      "dump",
      "GET /dump/request?a=b",
      200,
      /^GET \/dump\/request\?a=b HTTP\/1\.1\r\n[^]*x-one: 1\r\n(?:[^]*\r\n)?\r\n$/i,
      {},
      { headers: { "x-one": "1" } },
    ],
    [
      "response headers",
      "GET /response-headers?x-a=1&x-b=two",
      200,
      (it) => at(it, "x-a") === "1",
      { "x-a": "1", "x-b": "two" },
    ],
    ["a header with a line feed", "GET /response-headers?x=a%0d%0aset-cookie:%20b", 400, /header/, {
      "set-cookie": null,
    }],
  ]);
});

Deno.test("httpbin: statuses, redirects, cookies, credentials", async () => {
  await using server = await serving(["httpbin", "--redirect-to", "example.org"]);
  const { url } = server;
  const host = url.slice("http://".length);
  await assertRows(server, [
    ["status", "GET /status/204", 204, ""],
    ["by another method", "DELETE /status/418", 418, ""],
    ["a redirect", "GET /status/302", 302, "", { location: "/redirect/1" }],
    ["401 asks", "GET /status/401", 401, "", { "www-authenticate": /^Basic / }],
    ["a choice of one", "GET /status/500:1,200:0", 500, ""],
    ["none", "GET /status/99", 400, /200 to 599/],
    ["unstable, always", "GET /unstable?failure_rate=1", 500, ""],
    ["unstable, never", "GET /unstable?failure_rate=0", 200, ""],
    ["no rate", "GET /unstable?failure_rate=x", 400, /0 to 1/],
    ["redirect", "GET /redirect/3", 302, /.*/, { location: "/redirect/2" }],
    ["the last one", "GET /redirect/1", 302, /.*/, { location: "/get" }],
    ["absolute", "GET /redirect/2?absolute=true", 302, /.*/, {
      location: /^http:\/\/[^/]+\/redirect\/1$/,
    }],
    ["relative", "GET /relative-redirect/2", 302, /.*/, { location: "/relative-redirect/1" }],
    ["absolute too", "GET /absolute-redirect/1", 302, /.*/, { location: `${url}/get` }],
    ["too many", "GET /redirect/101", 400, /1 to 100/],
    ["redirect-to here", "GET /redirect-to?url=/get", 302, "", { location: `${url}/get` }],
    ["with a status", "POST /redirect-to?url=/get&status_code=307", 307, "", {
      location: `${url}/get`,
    }],
    ["another status", "GET /redirect-to?url=/get&status_code=200", 400, /301, 302/],
    ["open redirect", "GET /redirect-to?url=https://evil.example/", 403, /evil\.example/, {
      location: null,
    }],
    ["one that looks like this host", `GET /redirect-to?url=//${host}@evil.example/`, 403, /403/],
    ["by backslashes", "GET /redirect-to?url=/\\evil.example/", 403, /403/],
    [
      "a sibling of an allowed host",
      "GET /redirect-to?url=https://example.org.evil.example/",
      403,
      /403/,
    ],
    ["no web address", "GET /redirect-to?url=javascript:alert(1)", 400, /malformed/],
    ["an allowed host", "GET /redirect-to?url=https://example.org/x", 302, "", {
      location: "https://example.org/x",
    }],
    ["cookies", "GET /cookies", 200, (it) => at(it, "cookies", "a") === "1", JSON_TYPE, {
      headers: { cookie: "a=1" },
    }],
    ["set", "GET /cookies/set?a=1", 302, "", { "location": "/cookies", "set-cookie": /^a=1/ }],
    ["delete", "GET /cookies/delete?a", 302, "", { "set-cookie": /^a=[^]*(?:Max-Age=0|1970)/i }],
    ["an invalid cookie", "GET /cookies/set?a%3b=1", 400, /400/, { "set-cookie": null }],
    [
      "basic",
      "GET /basic-auth/ada/pw",
      200,
      (it) => at(it, "user") === "ada",
      JSON_TYPE,
      basic("ada", "pw"),
    ],
    [
      "wrong",
      "GET /basic-auth/ada/pw",
      401,
      /false/,
      { "www-authenticate": /^Basic / },
      basic("ada", "x"),
    ],
    ["hidden", "GET /hidden-basic-auth/ada/pw", 404, /404/, { "www-authenticate": null }],
    ["hidden, right", "GET /hidden-basic-auth/ada/pw", 200, /true/, {}, basic("ada", "pw")],
    ["bearer", "GET /bearer", 401, "", { "www-authenticate": "Bearer" }],
    ["bearer, a token", "GET /bearer", 200, /"token":"t0k"/, JSON_TYPE, {
      headers: { authorization: "Bearer t0k" },
    }],
    ["digest", "GET /digest-auth/auth/ada/pw", 401, "", {
      "www-authenticate":
        /^Digest realm="[^"]+", nonce="[0-9a-f]{32}", qop="auth", .*algorithm=MD5/,
    }],
    ["qop", "GET /digest-auth/none/ada/pw", 400, /qop/],
    ["algorithm", "GET /digest-auth/auth/ada/pw/ROT13", 400, /MD5, SHA-256/],
  ]);
  for (const [algorithm, hash] of [["MD5", "md5"], ["SHA-256", "sha256"]] as const) {
    const path = `/digest-auth/auth/ada/pw/${algorithm}`;
    const asked = (await fetch(url + path)).headers.get("www-authenticate") ?? "";
    const nonce = /nonce="(\w+)"/.exec(asked)?.[1] ?? "";
    const realm = /realm="([^"]+)"/.exec(asked)?.[1] ?? "";
    const digest = (text: string): string => createHash(hash).update(text).digest("hex");
    const answer = (password: string): string => {
      const response = digest(
        `${digest(`ada:${realm}:${password}`)}:${nonce}:00000001:c:auth:${digest(`GET:${path}`)}`,
      );
      return `Digest username="ada", realm="${realm}", nonce="${nonce}", uri="${path}", qop=auth, ` +
        `nc=00000001, cnonce="c", algorithm=${algorithm}, response="${response}"`;
    };
    await assertRows(server, [
      [`digest by ${algorithm}`, `GET ${path}`, 200, /"user":"ada"/, {}, {
        headers: { authorization: answer("pw") },
      }],
      [`another password by ${algorithm}`, `GET ${path}`, 401, "", {}, {
        headers: { authorization: answer("no") },
      }],
    ]);
  }
});

Deno.test("httpbin: contents, codings, conditions, ranges", async () => {
  await using server = await serving(["httpbin"]);
  await assertRows(server, [
    ["gzip", "GET /gzip", 200, (it) => at(it, "gzipped") === true, JSON_TYPE],
    ["brotli", "GET /brotli", 200, (it) => at(it, "brotli") === true, JSON_TYPE],
    ["deflate", "GET /deflate", 200, /.+/, { "content-encoding": "deflate" }],
    // Older versions of Deno lack it.
    await runtimeIs(206)
      ? ["zstd", "GET /zstd", 200, /.+/, { "content-encoding": "zstd" }]
      : ["no zstd", "GET /zstd", 501, /has no zstd/, { "content-encoding": null }],
    ["utf8", "GET /encoding/utf8", 200, /你好/, { "content-type": /charset=utf-8/i }],
    ["html", "GET /html", 200, /<h1>/, { "content-type": /^text\/html/ }],
    ["json", "GET /json", 200, (it) => at(it, "slideshow", "title") === "Sample", JSON_TYPE],
    ["base64", "GET /base64/aGk_", 200, "hi?"],
    ["invalid base64", "GET /base64/*", 400, /not valid base64/],
    ["uuid", "GET /uuid", 200, /^\{"uuid":"[0-9a-f-]{36}"\}$/],
    ["robots", "GET /robots.txt", 200, /Disallow: \/deny/],
    ["deny", "GET /deny", 200, /Not for you/],
    // Weak if Deno has compressed the response.
    ["etag", "GET /etag/x", 200, /./, { etag: /^(?:W\/)?"x"$/ }],
    ["etag, known", "GET /etag/x", 304, "", { etag: '"x"' }, {
      headers: { "if-none-match": 'W/"y", "x"' },
    }],
    ["etag, another", "GET /etag/x", 412, "", {}, { headers: { "if-match": '"y"' } }],
    ["cache", "GET /cache", 200, /./, { "last-modified": /GMT$/, "etag": /./ }],
    ["cache, known", "GET /cache", 304, "", {}, {
      headers: { "if-modified-since": new Date().toUTCString() },
    }],
    ["cache for a while", "GET /cache/60", 200, /./, { "cache-control": "public, max-age=60" }],
    ["range, all", "GET /range/26", 200, "abcdefghijklmnopqrstuvwxyz", {
      "accept-ranges": "bytes",
    }],
    ["range", "GET /range/26", 206, "cde", { "content-range": "bytes 2-4/26" }, {
      headers: { range: "bytes=2-4" },
    }],
    ["its end", "GET /range/26", 206, "yz", {}, { headers: { range: "bytes=-2" } }],
    ["beyond it", "GET /range/26", 416, /416/, { "content-range": "bytes */26" }, {
      headers: { range: "bytes=26-" },
    }],
    ["bytes", "GET /bytes/0", 200, ""],
    ["bytes, too many", `GET /bytes/${100 * 1024 + 1}`, 400, /at most 102400/],
    ["range, too much", `GET /range/${100 * 1024 + 1}`, 400, /at most/],
    ["stream", "GET /stream/3", 200, /^\{"id":0[^\n]*\n\{"id":1[^\n]*\n\{"id":2[^\n]*\n$/],
    ["jsonl", "GET /jsonl?count=2", 200, '{"id":0}\n{"id":1}\n', {
      "content-type": "application/jsonl",
    }],
    [
      "sse",
      "GET /sse?count=2&duration=0",
      200,
      /^(?:event: ping\ndata: \{"id":\d.*\}\n\n){2}$/,
      {
        "content-type": "text/event-stream",
      },
    ],
    ["drip", "GET /drip?numbytes=5&duration=0.2&code=202", 202, "*****", {
      "content-length": "5",
    }],
    ["no such route", "GET /nope", 404, /404/],
  ]);
  const bytes = async (path: string): Promise<string> =>
    Buffer.from(await (await fetch(server.url + path)).arrayBuffer()).toString("hex");
  const seeded = await bytes("/bytes/1000?seed=7");
  assertEquals(seeded.length, 2000);
  assertEquals(await bytes("/bytes/1000?seed=7"), seeded);
  assertEquals(await bytes("/stream-bytes/1000?seed=7&chunk_size=10"), seeded);
  assert(await bytes("/bytes/1000") !== await bytes("/bytes/1000"));
});

const uploads = notOnOld("httpbin", {
  "a file of more": "its server cuts who still sends when the answer is there",
});

Deno.test("httpbin: bodies are limited to 1 MiB, replies to 10 seconds", async () => {
  await using server = await serving(["httpbin"]);
  const most = new Uint8Array(MIB).fill(97);
  await assertRows(
    server,
    uploads([
      ["1 MiB", "POST /anything", 200, /aaa/, {}, { body: most }],
      ["more", "POST /anything", 413, /exceeded/, {}, { body: new Uint8Array(MIB + 1) }],
      [
        "more in pieces",
        "POST /anything",
        413,
        /exceeded/,
        {},
        { body: new Blob([most, most]).stream() },
      ],
      ["a file of more", "POST /upload", 413, /./, {}, { body: form({ f: new Blob([most]) }) }],
      ["10 s", "GET /delay/10.5", 400, /0 to 10 s/],
      ["drip", "GET /drip?duration=11", 400, /0 to 10 s/],
      ["sse", "GET /sse?duration=3600s", 400, /0 to 10 s/],
      ["no time", "GET /delay/1e1", 400, /not a time/],
      ["a negative one", "GET /delay/-1", 400, /not a time/],
      ["too many bytes to drip", "GET /drip?numbytes=99999999", 400, /whole number/],
    ]),
  );
  const start = performance.now();
  await assertRows(server, [[
    "delay",
    "GET /delay/0.5",
    200,
    (it) => at(it, "method") === "GET",
  ]]);
  const took = performance.now() - start;
  assert(took >= 490 && took < 5000, `${took} ms`);
});

Deno.test("httpbin: messages come back on /websocket/echo", async () => {
  await using server = await serving(["httpbin"]);
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/websocket/echo`);
  socket.binaryType = "arraybuffer";
  const got: unknown[] = [];
  const closed = Promise.withResolvers<number>();
  socket.onopen = () => {
    socket.send("你好");
    socket.send(new Uint8Array([1, 2]));
  };
  socket.onmessage = ({ data }) => {
    got.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
    if (got.length === 2) socket.close(1000);
  };
  socket.onclose = ({ code }) => closed.resolve(code);
  assertEquals(await closed.promise, 1000);
  assertEquals(got, ["你好", [1, 2]]);
});

Deno.test("httpbin: trailers are taken from the query", async () => {
  await using server = await serving(["httpbin"]);
  await using session = new ClientSession({ baseUrl: server.url });
  await using response = await session.get("/trailers?x-a=1&x-b=2&x-a=3");
  assertEquals(response.headers.get("trailer"), "x-a, x-b");
  assertMatch(await response.text(), /"x-a":\["1","3"\]/);
  assertEquals([...response.trailers], [["x-a", "1, 3"], ["x-b", "2"]]);
  for (const query of ["host=1", "%20=1", "x=%01"]) {
    await using refused = await session.get(`/trailers?${query}`);
    assertEquals(refused.status, 400, query);
  }
});

Deno.test("httpbin's page and help name its routes", async () => {
  await using server = await serving(["httpbin"]);
  const index = await (await fetch(server.url)).text();
  const { stdout } = await cli(["help", "httpbin"]);
  assertMatch(stdout, /1 MiB[^]*10\s+seconds/);
  for (const [, route = ""] of manualOf("httpbin").description.join(" ").matchAll(/(\/[\w-]+)/g)) {
    assert(index.includes(route), route);
  }
});

// Deno 2.4 accepts them: the command serves over the socket engine, and the guard closes the rest.
const FRAMINGS: readonly (readonly [headers: string, status: number])[] = [
  ["Content-Length: 13\r\nTransfer-Encoding: chunked", 400],
  ["Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400],
  ["Transfer-Encoding: chunked, chunked", 400],
  ["Transfer-Encoding: chunked, identity", 400],
  ["Transfer-Encoding: xchunked", 400],
  ["Transfer-Encoding: gzip, chunked", 501],
];

for (const engine of ["sockets", "deno"]) {
  Deno.test(`httpbin --engine ${engine}: ambiguous framing ends the connection`, async () => {
    await using server = await serving(["httpbin", "-H", "127.0.0.1", "--engine", engine]);
    for (const [headers, status] of FRAMINGS) {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
      const behind = "GET /behind HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      const text = `POST /post HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n0\r\n\r\n${behind}`;
      await connection.write(new TextEncoder().encode(text));
      const reply = await new Response(connection.readable).text();
      assertEquals(reply.match(/HTTP\/1.1 \d+/g), [`HTTP/1.1 ${status}`], headers);
    }
  });
}
