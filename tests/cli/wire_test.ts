import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ClientSession, type Transport } from "../../client/mod.ts";
import { socketTransport, type Times } from "../../cli/request/socket_transport.ts";
import { hop } from "../_hop.ts";

/** The transport of the command, which leaves everything to the system. */
function plainTransport(times?: Times): Transport {
  return socketTransport(
    {
      verify: true,
      ca: [],
      identity: null,
      socketPath: null,
      proxyFor: () => undefined,
      addresses: new Map(),
      family: 0,
      localAddress: null,
      connectTimeout: null,
    },
    times ?? { peer: null, lookup: null, connected: null, secured: null, head: null },
  );
}

/** What a server does with one connection. */
type Behaviour = (connection: Deno.TcpConn, number: number) => Promise<void>;

/** Runs a server of bare connections. */
async function withServer(
  behaviour: Behaviour,
  body: (session: ClientSession, url: string) => Promise<void>,
): Promise<number> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const running: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      running.push(
        behaviour(connection, running.length).catch(() => {}).finally(() => {
          try {
            connection.close();
          } catch {
            // It is closed already.
          }
        }),
      );
    }
  })();
  try {
    await using session = new ClientSession({ transport: plainTransport() });
    await body(session, `http://127.0.0.1:${listener.addr.port}/`);
  } finally {
    listener.close();
    await accepting;
    await Promise.all(running);
  }
  return running.length;
}

/** Reads until a request is whole as far as its length says, `null` at the end. */
async function readRequest(connection: Deno.TcpConn): Promise<string | null> {
  const buffer = new Uint8Array(65_536);
  let text = "";
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return null;
    text += new TextDecoder().decode(buffer.subarray(0, count));
    const end = text.indexOf("\r\n\r\n");
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (end !== -1 && text.length >= end + 4 + length) return text;
  }
}

async function writeAll(connection: Deno.TcpConn, text: string): Promise<void> {
  const bytes = Uint8Array.from(text, (each) => each.charCodeAt(0));
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

const REPLIES: [name: string, reply: string, status: number, body: string][] = [
  ["a length", `${OK}Content-Length: 3\r\n\r\nabc`, 200, "abc"],
  ["the same length twice", `${OK}Content-Length: 3, 3\r\n\r\nabc`, 200, "abc"],
  ["until the end", `${OK}\r\nabc`, 200, "abc"],
  ["HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nabc", 200, "abc"],
  ["no reason", "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", 404, ""],
  ["no reason, no blank", "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", 404, ""],
  ["bare line feeds, RFC 9112 2.2", `HTTP/1.1 200 OK\nContent-Length: 3\n\nabc`, 200, "abc"],
  [
    "100 and 103 before",
    `HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nA: b\r\n\r\n${OK}\r\nx`,
    200,
    "x",
  ],
  ["a folded header, RFC 9112 5.2", `${OK}X-A: b\r\n c\r\nContent-Length: 1\r\n\r\nx`, 200, "x"],
  ["a header that nobody can pass on", `${OK}X y: b\r\nContent-Length: 1\r\n\r\nx`, 200, "x"],
  ["204 has no body", "HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\n", 204, ""],
  ["304 has no body", "HTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\n", 304, ""],
  ["chunks", `${CHUNKED}3\r\nabc\r\n0A\r\n0123456789\r\n0\r\n\r\n`, 200, "abc0123456789"],
  ["extensions and trailers", `${CHUNKED}1;a="b"\r\nx\r\n0\r\nX-T: 1\r\n\r\n`, 200, "x"],
  [
    "a length beside chunks, RFC 9112 6.3",
    `${OK}Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
    200,
    "x",
  ],
];

Deno.test("a reply is the same wherever it is cut on its way", async () => {
  for (const [name, reply, status, body] of REPLIES) {
    const cuts = [0, ...Array.from(reply, (_, at) => at).filter((at) => at % 7 === 3)];
    await withServer(async (connection, number) => {
      await readRequest(connection);
      const cut = cuts[number] ?? 0;
      await writeAll(connection, reply.slice(0, cut));
      if (cut > 0) await new Promise((resolve) => setTimeout(resolve, 2));
      await writeAll(connection, reply.slice(cut));
    }, async (session, url) => {
      for (const cut of cuts) {
        const headers = { connection: "close" };
        await using response = await session.get(url, { headers });
        assertEquals([response.status, await response.text()], [status, body], `${name}, ${cut}`);
      }
    });
  }
});

Deno.test("what is no reply of HTTP is an error that says so", async () => {
  const rows: [name: string, reply: string, message: RegExp][] = [
    ["nothing", "", /disconnected/],
    ["another protocol", "SSH-2.0-OpenSSH\r\n", /does not begin with HTTP\/1\.1/],
    ["HTTP/2", "HTTP/2 200\r\n\r\n", /does not begin with HTTP\/1\.1/],
    ["no header", `${OK}nonsense\r\n\r\n`, /no header/],
    ["two lengths", `${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`, /"1, 2" is no length/],
    ["a length below 0", `${OK}Content-Length: -1\r\n\r\n`, /"-1" is no length/],
    ["a head without an end", `${OK}X: ${"a".repeat(300_000)}`, /longer than 262144 bytes/],
    ["a head of many lines", OK + "X: a\r\n".repeat(60_000), /longer than 262144 bytes/],
    ["100 for ever", "HTTP/1.1 100 C\r\n\r\n".repeat(20_000), /longer than 262144 bytes/],
    ["cut in a length", `${OK}Content-Length: 9\r\n\r\nx`, /not completed/],
    ["cut in a chunk", `${CHUNKED}5\r\nab`, /not completed/],
    ["cut after a chunk", `${CHUNKED}2\r\nab`, /not completed/],
    ["cut before the last chunk", `${CHUNKED}2\r\nab\r\n`, /not completed/],
    ["cut in the trailers", `${CHUNKED}0\r\nX: y\r\n`, /not completed/],
    ["no size of a chunk", `${CHUNKED}zz\r\nab`, /size of a chunk is no number/],
    ["a chunk of 16 EiB", `${CHUNKED}ffffffffffffffff\r\nab`, /size of a chunk is no number/],
    ["a chunk longer than its size", `${CHUNKED}1\r\nab\r\n0\r\n\r\n`, /longer than its size/],
    ["a size without an end", CHUNKED + "1".repeat(20_000), /a line over 16384 bytes/],
  ];
  for (const [name, reply, message] of rows) {
    await withServer(async (connection) => {
      await readRequest(connection);
      await writeAll(connection, reply);
    }, async (session, url) => {
      const error = await assertRejects(async () => {
        await using response = await session.get(url);
        await response.text();
      }, Error);
      assertMatch(error.message, message, name);
    });
  }
});

Deno.test("a connection is used again where it can be, and only there", async () => {
  const one = `${OK}Content-Length: 1\r\n\r\nx`;
  const rows: [name: string, reply: string, connections: number][] = [
    ["a length", one, 1],
    ["chunks", `${CHUNKED}1\r\nx\r\n0\r\n\r\n`, 1],
    ["no body", "HTTP/1.1 204 No\r\n\r\n", 1],
    ["the server closes", one.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"), 2],
    ["HTTP/1.0", one.replace("1.1", "1.0"), 2],
    ["HTTP/1.0 that keeps", one.replace("1.1 200 OK", "1.0 200 OK\r\nConnection: keep-alive"), 1],
    ["more than the length", `${one}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`, 2],
  ];
  for (const [name, reply, connections] of rows) {
    const count = await withServer(async (connection) => {
      while (await readRequest(connection) !== null) {
        await writeAll(connection, reply);
        if (/close|1\.0 200 OK\r\nContent/.test(reply)) return;
      }
    }, async (session, url) => {
      for (let at = 0; at < 2; at++) {
        await using response = await session.get(url);
        assertEquals(await response.text(), reply.includes("204") ? "" : "x", name);
      }
    });
    assertEquals(count, connections, name);
  }
});

Deno.test("a kept connection that the server has closed is not the request's failure", async () => {
  const requests: string[] = [];
  const count = await withServer(async (connection) => {
    requests.push(await readRequest(connection) ?? "");
    await writeAll(connection, `${OK}Content-Length: 1\r\n\r\nx`);
    // It reads the next request and ends without an answer.
    if (await readRequest(connection) !== null) requests.push("lost");
  }, async (session, url) => {
    for (let at = 0; at < 2; at++) {
      await using response = await session.get(url);
      assertEquals(await response.text(), "x");
    }
  });
  assertEquals([count, requests.length, requests[1]], [2, 3, "lost"]);
});

Deno.test("an answer that comes before the upload has ended is the answer", async () => {
  await withServer(async (connection) => {
    await connection.read(new Uint8Array(1024));
    await writeAll(connection, "HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno");
    const buffer = new Uint8Array(65_536);
    while (await connection.read(buffer) !== null);
  }, async (session, url) => {
    let sent = 0;
    const pieces = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent++ < 200) controller.enqueue(new Uint8Array(65_536));
        else controller.close();
      },
    });
    await using response = await session.post(url, { data: pieces });
    assertEquals([response.status, await response.text()], [413, "no"]);
  });
});

Deno.test("a head takes no line more than its own", async () => {
  await withServer(async (connection) => {
    await readRequest(connection);
    await writeAll(connection, `${OK}Content-Length: 0\r\n\r\n`);
  }, async (session, url) => {
    const transport = plainTransport();
    for (const value of ["a\r\nX: b", "a\nb", "a\0", "€"]) {
      const error = await assertRejects(
        () => transport.send(hop(url, { method: "GET", headers: [["X-Own", value]] })),
        TypeError,
      );
      assertMatch(error.message, /Cannot send a header: U\+/);
    }
    transport.close();
    assertEquals((await session.get(url)).status, 200);
  });
});

Deno.test("giving up ends the connection, before the head and in the body", async () => {
  for (const head of ["", `${OK}Content-Length: 9\r\n\r\nabc`]) {
    const ended = Promise.withResolvers<boolean>();
    await withServer(async (connection) => {
      await readRequest(connection);
      await writeAll(connection, head);
      ended.resolve(await connection.read(new Uint8Array(1)).catch(() => null) === null);
    }, async (session, url) => {
      const giveUp = new AbortController();
      setTimeout(() => giveUp.abort(new Error("enough")), 50);
      const error = await assertRejects(async () => {
        await using response = await session.get(url, { signal: giveUp.signal });
        await response.text();
      }, Error);
      assertEquals(error.message, "enough");
      assert(await ended.promise);
    });
  }
});
