import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  bearerAuthMiddleware,
  type ClientMiddleware,
  ClientRequest,
  ClientSession,
  digestAuthMiddleware,
  type FailedAttempt,
  jsonPayload,
  loggingMiddleware,
  payloadOf,
  rateLimitMiddleware,
  retryMiddleware,
  type SendableBody,
  ServerTimeoutError,
  type TraceConfig,
} from "@roundtrip/http";
import { digestChallenge, digestHeader } from "../../../client/middleware/digest_auth.ts";
import { retryAfter } from "../../../client/middleware/retry.ts";
import { overEachApp } from "../_transports.ts";

function appOf(answer: (request: Request) => Response | Promise<Response>) {
  const seen: Request[] = [];
  return {
    seen,
    fetch(request: Request) {
      seen.push(request);
      return answer(request);
    },
  };
}

const redirecting = () =>
  appOf((request) =>
    new URL(request.url).pathname === "/red"
      ? new Response(null, { status: 302, headers: { location: "/ok" } })
      : new Response("body")
  );

overEachApp(
  "middlewares and traces run in aiohttp's order over a redirect",
  async (serve) => {
    const lines: string[] = [];
    const named = (name: string): ClientMiddleware => async (request, handler) => {
      lines.push(`${name}>${request.url.pathname}`);
      const result = await handler(request);
      lines.push(`<${name} ${result.status}`);
      return result;
    };
    const trace: TraceConfig = {
      onRequestStart: () => lines.push("request_start"),
      onRequestHeadersSent: () => lines.push("request_headers_sent"),
      onRequestChunkSent: (_, { chunk }) => lines.push(`request_chunk_sent ${chunk.length}`),
      onRequestRedirect: (_, { response }) => lines.push(`request_redirect ${response.status}`),
      onRequestEnd: (context, { response }) =>
        lines.push(`request_end ${response.status} ${context.request}`),
      onResponseChunkReceived: (_, { chunk }) => lines.push(`response_chunk ${chunk.length}`),
      onRequestException: (_, { error }) => lines.push(`request_exception ${error}`),
    };
    await using served = serve(redirecting().fetch);
    const middlewares = [named("A"), named("B")];
    await using session = new ClientSession({
      ...served.options,
      middlewares,
      traceConfigs: [trace],
    });
    await using response = await session.get("/red", { traceContext: "ctx" });
    assertEquals(await response.text(), "body");
    assertEquals(lines.splice(0), [
      "request_start",
      "A>/red",
      "B>/red",
      "request_headers_sent",
      "<B 302",
      "<A 302",
      "request_redirect 302",
      "A>/ok",
      "B>/ok",
      "request_headers_sent",
      "<B 200",
      "<A 200",
      "request_end 200 ctx",
      "response_chunk 4",
    ]);
    await using posted = await session.post("/ok", { data: "12345", middlewares: [named("C")] });
    await posted.read();
    assertEquals(lines.splice(0), [
      "request_start",
      "C>/ok",
      "request_headers_sent",
      "request_chunk_sent 5",
      "<C 200",
      "request_end 200 undefined",
      "response_chunk 4",
    ]);
    const refuse: ClientMiddleware = () => Promise.reject(new Error("no"));
    await assertRejects(() => session.get("/ok", { middlewares: [refuse] }), Error, "no");
    assertEquals(lines, ["request_start", "request_exception Error: no"]);
  },
);

overEachApp(
  "a middleware changes a hop without touching the caller's headers or the next hop",
  async (serve) => {
    const app = redirecting();
    const stamps: (string | null)[] = [];
    await using served = serve((request) => {
      stamps.push(request.headers.get("x-n"));
      return app.fetch(request);
    });
    let n = 0;
    const stamp: ClientMiddleware = (request, handler) => {
      const copy = request.with({});
      copy.headers.set("x-n", `${++n}`);
      return handler(copy);
    };
    const headers = new Headers({ "x-mine": "1" });
    await using session = new ClientSession({ ...served.options, headers, middlewares: [stamp] });
    await using response = await session.get("/red", { headers: { "x-own": "2" } });
    assertEquals(stamps, ["1", "2"]);
    assertEquals(response.requestInfo.headers.get("x-n"), null);
    assertEquals([...headers], [["x-mine", "1"]]);
  },
);

overEachApp("retryMiddleware() repeats what may be repeated and nothing else", async (serve) => {
  const pauses = { backoff: 1, random: () => 1 };
  const rows: [string, number, Record<string, unknown>, string, number, number][] = [
    // name, failures, options, method, status, calls
    ["until it works", 2, {}, "GET", 200, 3],
    ["no more often than retries", 9, {}, "GET", 503, 3],
    ["as often as asked", 9, { retries: 5 }, "GET", 503, 6],
    ["no POST", 9, {}, "POST", 503, 1],
    ["a POST if asked for", 1, { methods: ["POST"] }, "POST", 200, 2],
    ["only listed statuses", 9, { statuses: [500] }, "GET", 503, 1],
    [
      "if shouldRetry returns true",
      1,
      {
        statuses: [],
        shouldRetry: ({ response }: FailedAttempt) => response?.status === 503,
      },
      "POST",
      200,
      2,
    ],
    ["not if shouldRetry forbids it", 9, { shouldRetry: () => false }, "GET", 503, 1],
    [
      "by its rules if shouldRetry returns undefined",
      1,
      {
        shouldRetry: () => Promise.resolve(undefined),
      },
      "GET",
      200,
      2,
    ],
    [
      "not beyond retries, even if shouldRetry returns true",
      9,
      { shouldRetry: () => true },
      "GET",
      503,
      3,
    ],
    ["not beyond the budget", 99, { retries: 50, budget: 0 }, "GET", 503, 11],
  ];
  for (const [name, failures, options, method, status, calls] of rows) {
    let left = failures;
    const app = appOf(() => new Response("", { status: left-- > 0 ? 503 : 200 }));
    await using served = serve(app.fetch);
    const middlewares = [retryMiddleware({ ...pauses, ...options })];
    await using session = new ClientSession({ ...served.options, middlewares });
    await using response = await session.request(
      method,
      "/",
      method === "POST" ? { data: "x" } : {},
    );
    assertEquals([response.status, app.seen.length], [status, calls], name);
  }
});

overEachApp(
  "retryMiddleware() resends bytes, never a stream, and respects Retry-After and the timeout",
  async (serve) => {
    const bodies: string[] = [];
    let after = "0";
    await using served = serve(async (request) => {
      bodies.push(await request.text());
      return new Response("", { status: 429, headers: { "retry-after": after } });
    });
    await using session = new ClientSession({ ...served.options, retry: 1 });
    await using bytes = await session.put("/", { data: "again" });
    assertEquals([bytes.status, bodies.splice(0)], [429, ["again", "again"]]);
    await using stream = await session.put("/", { data: new Blob(["once"]).stream() });
    assertEquals([stream.status, bodies.splice(0)], [429, ["once"]]);
    await using none = await session.get("/", { retry: 0 });
    assertEquals([none.status, bodies.splice(0).length], [429, 1]);
    after = "20"; // more than the remaining time
    await using late = await session.get("/", { timeout: { total: 5_000 } });
    assertEquals([late.status, bodies.splice(0).length], [429, 1]);
  },
);

Deno.test("retryMiddleware() does not exceed the request's timeout", async () => {
  const app = appOf(() => new Response("", { status: 503, headers: { "retry-after": "1" } }));
  const controller = new AbortController();
  const reason = new Error("stop");
  await using session = new ClientSession({ app, retry: 1 });
  const pending = session.get("/", { signal: controller.signal });
  controller.abort(reason);
  assertEquals(await assertRejects(() => pending, Error), reason);
  const hang = appOf(() => new Promise<Response>(() => {}));
  await using slow = new ClientSession({ app: hang, retry: 5, timeout: { total: 50 } });
  await assertRejects(() => slow.get("/"), ServerTimeoutError, "timeout.total is 50 ms");
  assertEquals(hang.seen.length, 1);
});

Deno.test("retryAfter() only accepts seconds and dates", () => {
  const now = Date.parse("Sun, 06 Nov 1994 08:49:37 GMT");
  for (
    const [value, expected] of [
      ["0", 0],
      ["120", 120_000],
      ["Sun, 06 Nov 1994 08:49:47 GMT", 10_000],
      ["Sun, 06 Nov 1994 08:00:00 GMT", 0],
      ["-1", null],
      ["1.5", null],
      ["soon", null],
      ["", null],
    ] as const
  ) assertEquals(retryAfter(replyOf(503, { "retry-after": value }), now), expected, value);
  const nowSeconds = now / 1000;
  for (
    const [name, value, status, expected] of [
      ["ratelimit-reset", "7", 429, 7_000],
      ["x-ratelimit-reset", "7", 429, 7_000],
      ["x-rate-limit-reset", "7", 429, 7_000],
      ["ratelimit-reset", "7", 503, null], // responses of every kind have such headers
      ["ratelimit-reset", "-7", 429, null],
      ["x-ratelimit-reset", "2000000000", 429, (2_000_000_000 - nowSeconds) * 1000],
    ] as const
  ) {
    assertEquals(
      retryAfter(replyOf(status, { [name]: value }), now),
      expected,
      `${name}: ${value}`,
    );
  }
  const both = { "retry-after": "1", "ratelimit-reset": "9" };
  assertEquals(retryAfter(replyOf(429, both), now), 1_000);
  assertThrows(() => retryMiddleware({ retries: -1 }), RangeError, "retries is -1");
});

function replyOf(status: number, headers: Record<string, string>) {
  return { status, headers: new Headers(headers) };
}

Deno.test("shouldRetry is called for every attempt, and its exception is thrown to the caller", async () => {
  const app = appOf(() => {
    if (app.seen.length === 1) throw new Error("cut");
    return new Response("", { status: app.seen.length === 2 ? 418 : 200 });
  });
  const seen: unknown[] = [];
  const shouldRetry = ({ attempt, request, response, error }: FailedAttempt) => {
    seen.push([attempt, request.method, response?.status, error instanceof Error]);
    return response?.status !== 200;
  };
  const middlewares = [retryMiddleware({ backoff: 1, shouldRetry })];
  await using session = new ClientSession({ app, middlewares });
  await using response = await session.post("/", { data: "x" });
  assertEquals(response.status, 200);
  assertEquals(seen, [[0, "POST", undefined, true], [1, "POST", 418, false], [
    2,
    "POST",
    200,
    false,
  ]]);
  const failure = new Error("no verdict");
  const broken = retryMiddleware({ shouldRetry: () => Promise.reject(failure) });
  assertEquals(await assertRejects(() => session.get("/", { middlewares: [broken] })), failure);
});

Deno.test("rateLimitMiddleware() never exceeds the limit in any interval", async () => {
  // The server measures, so a busy machine may move two requests together: the best of three counts.
  let least = 0;
  for (let tries = 0; tries < 3 && least <= 50; tries++) {
    const starts: number[] = [];
    const order: number[] = []; // as they arrive
    const app = appOf(({ url }) => {
      starts.push(performance.now());
      order.push(Number(new URL(url).pathname.slice(1)));
      return new Response("");
    });
    const limit = rateLimitMiddleware({ requests: 3, interval: 60 });
    await using session = new ClientSession({ app, middlewares: [limit] });
    await Promise.all(Array.from({ length: 10 }, async (_, i) => {
      await (await session.get(`http://a/${i}`)).release();
    }));
    // Timers for the same millisecond may fire in any order.
    const turns = [0, 3, 6, 9].map((at) => order.slice(at, at + 3).sort());
    assertEquals(turns, [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]);
    least = Math.min(...starts.slice(3).map((start, i) => start - (starts[i] ?? 0)));
    // Another origin does not wait.
    const long = rateLimitMiddleware({ requests: 1, interval: 20_000 });
    await using hurried = new ClientSession({ app, middlewares: [long] });
    const start = performance.now();
    for (const url of ["http://a/", "http://b/"]) await (await hurried.get(url)).release();
    assert(performance.now() - start < 10_000);
  }
  assert(least > 50, `four requests within ${least} ms`); // slightly less than 60 at the server
});

Deno.test("a request that waits for rateLimitMiddleware() can be aborted, and its wait counts", async () => {
  const app = appOf(() => new Response(""));
  const limit = rateLimitMiddleware({ requests: 1, interval: 10_000, perOrigin: false });
  await using session = new ClientSession({ app, middlewares: [limit] });
  await (await session.get("http://a/")).release();
  const late = () => session.get("http://b/", { timeout: { total: 30 } });
  await assertRejects(late, ServerTimeoutError, "timeout.total is 30 ms");
  assertEquals(app.seen.length, 1);
  for (const requests of [0, 1.5, NaN, -1]) {
    assertThrows(() => rateLimitMiddleware({ requests }), RangeError, `to ${requests} requests`);
  }
  assertThrows(() => rateLimitMiddleware({ requests: 1, interval: -1 }), RangeError, "in -1 ms");
});

// RFC 7616 section 3.9.1 and 3.9.2.
const RFC = {
  login: "Mufasa",
  password: "Circle of Life",
  count: 1,
  cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
};
const NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
for (
  const [algorithm, response] of [
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ] as const
) {
  Deno.test(`digestHeader() computes the example of RFC 7616 for ${algorithm}`, async () => {
    const request = new ClientRequest({
      method: "GET",
      url: new URL("http://www.example.org/dir/index.html"),
      headers: [],
    });
    const challenge = {
      realm: "http-auth@example.org",
      nonce: NONCE,
      qop: "auth, auth-int",
      algorithm,
    };
    const header = await digestHeader(request, challenge, RFC);
    assertMatch(
      header,
      new RegExp(`response="${response}", algorithm=${algorithm}, qop=auth, nc=00000001`),
    );
  });
}

Deno.test("a middleware may change the URL in place, or pass on another", async () => {
  const app = { fetch: ({ url }: Request) => new Response(new URL(url).pathname) };
  const ways: [string, ClientMiddleware][] = [
    ["/changed", (request, handler) => {
      request.url.pathname = "/changed";
      return handler(request);
    }],
    ["/text", (request, handler) => handler(request.with({ url: `${request.url.origin}/text` }))],
    [
      "/other",
      (request, handler) => handler(request.with({ url: new URL("/other", request.url) })),
    ],
    ["/copied", (request, handler) => {
      request.url.pathname = "/copied";
      return handler(request.with({ headers: [] }));
    }],
  ];
  for (const [expected, middleware] of ways) {
    await using session = new ClientSession({ app, middlewares: [middleware] });
    await using response = await session.get("/asked");
    assertEquals(await response.text(), expected);
    const { requestInfo } = response;
    assertEquals(requestInfo instanceof ClientRequest && requestInfo.initialUrl.pathname, "/asked");
  }
});

Deno.test("digestHeader() covers the body with auth-int, and knows SHA-512-256 and -sess", async () => {
  const request = (body: string) =>
    new ClientRequest({
      method: "POST",
      url: new URL("http://h/?a=%20b"),
      headers: [],
      payload: payloadOf(body),
    });
  const challenge = { realm: 'a"b', nonce: "n", qop: "auth-int", algorithm: "SHA-512-256-sess" };
  const one = await digestHeader(request("1"), challenge, RFC);
  assertMatch(
    one,
    /^Digest username="Mufasa", realm="a\\"b", nonce="n", uri="\/\?a=%20b", response="[\da-f]{64}", algorithm=SHA-512-256-sess, qop=auth-int/,
  );
  assert(one !== await digestHeader(request("2"), challenge, RFC), "the body counts");
});

Deno.test("digestChallenge() takes the strongest of several, quoted commas included", () => {
  const headers = new Headers();
  headers.append("www-authenticate", 'Basic realm="x, Digest y=1"');
  headers.append("www-authenticate", 'Digest realm="a, b=c", nonce="1", algorithm=MD5');
  headers.append("www-authenticate", 'Digest realm="a", nonce="2", qop="auth", algorithm=SHA-256');
  assertEquals(digestChallenge(headers), {
    realm: "a",
    nonce: "2",
    qop: "auth",
    algorithm: "SHA-256",
  });
  assertEquals(digestChallenge(new Headers({ "www-authenticate": "Basic realm=x" })), null);
  for (
    const [value, reason] of [
      ['Digest nonce="1"', "no realm"],
      ['Digest realm="r"', "no nonce"],
      ['Digest realm="r", nonce=""', "no nonce"],
      ['Digest realm="r", nonce="1", algorithm=ROT13', '"ROT13" is unknown'],
    ] as const
  ) {
    assertThrows(() => digestChallenge(new Headers({ "www-authenticate": value })), Error, reason);
  }
});

Deno.test("digestAuthMiddleware() answers only its origin, once, and preemptively the next time", async () => {
  const app = appOf((request) => {
    const url = new URL(request.url);
    if (url.pathname === "/away") return Response.redirect("http://evil.example/", 307);
    const authorization = request.headers.get("authorization") ?? "";
    const good = authorization.includes('nonce="n1"') && authorization.includes("nc=0000000");
    return good && url.pathname !== "/never" ? new Response("in") : new Response("", {
      status: 401,
      headers: { "www-authenticate": 'Digest realm="r", nonce="n1", qop="auth"' },
    });
  });
  const digest = digestAuthMiddleware({ login: "u", password: "p" });
  await using session = new ClientSession({ app, middlewares: [digest] });
  await using first = await session.post("/", { data: "again" });
  assertEquals([first.status, app.seen.splice(0).length], [200, 2]);
  await using second = await session.get("/x");
  assertEquals([second.status, app.seen.splice(0).length], [200, 1]);
  await using never = await session.get("/never");
  assertEquals([never.status, app.seen.splice(0).length], [401, 2]);
  await using away = await session.get("/away");
  assertEquals(away.status, 401);
  assertEquals(app.seen.at(-1)?.headers.get("authorization"), null);
  assertThrows(() => digestAuthMiddleware({ login: "a:b", password: "" }), TypeError, '"a:b"');
});

Deno.test("bearerAuthMiddleware() gets one new token for concurrent requests, for its origin only", async () => {
  let valid = "t1";
  const app = appOf((request) => {
    if (new URL(request.url).pathname === "/away") return Response.redirect("http://evil.example/");
    const ok = request.headers.get("authorization") === `Bearer ${valid}`;
    return new Response(null, { status: ok ? 204 : 401 });
  });
  const asked: (string | null)[] = [];
  const bearer = bearerAuthMiddleware({
    getToken: async (expired) => {
      asked.push(expired);
      await Promise.resolve();
      return `t${asked.length}`;
    },
  });
  await using session = new ClientSession({ app, middlewares: [bearer] });
  assertEquals((await session.get("/")).status, 204);
  valid = "t2";
  const replies = await Promise.all(Array.from({ length: 20 }, () => session.get("/")));
  assertEquals(replies.map((each) => each.status), Array(20).fill(204));
  assertEquals(asked, [null, "t1"]);
  await using away = await session.get("/away");
  assertEquals([away.status, app.seen.at(-1)?.headers.get("authorization")], [401, null]);
  valid = "unknown";
  assertEquals((await session.get("/")).status, 401);
});

overEachApp("bearerAuthMiddleware() tries again after a token could not be got", async (serve) => {
  let calls = 0;
  const bearer = bearerAuthMiddleware({
    getToken() {
      if (++calls === 1) throw new Error("down");
      return "t";
    },
  });
  await using served = serve((request) => new Response(request.headers.get("authorization")));
  await using session = new ClientSession({ ...served.options, middlewares: [bearer] });
  await assertRejects(() => session.get("/"), Error, "down");
  await using response = await session.get("/");
  assertEquals(await response.text(), "Bearer t");
});

overEachApp("loggingMiddleware() shows no credentials", async (serve) => {
  const records: string[] = [];
  const log = loggingMiddleware({ log: (record) => records.push(JSON.stringify(record)) });
  await using served = serve(() => new Response("secret"));
  await using session = new ClientSession({
    ...served.options,
    middlewares: [log],
    auth: { login: "u", password: "secret" },
  });
  await using response = await session.get("/?access_token=secret&X-Amz-Signature=secret&n=1", {
    cookies: { c: "secret" },
  });
  assertEquals(response.status, 200);
  assertEquals(records.join().includes("secret"), false);
  assertMatch(records[0] ?? "", /access_token=\*\*\*&X-Amz-Signature=\*\*\*&n=1/);
});

const anotherBody: readonly (readonly [string, () => SendableBody, string, string])[] = [
  ["bytes", () => payloadOf(new Uint8Array([104, 105])), "application/octet-stream", "hi"],
  ["text", () => payloadOf("grüezi"), "text/plain; charset=utf-8", "grüezi"],
  ["JSON", () => jsonPayload({ a: [1] }), "application/json", '{"a":[1]}'],
  ["a form", () => payloadOf({ a: 1, b: "x y" }), "application/x-www-form-urlencoded", "a=1&b=x+y"],
  [
    "a stream",
    () => payloadOf(new Blob(["streamed"]).stream()),
    "application/octet-stream",
    "streamed",
  ],
];
for (const [name, make, type, text] of anotherBody) {
  overEachApp(`a middleware may send another body: ${name}`, async (serve) => {
    await using served = serve(async (request) =>
      Response.json([
        request.headers.get("content-type"),
        request.headers.get("content-encoding"),
        await request.text(),
      ])
    );
    const middlewares: ClientMiddleware[] = [
      (request, handler) => handler(request.with({ payload: make() })),
    ];
    await using session = new ClientSession({ ...served.options, middlewares });
    for (
      const options of [{}, { data: "asked for" }, {
        data: "asked for",
        headers: { "content-length": "9", "content-encoding": "x" },
      }]
    ) {
      await using response = await session.post("/", options);
      assertEquals(await response.json(), [type, null, text]);
    }
  });
}

Deno.test("bodies of a middleware and the bodies they replace are closed after the request", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "from a file");
  for (const fails of [false, true]) {
    const files = [await Deno.open(path), await Deno.open(path)] as const;
    const app = {
      fetch: async (r: Request) =>
        fails ? Promise.reject(new Error("x")) : new Response(await r.text()),
    };
    const middlewares: ClientMiddleware[] = [
      (request, handler) => handler(request.with({ payload: payloadOf(files[1]) })),
    ];
    await using session = new ClientSession({ app, middlewares });
    const text = await session.put("/", { data: files[0] }).then((r) => r.text(), () => "failed");
    assertEquals(text, fails ? "failed" : "from a file");
    for (const file of files) assertThrows(() => file.statSync(), Error); // reports leaks too
  }
  await Deno.remove(path);
});
