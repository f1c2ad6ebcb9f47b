/** Unread responses do not block connections. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { type ClientResponse, ClientSession, ServerTimeoutError } from "@roundtrip/http";
import { rawServer, reply } from "../_raw_server.ts";

const chunks = (sizes: readonly number[]): string =>
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" +
  [...sizes, 0].map((size) => `${size.toString(16)}\r\n${"x".repeat(size)}\r\n`).join("");

/** Answer of the server, and length of its body. */
const SMALL: readonly (readonly [string, string, number])[] = [
  ["Content-Length: 0", reply(""), 0],
  ["204", "HTTP/1.1 204 No Content\r\n\r\n", 0],
  ["a short body", reply("x".repeat(12)), 12],
  ["a body of 64 KiB", reply("x".repeat(65_536)), 65_536],
  ["a chunked body", chunks([5, 10_000, 1]), 10_006],
  ["an error", reply("x".repeat(100), "HTTP/1.1 404 Not Found"), 100],
];

for (const [name, answer, size] of SMALL) {
  Deno.test(`unread: 12 responses at a limit of 4 are read afterwards: ${name}`, async () => {
    await using server = rawServer(() => answer);
    await using session = new ClientSession({
      connector: { limit: 4 },
      timeout: { total: 20_000, sockRead: 10_000 },
    });
    const responses = await Promise.all(
      Array.from({ length: 12 }, () => session.get(server.url)),
    );
    assert(server.accepted <= 12);
    for (const each of responses) {
      assertEquals((await each.read()).length, size);
      await each[Symbol.asyncDispose]();
    }
  });

  Deno.test(`unread: a loop that only checks the status does not block: ${name}`, async () => {
    await using server = rawServer(() => answer);
    await using session = new ClientSession({
      connector: { limit: 1 },
      timeout: { total: 20_000 },
    });
    const start = performance.now();
    const kept: ClientResponse[] = [];
    for (let n = 0; n < 200; n++) kept.push(await session.get(server.url));
    assertEquals(kept.length, 200);
    assert(performance.now() - start < 10_000);
    assert(server.accepted <= 2, `${server.accepted} connections`);
  });
}

for (const transport of ["sockets", "fetch"] as const) {
  Deno.test(`unread: 150 concurrent, read afterwards, and 1,000 never read: ${transport}`, async () => {
    await using server = rawServer(() => reply("x".repeat(1000)));
    await using session = new ClientSession({
      connector: { transport },
      timeout: { total: 60_000 },
    });
    const responses = await Promise.all(Array.from({ length: 150 }, () => session.get(server.url)));
    for (const each of responses) assertEquals((await each.read()).length, 1000);
    const began = performance.now();
    for (let n = 0; n < 1000; n++) assert((await session.get(server.url)).ok);
    assert(performance.now() - began < 20_000); // 380 took 40 s
  });
}

Deno.test("unread: buffered chunks are read first, then the rest", async () => {
  const size = 300_000;
  await using server = rawServer(() => chunks([10, size]));
  await using session = new ClientSession({ timeout: { total: 20_000 } });
  for (const pause of [0, 20]) {
    await using response = await session.get(server.url);
    await new Promise((resolve) => setTimeout(resolve, pause));
    let given = 0;
    for await (const piece of response.content.iterAny()) given += piece.length;
    assertEquals(given, size + 10);
  }
});

Deno.test("unread: a stream that was read ahead arrives chunk by chunk", async () => {
  let more = (_text: string): void => {};
  async function* answer(): AsyncGenerator<string> {
    yield "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n";
    yield await new Promise<string>((resolve) => more = resolve);
    yield "0\r\n\r\n";
  }
  await using server = rawServer(answer);
  await using session = new ClientSession({ timeout: { total: 20_000 } });
  await using response = await session.get(server.url);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(new TextDecoder().decode(await response.content.readAny()), "one");
  const second = response.content.readAny();
  more("3\r\ntwo\r\n");
  assertEquals(new TextDecoder().decode(await second), "two");
  assertEquals((await response.content.readAny()).length, 0);
});

Deno.test("unread: an incomplete body is an error only for its reader", async () => {
  await using server = rawServer(() => ({
    last: "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc",
  }));
  await using session = new ClientSession({ connector: { limit: 1 }, timeout: { total: 20_000 } });
  const responses = await Promise.all([session.get(server.url), session.get(server.url)]);
  for (const each of responses) await assertRejects(() => each.text(), Error, "not completed");
});

Deno.test("unread: a released response stays released", async () => {
  await using server = rawServer(() => reply("hello"));
  await using session = new ClientSession({ timeout: { total: 20_000 } });
  const response = await session.get(server.url);
  await new Promise((resolve) => setTimeout(resolve, 20));
  response.release();
  await assertRejects(() => response.text(), Error, "released");
});

for (
  const [limits, words] of [
    [{ limit: 1 }, ["connector.limit ", "one of the 1 connections", "2 requests"]],
    [{ limitPerHost: 1 }, ["connector.limitPerHost", "one of the 1 connections", "2 requests"]],
  ] as const
) {
  Deno.test(`a timeout while waiting for a connection says so: ${Object.keys(limits)}`, async () => {
    await using server = rawServer(() => reply("x".repeat(70_000)));
    await using session = new ClientSession({ connector: limits, timeout: { total: 20_000 } });
    await using held = await session.get(server.url); // too large to be read ahead
    const timeout = { total: 50 };
    const waiting = [0, 1].map(() => session.get(server.url, { timeout }).catch((error) => error));
    const error = await waiting[0];
    assert(error instanceof ServerTimeoutError);
    for (const word of words) assert(error.message.includes(word), error.message);
    await waiting[1];
    assertEquals((await held.read()).length, 70_000);
  });
}
