// Features of the transport over sockets beyond the tables for all transports.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import {
  ClientConnectionError,
  ClientProtocolError,
  ClientSession,
  type ConnectorOptions,
  CookieJar,
  fetchTransport,
  NotSupportedError,
  type RequestOptions,
  ServerDisconnectedError,
  type SessionOptions,
  socketTransport,
} from "@roundtrip/http";
import { CA, CERT, KEY } from "../../server/_tls.ts";
import { connectProxy } from "../_proxies.ts";
import { rawServer, reply } from "../_raw_server.ts";
import { sampled } from "../../_whole.ts";

const OPTIONS: SessionOptions = {
  connector: { transport: "sockets" },
  timeout: { total: 5_000 },
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test("sockets: a response has reason, raw headers, version, trailers and connection", async () => {
  const text = "HTTP/1.1 200 Fine\r\nX-B: 1\r\nx-a: \xe9\r\nTransfer-Encoding: chunked\r\n\r\n" +
    "2\r\nhi\r\n0\r\nX-Sum: 7\r\n\r\n";
  await using server = rawServer(() => Uint8Array.from(text, (each) => each.charCodeAt(0)));
  await using session = new ClientSession(OPTIONS);
  for (const isReused of [false, true]) {
    await using response = await session.get(server.url);
    assertEquals(response.reason, "Fine");
    assertEquals(await response.text(), "hi");
    assertEquals(response.rawHeaders, [
      ["X-B", "1"],
      ["x-a", "\xe9"],
      ["Transfer-Encoding", "chunked"],
    ]);
    assertEquals([response.version, [...response.trailers]], ["1.1", [["x-sum", "7"]]]);
    assertEquals(response.connection?.remoteAddress?.port, server.port);
    assertEquals(response.connection?.isReused, isReused);
  }
  assertEquals(server.accepted, 1);
});

Deno.test("sockets: Host comes first, and requests that fetch refuses are sent", async () => {
  await using server = rawServer(({ body }) => reply(body));
  await using session = new ClientSession(OPTIONS);
  for (const method of ["GET", "DELETE", "REPORT"]) {
    await using response = await session.request(method, server.url, { data: "body" });
    assertEquals(await response.text(), "body");
  }
  await using traced = await session.request("TRACE", server.url);
  assertEquals(traced.status, 200);
  for (const { head } of server.requests) {
    const [first = "", second] = head.split("\r\n");
    assert(/^(?:GET|DELETE|REPORT|TRACE) \/ HTTP\/1\.1$/.test(first), first);
    assertEquals(second, `host: 127.0.0.1:${server.port}`);
  }
});

Deno.test("sockets: headers are sent in the caller's order and case, Host first", async () => {
  await using server = rawServer(({ head }) =>
    head.startsWith("GET /go")
      ? "HTTP/1.1 302 F\r\nlocation: /\r\ncontent-length: 0\r\n\r\n"
      : reply("ok")
  );
  const none = ["accept", "accept-encoding", "user-agent"];
  const host = `host: 127.0.0.1:${server.port}`;
  const rows: [name: string, SessionOptions, RequestOptions & { method?: string }, string[]][] = [
    ["a list", {}, { headers: [["X-b", "1"], ["x-A", "2"], ["X-B", "3"]] }, [
      ...[host, "X-b: 1", "x-A: 2", "X-B: 3"],
    ]],
    ["an object", {}, { headers: { "X-Z": "1", "X-A": "2" } }, [host, "X-Z: 1", "X-A: 2"]],
    ["Headers", {}, { headers: new Headers({ "X-Z": "1", "X-A": "2" }) }, [
      ...[host, "x-a: 2", "x-z: 1"],
    ]],
    [
      "a session's first",
      { headers: { "X-S": "1", "X-Own": "2" } },
      { headers: { "x-own": "3" } },
      [
        ...[host, "X-S: 1", "x-own: 3"],
      ],
    ],
    ["Host of one's own", {}, { headers: { "X-A": "1", HOST: "a.test" } }, [
      ...["HOST: a.test", "X-A: 1"],
    ]],
    ["no Host", {}, { skipAutoHeaders: ["host"] }, []],
    ["default ones in another case", {}, { headers: { "User-agent": "me" } }, [
      host,
      "User-agent: me",
    ]],
    ["framing in its place", {}, {
      ...{ method: "POST", data: "hi", headers: { "Content-Length": "2", "Content-Type": "a/b" } },
    }, [host, "Content-Length: 2", "Content-Type: a/b"]],
    ["chunked on request", {}, {
      ...{ method: "POST", data: "hi", headers: { "Transfer-Encoding": "chunked", "X-A": "1" } },
      skipAutoHeaders: ["content-type"],
    }, [host, "Transfer-Encoding: chunked", "X-A: 1"]],
    ["no length of an empty body", {}, { method: "POST", skipAutoHeaders: ["content-length"] }, [
      host,
    ]],
    ["a length of an empty body", {}, { method: "POST" }, [host, "content-length: 0"]],
    [
      "after a middleware",
      {
        middlewares: [(request, handler) => {
          request.headers.set("x-a", "changed");
          request.headers.delete("x-gone");
          request.headers.set("x-new", "1");
          return handler(request.with({}));
        }],
      },
      { headers: { "X-B": "1", "X-Gone": "2", "X-A": "3", "X-C": "4" } },
      [
        ...[host, "X-B: 1", "X-A: changed", "X-C: 4", "x-new: 1"],
      ],
    ],
    ["credentials", {}, { auth: { login: "u", password: "p" }, headers: { "X-A": "1" } }, [
      ...[host, "X-A: 1", "authorization: Basic dTpw"],
    ]],
    ["cookies", { cookieJar: new CookieJar({ unsafe: true }) }, {
      ...{ cookies: { a: "1" }, headers: { "X-A": "1", Cookie: "b=2" } },
    }, [host, "X-A: 1", "cookie: b=2; a=1"]],
  ];
  for (
    const [name, given, { method = "GET", skipAutoHeaders = [], ...options }, expected] of rows
  ) {
    await using session = new ClientSession({ ...OPTIONS, ...given });
    const headers = [...none, ...skipAutoHeaders];
    for (const path of ["/", "/go"]) {
      if (path === "/go" && method !== "GET") continue;
      const asked = { ...options, skipAutoHeaders: headers };
      await using _ = await session.request(method, new URL(path, server.url), asked);
      const [, ...lines] = server.requests.at(-1)?.head.trimEnd().split("\r\n") ?? [];
      assertEquals(lines, expected, `${name} ${path}`);
    }
  }
});

Deno.test("sockets: invalid headers are refused with their name", async () => {
  await using session = new ClientSession();
  const rows: [Record<string, string>, RegExp][] = [
    [{ "a b": "1" }, /"a b": its name is not an RFC 9110 token/],
    [{ "x-a": "1\r\nb: c" }, /"x-a": its value contains a control character/],
    [{ "x-a": "\u20ac" }, /"x-a": its value holds "\u20ac"/],
  ];
  for (const [headers, message] of rows) {
    const error = await assertRejects(() => session.get("http://h/", { headers }), TypeError);
    assertMatch(error.message, message);
    assertMatch(assertThrows(() => new ClientSession({ headers }), TypeError).message, message);
  }
});

Deno.test("sockets: CONNECT has host and port, and Connection: close ends the connection", async () => {
  await using server = rawServer(() => reply("ok"));
  await using session = new ClientSession(OPTIONS);
  for (const connection of ["close", "close", "Close, x-a", "x-a"]) {
    const headers: [string, string][] = [["Connection", connection], ["Connection", "x-b"]];
    await using response = await session.get(server.url, { headers });
    assertEquals(await response.text(), "ok");
  }
  assertEquals(server.accepted, 4);
  const port = { resolve: () => ["127.0.0.1"] };
  await using named = new ClientSession({
    connector: port,
    proxy: `http://127.0.0.1:${server.port}`,
  });
  await using _ = await named.request("CONNECT", "http://a.test/");
  assertEquals(server.requests.at(-1)?.head.split("\r\n", 1)[0], "CONNECT a.test:80 HTTP/1.1");
});

Deno.test("sockets: every automatic header can be omitted", async () => {
  await using server = rawServer(() => reply("ok"));
  await using session = new ClientSession(OPTIONS);
  const names = ["accept", "accept-encoding", "user-agent"];
  await using _all = await session.get(server.url);
  await using _none = await session.get(server.url, { skipAutoHeaders: names });
  const seen = server.requests.map(({ head }) =>
    names.filter((name) => new RegExp(`^${name}:`, "im").test(head))
  );
  assertEquals(seen, [names, []]);
});

Deno.test("sockets: a body waits for 100 Continue, and is not sent after another response", async () => {
  for (const accepts of [true, false]) {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    let got = "";
    const serving = (async () => {
      using connection = await listener.accept();
      const buffer = new Uint8Array(4096);
      const read = async () => {
        const count = await connection.read(buffer);
        if (count !== null) got += new TextDecoder().decode(buffer.subarray(0, count));
        return count;
      };
      const write = (text: string) => connection.write(new TextEncoder().encode(text));
      while (!got.endsWith("\r\n\r\n")) await read();
      got = "";
      await pause(30);
      if (!accepts) {
        await write(reply("too large", "HTTP/1.1 413 No"));
        while (await read() !== null);
        return;
      }
      assertEquals(got, "");
      await write("HTTP/1.1 100 Continue\r\n\r\n");
      while (got !== "hello") await read();
      await write(reply("thanks"));
    })();
    await using session = new ClientSession(OPTIONS);
    await using response = await session.put(`http://127.0.0.1:${listener.addr.port}/`, {
      data: "hello",
      expect100: true,
    });
    assertEquals(await response.text(), accepts ? "thanks" : "too large");
    await session.close();
    await serving;
    assertEquals(got, accepts ? "hello" : "");
  }
});

Deno.test("sockets: a request without a body expects no 100 Continue, also after a redirect", async () => {
  await using server = rawServer(({ head }) =>
    head.startsWith("POST") ? reply("", "HTTP/1.1 303 See Other", "location: /a\r\n") : reply("ok")
  );
  await using session = new ClientSession(OPTIONS);
  await using _posted = await session.post(server.url, { data: "hello", expect100: true });
  await using _got = await session.get(server.url, { headers: { Expect: "100-Continue" } });
  const seen = server.requests.map(({ head }) => [head.slice(0, 4), /^expect:/im.test(head)]);
  assertEquals(seen, [["POST", true], ["GET ", false], ["GET ", false]]);
});

Deno.test("sockets: an early response is read, and ends the upload", async () => {
  await using server = rawServer(() => reply("unused"));
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    await connection.write(new TextEncoder().encode(reply("enough", "HTTP/1.1 413 No")));
    await pause(100);
  })();
  let cancelled = false;
  const endless = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      await pause(1);
      controller.enqueue(new Uint8Array(16));
    },
    cancel: () => void (cancelled = true),
  });
  await using session = new ClientSession(OPTIONS);
  await using response = await session.post(`http://127.0.0.1:${listener.addr.port}/`, {
    data: endless,
  });
  assertEquals([response.status, await response.text()], [413, "enough"]);
  await serving;
  await pause(20);
  assert(cancelled);
  assertEquals(server.requests.length, 0);
});

Deno.test("sockets: a POST is sent at most once, a GET twice, cut at any byte of the response", async () => {
  const whole = reply("hello");
  for (const cut of sampled(Array.from({ length: whole.length + 1 }, (_, at) => at), 3)) {
    for (const method of ["GET", "POST"]) {
      // The first request on a connection is answered, the second gets its end.
      await using server = rawServer(({ index }) =>
        index === 1 && server.accepted === 1 ? whole : { last: whole.slice(0, cut) }
      );
      await using session = new ClientSession(OPTIONS);
      await using first = await session.get(server.url);
      assertEquals(await first.text(), "hello");
      const outcome = await session.request(method, server.url)
        .then((response) => response.text())
        .catch((error) => error);
      const times = server.requests.length - 1;
      assert(times <= (method === "POST" || cut > 0 ? 1 : 2), `${method} ${times} times, ${cut}`);
      if (cut === whole.length) assertEquals(outcome, "hello");
      else if (cut === 0) assertInstanceOf(outcome, ServerDisconnectedError);
      else assertInstanceOf(outcome, Error);
    }
  }
});

/** Answers the first request, counts connections that bring another, and dies after `count` bytes of it. */
function dyingServer(count: () => number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let seen = 0;
  const serve = async (connection: Deno.Conn, isFirst: boolean): Promise<void> => {
    using _ = connection;
    if (isFirst) {
      await connection.read(new Uint8Array(4096));
      await connection.write(new TextEncoder().encode(reply("first")));
    }
    if (count() === 0) return;
    if (await connection.read(new Uint8Array(count())) !== null) seen++;
  }; // what is not read makes the system send RST, else it is FIN
  const tasks: Promise<void>[] = [];
  let isFirst = true;
  const accepting = (async () => {
    for await (const connection of listener) {
      tasks.push(serve(connection, isFirst).catch(() => {}));
      isFirst = false;
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}/`,
    seen: () => seen,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(tasks);
    },
  };
}

Deno.test("sockets: a server that dies at any byte of a request sees a POST once, a GET twice at most", async () => {
  for (const count of sampled(Array.from({ length: 200 }, (_, at) => at), 9)) {
    for (const method of ["GET", "POST"]) {
      await using server = dyingServer(() => count);
      await using session = new ClientSession(OPTIONS);
      assertEquals(await (await session.get(server.url)).text(), "first");
      const options = method === "POST" ? { data: "x".repeat(100) } : {};
      const error = await assertRejects(() => session.request(method, server.url, options));
      assertInstanceOf(error, ClientConnectionError, `${method} ${count}`);
      assert(server.seen() <= (method === "POST" ? 1 : 2), `${method} ${count} ${server.seen()}`);
    }
  }
});

Deno.test("sockets: an idle connection closed by the server is not used", async () => {
  await using server = rawServer(() => ({ last: reply("hello") }));
  await using session = new ClientSession(OPTIONS);
  for (let n = 0; n < 3; n++) {
    await using response = await session.post(server.url, { data: "x" });
    assertEquals(await response.text(), "hello");
    await pause(250); // two ticks: it was detected
  }
  assertEquals([server.requests.length, server.accepted], [3, 3]);
});

Deno.test("sockets: Keep-Alive: timeout is respected, and unsolicited bytes close the connection", async () => {
  const cases: readonly (readonly [string, number])[] = [
    [reply("hello", undefined, "keep-alive: timeout=0\r\n"), 2],
    [reply("hello", undefined, "keep-alive: timeout=5, max=9\r\n"), 1],
    [`${reply("hello")}HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nEVIL`, 2],
  ];
  for (const [answer, accepted] of cases) {
    await using server = rawServer(() => answer);
    await using session = new ClientSession(OPTIONS);
    for (let n = 0; n < 2; n++) {
      await using response = await session.get(server.url);
      assertEquals(await response.text(), "hello");
    }
    assertEquals(server.accepted, accepted, answer);
  }
});

Deno.test("sockets: the error for a malformed response names its line, without a retry", async () => {
  await using server = rawServer(() => ({ last: "HTTP/1.1 200 OK\r\nA : b\x01\r\n\r\n" }));
  await using session = new ClientSession({ ...OPTIONS, retry: 0 });
  const error = await assertRejects(() => session.get(server.url), ClientProtocolError);
  assertEquals(
    error.reason,
    'the reply is not HTTP: a line of the head is not a header: "A : b\\x01"',
  );
  assertEquals(server.requests.length, 1);
});

Deno.test("sockets: 1xx responses are limited, and each restarts timeout.sockRead", async () => {
  const info = "HTTP/1.1 102 Processing\r\n\r\n";
  await using flood = rawServer(() => info.repeat(100) + reply("late"));
  await using session = new ClientSession(OPTIONS);
  await assertRejects(
    () => session.get(flood.url),
    ClientProtocolError,
    "more than 32 1xx responses",
  );
  async function* slowly(): AsyncGenerator<string> {
    for (let n = 0; n < 4; n++) {
      yield info;
      await pause(60);
    }
    yield reply("hello");
  }
  await using slow = rawServer(slowly);
  await using response = await session.get(slow.url, { timeout: { sockRead: 150 } });
  assertEquals(await response.text(), "hello");
});

Deno.test("sockets: at most `limit` connections, including idle ones", async () => {
  await using one = rawServer(() => reply("one"));
  await using two = rawServer(() => reply("two"));
  await using session = new ClientSession({
    ...OPTIONS,
    connector: { transport: "sockets", limit: 4 },
  });
  let most = 0;
  await Promise.all(Array.from({ length: 200 }, async (_, n) => {
    await using response = await session.get(n % 2 === 0 ? one.url : two.url);
    await response.text();
    most = Math.max(most, one.open + two.open);
  }));
  assert(most <= 8, `${most}`); // the server detects a close a little later
  assert(one.accepted + two.accepted < 200);
});

Deno.test("sockets: TLS through proxies verifies the server's name", async () => {
  await using server = Object.assign(
    Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {}, cert: CERT, key: KEY },
      (request) => new Response(request.headers.get("proxy-authorization") ?? "none"),
    ),
    { [Symbol.asyncDispose]: () => server.shutdown() },
  );
  await using proxy = connectProxy();
  const url = `https://localhost:${server.addr.port}/`;
  await using session = new ClientSession({
    ...OPTIONS,
    connector: { transport: "sockets", caCerts: [CA] },
  });
  for (const via of [undefined, `http://u:p@127.0.0.1:${proxy.port}`]) {
    for (let n = 0; n < 2; n++) {
      await using response = await session.get(url, via === undefined ? {} : { proxy: via });
      assertEquals(await response.text(), "none");
    }
  }
  assertEquals(proxy.asked, ["CONNECT localhost u:p"]); // the second request uses the same tunnel
});

Deno.test("sockets: a closed transport sends nothing", async () => {
  const transport = socketTransport();
  await using session = new ClientSession({ transport });
  transport.close();
  await assertRejects(
    () => session.get("http://127.0.0.1:1/"),
    ClientConnectionError,
    "the transport is closed",
  );
});

Deno.test("sockets: an idle pool does not keep the process alive, an open request does", async () => {
  await using server = rawServer(async ({ head }) => {
    if (head.startsWith("GET /slow")) await pause(300);
    return reply("hello");
  });
  const entry = new URL("../../../mod.ts", import.meta.url).href;
  const program = `
    import { ClientSession } from ${JSON.stringify(entry)};
    const session = new ClientSession({ connector: { transport: "sockets" } });
    for (const path of ["/", "/slow"]) {
      const response = await session.get("${server.url}" + path);
      console.log(await response.text());
    }`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", `--config=${new URL("../../../deno.json", import.meta.url).pathname}`, program],
    stdout: "piped",
  }).output();
  assertEquals(new TextDecoder().decode(stdout), "hello\nhello\n");
});

Deno.test("sockets: unsupported options are refused with advice", () => {
  const http2 = { connector: { transport: "sockets", http2: true } } as const;
  assertThrows(() => new ClientSession(http2), NotSupportedError, 'transport "fetch" does it');
  const own: readonly ConnectorOptions[] = [
    { family: 4 },
    { resolve: () => null },
    { dnsCache: 0 },
    { verify: false },
    { fingerprint: "ab".repeat(32) },
    { serverName: "localhost" },
    { tlsInfo: true },
  ];
  for (const each of own) {
    const [name = ""] = Object.keys(each);
    for (const way of [{ transport: "fetch" }, { http2: true }] as const) {
      const error = assertThrows(
        () => fetchTransport({ ...each, ...way }),
        NotSupportedError,
        'connector.transport "sockets" has',
      );
      assert(error.message.startsWith(`connector.${name} is not supported`), error.message);
    }
  }
  assertThrows(() => fetchTransport({ transport: "sockets" }), TypeError, "socketTransport()");
  const other = { transport: "carrier pigeon" } as unknown as ConnectorOptions;
  assertThrows(() => new ClientSession({ connector: other }), TypeError, "sockets or fetch");
});
