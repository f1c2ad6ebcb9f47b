import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import { ClientError, ClientSession, ServerTimeoutError } from "@roundtrip/http";
import { descriptors, settled } from "../_descriptors.ts";
import { until } from "../_until.ts";
import { rawServer } from "./_raw_server.ts";
import { overEach, type Peer } from "./_transports.ts";

/** Outcome of a request: the error, or the body. */
async function outcome(session: ClientSession, url: string): Promise<unknown> {
  try {
    await using response = await session.post(url, { data: "x" });
    return `${response.status} ${await response.text()}`;
  } catch (error) {
    return error;
  }
}

/** Waits until all connections of the peer have closed. */
async function drained(server: Peer): Promise<void> {
  await until(() => server.open === 0, () => `${server.open} connections are still open`);
}

const LIMIT = 150;
const COMPLETE = "HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-length: 5\r\n\r\nhello";
const CHUNKED =
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";

for (const [name, text] of [["with a length", COMPLETE], ["in chunks", CHUNKED]] as const) {
  overEach(
    `a reply ${name} that is cut at any byte is a typed error, never a short success`,
    async (open) => {
      let cut = 0;
      const before = descriptors();
      await using network = open(() => ({ last: text.slice(0, cut) }));
      const server = network.peer;
      await using session = new ClientSession({ ...network.options, timeout: { total: 5_000 } });
      for (cut = 0; cut < text.length; cut++) {
        const result = await outcome(session, server.url);
        // A chunked body may be complete before its last line break.
        if (result === "200 hello" && text === CHUNKED && cut >= text.length - 2) continue;
        assertInstanceOf(result, ClientError, `cut at ${cut}: ${result}`);
        assert(result.message.length < 500, result.message);
      }
      assertEquals(await outcome(session, server.url), "200 hello");
      await session.close();
      await drained(server);
      await settled(before + 1); // what listens
    },
  );

  overEach(
    `a reply ${name} that stalls at any byte ends with the limit that was set`,
    async (open) => {
      // In parallel, so that the whole table takes the time of one timeout.
      const cuts = Array.from({ length: text.length }, (_, index) => index);
      const before = descriptors();
      await using network = open(({ head }) =>
        text.slice(0, Number(/^POST \/(\d+)/.exec(head)?.[1]))
      );
      const server = network.peer;
      await using session = new ClientSession({
        timeout: { total: 20 * LIMIT, sockRead: LIMIT },
        ...(network.options.app === undefined ? { connector: { limit: 0 } } : network.options),
      });
      const start = performance.now();
      await Promise.all(cuts.map(async (cut) => {
        const result = await outcome(session, `${server.url}/${cut}`);
        if (result === "200 hello" && text === CHUNKED && cut >= text.length - 2) return;
        assertInstanceOf(result, ServerTimeoutError, `stalled at ${cut}: ${result}`);
        assertEquals(result.phase, "sockRead", `stalled at ${cut}`);
      }));
      assert(performance.now() - start < 10 * LIMIT, "it took longer than the limits allow");
      await session.close();
      await drained(server);
      await settled(before + 1);
    },
  );
}

const ERRORS: readonly (readonly [string, string])[] = [
  ["a NUL in a header", "HTTP/1.1 200 OK\r\na: b\0c\r\ncontent-length: 0\r\n\r\n"],
  ["a control byte in a header's name", "HTTP/1.1 200 OK\r\na\x01: b\r\ncontent-length: 0\r\n\r\n"],
  [
    "two lengths that differ",
    "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
  ],
  ["a list of lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1, 2\r\n\r\nab"],
  ["a negative length", "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n"],
  ["a length with a sign", "HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\nab"],
  ["a huge length", `HTTP/1.1 200 OK\r\ncontent-length: ${"9".repeat(30)}\r\n\r\n`],
  [
    "a chunk size that is not a number",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
  ],
  [
    "a chunk size of 17 digits",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1ffffffffffffffff\r\n",
  ],
  [
    "a chunk longer than its size",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
  ],
  ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n"],
  ["a status that is not a number", "HTTP/1.1 2x0 OK\r\n\r\n"],
  ["1,000 headers", `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(1000)}\r\n`],
  ["a header without end", `HTTP/1.1 200 OK\r\na: ${"b".repeat(2 ** 20)}`],
];
const NO_WIRE = { "in process": "an application gives a Response, no bytes to be malformed" };
for (const [name, text] of ERRORS) {
  overEach(`a reply with ${name} is a typed error with a short message`, async (open) => {
    await using network = open(() => ({ last: text }));
    const server = network.peer;
    await using session = new ClientSession({ ...network.options, timeout: { total: 3_000 } });
    const result = await outcome(session, server.url);
    assertInstanceOf(result, ClientError, `${result}`);
    assert(result.message.length < 500, result.message);
    await drained(server);
  }, NO_WIRE);
}

// Faults of an application that a connection cannot have.
const WRONG: readonly (readonly [string, () => unknown, string])[] = [
  ["throws", () => {
    throw new Error("boom");
  }, "the application threw: boom"],
  ["rejects", () => Promise.reject(new Error("boom")), "the application threw: boom"],
  ["gives nothing", () => undefined, "the application threw: expected a Response, got undefined"],
  ["returns another value", () => ({ status: 200 }), "expected a Response, got [object Object]"],
  ["returns a used body", () => used(), "whose body is used or locked"],
  ["returns an error", () => Response.error(), "it gave Response.error()"],
  [
    "fails in the body",
    () => new Response(ReadableStream.from(breaking())),
    "not completed: boom",
  ],
  ["announces more than it sends", () => sized(3), "it ends 1 short of its content-length 3"],
  ["announces less than it sends", () => sized(1), "it is longer than its content-length 1"],
  [
    "puts text in the body's stream",
    () => new Response(ReadableStream.from(["text"]) as unknown as ReadableStream<Uint8Array>),
    "a body gives Uint8Array, not string",
  ],
];
function sized(length: number): Response {
  return new Response("ab", { headers: { "content-length": `${length}` } });
}
async function used(): Promise<Response> {
  const response = new Response("x");
  await response.text();
  return response;
}
async function* breaking(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield new Uint8Array(1);
  throw new Error("boom");
}
for (const [name, fetch, message] of WRONG) {
  Deno.test(`an application that ${name} is a typed error that says so`, async () => {
    await using session = new ClientSession({ app: { fetch: fetch as () => Response } });
    const result = await outcome(session, "http://127.0.0.1/");
    assertInstanceOf(result, ClientError, `${result}`);
    assertStringIncludes(result.message, message);
  });
}

Deno.test("fetch ignores a length with chunks, and does not reuse the connection", async () => {
  const text = CHUNKED.replace("transfer", "content-length: 3\r\ntransfer");
  await using server = rawServer(({ index }) => index === 1 ? text : COMPLETE);
  await using session = new ClientSession({ connector: { transport: "fetch" } });
  assertEquals(await outcome(session, server.url), "200 hello");
  assertEquals(await outcome(session, server.url), "200 hello");
});

Deno.test("bytes after a response never answer the next request", async () => {
  await using server = rawServer(() => COMPLETE + COMPLETE.replace("hello", "EVIL!"));
  await using session = new ClientSession();
  for (let n = 0; n < 20; n++) {
    const result = await outcome(session, server.url);
    // The connection may break after a request was sent, but nothing else may happen.
    assert(result === "200 hello" || result instanceof ClientError, `${result}`);
  }
});

Deno.test("1,000 interim responses do not end the program", async () => {
  await using server = rawServer(() => "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1000) + COMPLETE);
  await using session = new ClientSession({ timeout: { total: 3_000 } });
  const result = await outcome(session, server.url);
  assert(result === "200 hello" || result instanceof ClientError, `${result}`);
});

overEach(
  "released bodies that were never read free their connections",
  async (open) => {
    await using network = open(() => "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nstart");
    const server = network.peer;
    const { app } = network.options;
    await using session = new ClientSession(
      app === undefined ? { connector: { limit: 5 } } : { app },
    );
    for (let n = 0; n < 50; n++) (await session.get(server.url)).release();
    await drained(server);
  },
);

Deno.test("a response of 1,000,000 chunks of a byte takes no memory and does not block", async () => {
  const text = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" +
    `${"1\r\nx\r\n".repeat(1_000_000)}0\r\n\r\n`;
  await using server = rawServer(() => ({ last: text }));
  await using session = new ClientSession();
  for (const read of ["text", "read"] as const) {
    const before = Deno.memoryUsage().rss;
    let [longest, last] = [0, performance.now()];
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const response = await session.get(server.url);
    assertEquals((await response[read]()).length, 1_000_000);
    clearInterval(timer);
    assertLess(longest, 1000, "ms without a turn of the event loop"); // 40 on an idle machine
    assertLess((Deno.memoryUsage().rss - before) / 1024 ** 2, 128); // including the server's
  }
});
