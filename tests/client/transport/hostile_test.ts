// Hostile servers over sockets: a typed error, few bytes read, no leaks.
import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { ClientConnectorError, ClientError, ClientSession } from "@roundtrip/http";
import { writeAll } from "../../_connections.ts";
import { descriptors, settled } from "../../_descriptors.ts";
import { rawServer } from "../_raw_server.ts";
import { CA, CERT, KEY } from "../../server/_tls.ts";
import { until } from "../../_until.ts";
import { sampled } from "../../_whole.ts";

const CHUNKED = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const EVENTS = "HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n";
const MOST_READ = 16 * 1024 * 1024; // the system holds some MiB for both sides
const ROWS: readonly (readonly [name: string, begin: string, again: string, message: RegExp])[] = [
  ["a head of lines", "HTTP/1.1 200 OK\r\n", "x-a: b\r\n", /head/],
  ["a header line", "HTTP/1.1 200 OK\r\nx-a: ", "b", /head/],
  ["a header name", "HTTP/1.1 200 OK\r\n", "b", /head/],
  ["a folded header", "HTTP/1.1 200 OK\r\nx-a: b", "\r\n b", /head/],
  ["a reason", "HTTP/1.1 200 ", "b", /head/],
  ["no line", "", "b", /HTTP|head/],
  ["empty lines", "", "\r\n", /HTTP|head/],
  ["1xx responses", "", EVENTS, /1xx/],
  ["digits of a chunk's size", CHUNKED, "0", /chunk/],
  ["a chunk's extension", `${CHUNKED}5`, ";a=b", /chunk/],
  ["trailers", `${CHUNKED}0\r\n`, "x-a: b\r\n", /trailer|head/],
  ["a trailer line", `${CHUNKED}0\r\nx-a: `, "b", /trailer|head/],
  ["100,000 headers", `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(100_000)}\r\n`, "", /head/],
];

for (const [name, begin, again, message] of ROWS) {
  Deno.test(`sockets: ${name}${again === "" ? "" : " without end"}: an error, and few bytes are read`, async () => {
    const before = descriptors();
    const piece = again.repeat(Math.ceil(64 * 1024 / Math.max(1, again.length)));
    let sent = 0;
    async function* endless(): AsyncGenerator<string> {
      yield begin;
      while (again !== "" && sent < 64 * 1024 * 1024) {
        yield piece;
        sent += piece.length;
      }
    }
    const memory = Deno.memoryUsage().rss;
    for (const connector of [{}, { localAddress: "127.0.0.1" }]) { // Deno's sockets, and Node's
      await using server = rawServer(endless);
      await using session = new ClientSession({ connector, retry: 0, timeout: { total: 5_000 } });
      for (let n = 0; n < 3; n++) {
        sent = 0;
        const error = await session.get(server.url).then((response) => response.text())
          .catch((error: unknown) => error);
        assertInstanceOf(error, ClientError, `${error}`);
        assertMatch(error.message, message);
        assert(error.message.length < 500, error.message);
        assert(sent < MOST_READ, `${sent} bytes went out`);
      }
      assertEquals(server.accepted, 3);
    }
    const grown = Deno.memoryUsage().rss - memory;
    assert(grown < 64 * 1024 * 1024, `${grown} bytes more`);
    await settled(before);
  });
}

Deno.test("sockets: a body that ends with its connection takes memory as it comes", async () => {
  const gate = Promise.withResolvers<void>();
  await using server = rawServer(async function* () {
    yield "HTTP/1.1 200 OK\r\n\r\nhello";
    await gate.promise;
  });
  await using session = new ClientSession();
  const before = Deno.memoryUsage().external;
  const bodies: Promise<unknown>[] = [];
  for (let n = 0; n < 8; n++) bodies.push((await session.get(server.url)).read());
  const ended = Promise.allSettled(bodies);
  const grown = Deno.memoryUsage().external - before;
  gate.resolve();
  await session.close();
  await ended;
  assert(grown < 8 * 1024 * 1024, `${grown} bytes more`);
});

Deno.test("sockets: bytes beyond a body's length or after a response are not a response", async () => {
  const evil = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nEVIL";
  const replies = [
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokEVIL",
    `HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok${evil}`,
    `${CHUNKED}2\r\nok\r\n0\r\n\r\n${evil}`,
    `HTTP/1.1 204 No\r\n\r\n${evil}`,
    `HTTP/1.1 304 No\r\ncontent-length: 4\r\n\r\n${evil}`,
  ];
  const rows = [false, true].flatMap((late) => replies.map((text) => [late, text] as const));
  await Promise.all(rows.map(async ([late, text]) => {
    const end = text.includes(evil) ? text.indexOf(evil) : text.indexOf("EVIL");
    async function* slowly(): AsyncGenerator<string> {
      yield text.slice(0, end);
      await new Promise((resolve) => setTimeout(resolve, 10));
      yield text.slice(end);
    }
    await using server = rawServer(() => late ? slowly() : text);
    await using session = new ClientSession({ retry: 0, timeout: { total: 2_000 } });
    for (const method of ["GET", "POST", "GET", "POST"]) {
      await using response = await session.request(method, server.url);
      assert(["ok", ""].includes(await response.text()));
      await until(() => server.open === 0, () => `${method} ${late} ${text}: still open`);
    }
    assertEquals(server.accepted, 4);
  }));
});

/** Writes given bytes to each connection, and closes it. */
function deafServer(
  said: () => AsyncIterable<Uint8Array>,
  secure = false,
): AsyncDisposable & { readonly port: number } {
  const place = { hostname: "127.0.0.1", port: 0 };
  const listener = secure ? Deno.listenTls({ ...place, cert: CERT, key: KEY }) : Deno.listen(place);
  const tasks: Promise<void>[] = [];
  const serve = async (connection: Deno.Conn): Promise<void> => {
    using _ = connection;
    const reading = connection.read(new Uint8Array(4096)); // else what is closed sends RST
    for await (const bytes of said()) await writeAll(connection, bytes);
    await reading;
    if (secure) return;
    await connection.closeWrite();
    while (await connection.read(new Uint8Array(4096)) !== null);
  };
  const accepting = (async () => {
    for await (const connection of listener) tasks.push(serve(connection).catch(() => {}));
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      await Promise.all(tasks);
    },
  };
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (each) => each.charCodeAt(0));
const TUNNEL = bytesOf("HTTP/1.1 200 OK\r\nx-a: b\r\n\r\n");
const SOCKS = Uint8Array.of(5, 0, 5, 0, 0, 1, 127, 0, 0, 1, 0, 80);

Deno.test("sockets: a proxy that breaks off at any byte is named by the error", async () => {
  const before = descriptors();
  for (const [scheme, whole] of [["http", TUNNEL], ["socks5", SOCKS]] as const) {
    for (let cut = 0; cut <= whole.length; cut++) {
      await using server = deafServer(async function* () {
        yield whole.subarray(0, cut);
      });
      const proxy = `${scheme}://127.0.0.1:${server.port}`;
      await using session = new ClientSession({ proxy, timeout: { total: 5_000 } });
      const error = await session.get("https://localhost/").catch((error: unknown) => error);
      assertInstanceOf(error, ClientConnectorError, `${scheme} ${cut}: ${error}`);
      const isProxy = error.message.includes(`proxy 127.0.0.1:${server.port}`);
      assertEquals(isProxy, cut < whole.length, `${scheme} ${cut}: ${error}`);
    }
  }
  await settled(before);
});

Deno.test("sockets: a proxy without an end, one that is silent, and one that says too much are errors", async () => {
  const before = descriptors();
  let sent = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield bytesOf("HTTP/1.1 200 OK\r\n");
    for (; sent < 64 * 1024 * 1024; sent += 65_536) yield new Uint8Array(65_536).fill(98);
  }
  async function* silent(): AsyncGenerator<Uint8Array> {
    yield TUNNEL.subarray(0, 9);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  async function* chatty(): AsyncGenerator<Uint8Array> {
    yield TUNNEL;
    yield bytesOf("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nEVIL");
  }
  const says = (text: string) =>
    async function* (): AsyncGenerator<Uint8Array> {
      yield bytesOf(text);
    };
  const rows = [
    [endless, /a head over 65536 bytes/],
    [silent, /timeout/i],
    [chatty, /corrupt|tls|InvalidContentType/i],
    [says("SSH-2.0\x1b\r\n\r\n"), /broke off \(.*HTTP\/1\.1 and a status: "SSH-2\.0\\x1b"\)/],
    [says("HTTP/1.1 403 \x1b[31m\r\n\r\n"), /broke off \(.*"HTTP\/1\.1 403 \\x1b\[31m"\)/],
    [says("HTTP/1.1 200 OK\n\n"), /a line ends without CR/],
    [says("HTTP/1.1 103 A\r\n\r\nHTTP/1.1 502 B\r\n\r\n"), /answered 502 B to CONNECT/],
    [says("HTTP/1.1 102 A\r\n\r\n".repeat(50)), /answered 102 A to CONNECT/],
  ] as const;
  for (const [said, message] of rows) {
    await using server = deafServer(said);
    const proxy = `http://127.0.0.1:${server.port}`;
    await using session = new ClientSession({
      proxy,
      timeout: { connect: said === silent ? 150 : 5_000 },
    });
    const start = performance.now();
    const error = await session.get("https://localhost/").catch((error: unknown) => error);
    assertInstanceOf(error, ClientError, `${error}`);
    assertMatch(error.message, message);
    if (said === silent) assert(performance.now() - start < 1_000);
  }
  assert(sent < MOST_READ, `${sent}`);
  await settled(before);
});

Deno.test("sockets: a reply over TLS that is cut at any byte is a typed error, by both kinds of TLS", async () => {
  const before = descriptors();
  const whole = [
    "HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: 5\r\n\r\nhello",
    `${CHUNKED}3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n`,
  ];
  for (const tlsInfo of [false, true]) {
    const connector = { caCerts: [CA], tlsInfo, forceClose: true };
    for (const text of whole) {
      const cuts = sampled(Array.from({ length: text.length - 2 }, (_, at) => at), 4);
      for (const cut of [...cuts, text.length]) {
        await using server = deafServer(async function* () {
          yield bytesOf(text.slice(0, cut));
        }, true);
        await using session = new ClientSession({ connector, timeout: { total: 5_000 } });
        const got = await session.post(`https://localhost:${server.port}/`)
          .then((response) => response.text()).catch((error: unknown) => error);
        if (cut === text.length) assertEquals(got, "hello");
        else assertInstanceOf(got, ClientError, `${tlsInfo} ${cut}: ${got}`);
      }
    }
  }
  await settled(before);
});
