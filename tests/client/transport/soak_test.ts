/**
 * Requests of all kinds against a server that answers each with its id and cuts responses at
 * random. `deno task soak` sends half a million of them.
 * @module
 */
import { assert, assertEquals, AssertionError } from "@std/assert";
import {
  type ClientResponse,
  ClientSession,
  type RequestOptions,
  socketTransport,
} from "@roundtrip/http";
import { rawServer } from "../_raw_server.ts";
import { acceptOn, type Connections, writeAll } from "../../_connections.ts";
import { random } from "../../_random.ts";
import { poisonBuffers } from "../../../client/transport/read_buffers.ts";

const COUNT = Number(Deno.env.get("SOAK") ?? 4_000);
const MOST_GROWTH = 64 * 1024 * 1024; // limit of the growth of the process in bytes

poisonBuffers(true);

/** Answer to a request for an id; text is sent on a kept connection, unless `last`. */
type Answer = (id: string) => { readonly text: string; readonly last?: boolean };

function serve(answer: Answer): Connections & { readonly url: string } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const decoder = new TextDecoder();
  const connections = acceptOn(listener, async (connection) => {
    const buffer = new Uint8Array(4096);
    for (let text = "";;) {
      const end = text.indexOf("\r\n\r\n") + 4;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (end < 4 || text.length < end + length) {
        const count = await connection.read(buffer);
        if (count === null) break;
        text += decoder.decode(buffer.subarray(0, count));
        continue;
      }
      const { text: sent, last = false } = answer(/ \/(\S+) /.exec(text)?.[1] ?? "");
      text = text.slice(end + length);
      await writeAll(connection, sent);
      if (last) break;
    }
  });
  return Object.assign(connections, { url: `http://127.0.0.1:${connections.port}` });
}

const head = (length: number): string => `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n`;
const reply = (body: string): string => head(body.length) + body;
const chunks = (body: string): string =>
  `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n` +
  (body.match(/[^]{1,5000}/g) ?? []).map((each) => `${each.length.toString(16)}\r\n${each}\r\n`)
    .join("") +
  "0\r\n\r\n";
/** Longer than a buffer, and different at each position. */
const long = (id: string): string => `${id}!`.repeat(Math.ceil(50_000 / (id.length + 1)));

Deno.test(`a soak of ${COUNT} requests: each gets its own response, and memory does not grow in many`, async () => {
  const below = random(7);
  const answers: readonly Answer[] = [
    (id) => ({ text: reply(id) }),
    (id) => ({ text: reply(id) }),
    (id) => ({ text: chunks(id) }),
    (id) => ({ text: reply(long(id)) }),
    (id) => ({ text: chunks(long(id)) }),
    (id) => ({ text: `HTTP/1.1 200 OK\r\n\r\n${id}`, last: true }),
    (id) => ({ text: `HTTP/1.1 103 Early Hints\r\n\r\n${reply(id)}` }),
    (id) => ({ text: `${reply(id)}${reply("-1")}` }), // and an unsolicited one
    (id) => ({ text: reply(id).slice(0, below(reply(id).length)), last: true }),
    (id) => ({ text: chunks(long(id)).slice(0, below(60_000)), last: true }),
  ];
  await using server = serve((id) => answers[below(answers.length)]?.(id) ?? { text: "" });
  await using session = new ClientSession({ connector: { limit: 32 } });
  const fits = (text: string, id: string): boolean => text === id || text === long(id);
  let whole = 0;
  let next = 0;
  let early = 0;
  const ways: readonly ((id: string) => Promise<void>)[] = [
    async (id) => {
      await using response = await session.get(`${server.url}/${id}`);
      assert(fits(await response.text(), id), id);
    },
    async (id) => {
      await using response = await session.post(`${server.url}/${id}`, { json: [id, id] });
      assert(fits(new TextDecoder().decode(await response.read()), id), id);
    },
    async (id) => { // cancels a body
      await using response = await session.get(`${server.url}/${id}`);
      const piece = new TextDecoder().decode(await response.content.readAny());
      assert(id.startsWith(piece) || long(id).startsWith(piece), id);
    },
    async (id) => { // in chunks
      await using response = await session.get(`${server.url}/${id}`);
      let text = "";
      for await (const piece of response.content.iterChunked(4096)) {
        text += new TextDecoder().decode(piece);
      }
      assert(fits(text, id), id);
    },
    async (id) => { // is aborted at any time
      const options: RequestOptions = { signal: AbortSignal.timeout(below(3)) };
      await using response = await session.get(`${server.url}/${id}`, options);
      assert(fits(await response.text(), id), id);
    },
    async (id) => { // is read later, after others have used the connection
      const response = await session.get(`${server.url}/${id}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      assert(fits(await response.text(), id), id);
    },
  ];
  await Promise.all(Array.from({ length: 48 }, async () => {
    while (next < COUNT) {
      const id = `${next++}`;
      if (next === Math.ceil(COUNT / 4)) early = Deno.memoryUsage().rss;
      try {
        await ways[below(ways.length)]?.(id);
        whole++;
      } catch (error) {
        if (error instanceof AssertionError) throw error;
      }
    }
  }));
  assert(whole > COUNT / 2, `${whole}`);
  const growth = Deno.memoryUsage().rss - early;
  // Fewer requests make less garbage than the collector waits for in a process of many tests.
  if (COUNT >= 100_000) assert(growth < MOST_GROWTH, `${growth}`);
});

Deno.test("a response cut at any byte is itself or an error, and the next one is correct", async () => {
  for (const form of [reply, chunks, (id: string) => `HTTP/1.1 100 Continue\r\n\r\n${reply(id)}`]) {
    const size = form("000").length;
    let at = 0;
    await using server = serve((id) => {
      const text = form(id);
      return id.startsWith("9") ? { text } : { text: text.slice(0, at++ % size), last: true };
    });
    await using session = new ClientSession({ connector: { limit: 4 } });
    await Promise.all(Array.from({ length: 2 * size }, async (_, n) => {
      const cut = `${100 + n}`;
      const failed = await session.post(`${server.url}/${cut}`).then((each) => each.text())
        .then(() => false, () => true);
      assert(failed, cut);
      const id = `9${cut}`;
      await using response = await session.get(`${server.url}/${id}`);
      assertEquals(await response.text(), id);
    }));
  }
});

Deno.test("5,000 requests at a limit of 100 open at most 100 connections", async () => {
  await using server = serve((id) => ({ text: reply(id) }));
  await using session = new ClientSession({ connector: { limit: 100 } });
  await Promise.all(Array.from({ length: 5_000 }, async (_, n) => {
    await using response = await session.get(`${server.url}/${n}`);
    assertEquals(await response.text(), `${n}`);
  }));
  assert(server.accepted <= 100 && server.mostOpen <= 100, `${server.accepted}`);
});

Deno.test("a connection that is established during an abort is closed", async () => {
  await using server = serve((id) => ({ text: reply(id) }));
  await using session = new ClientSession({ connector: { limit: 40 } });
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 40 }, async (_, n) => {
      const signal = AbortSignal.timeout(n % 3);
      await session.get(`${server.url}/1`, { signal }).then((each) => each.text()).catch(() => {});
    }));
  }
  await session.close();
  for (let left = 100; server.open > 0 && left > 0; left--) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assertEquals(server.open, 0);
});

Deno.test("a chunked body is the same by every way of reading, whatever the chunks and reads", async () => {
  let seed = 17;
  const random = (most: number): number => (seed = seed * 48271 % 2147483647) % most;
  let body = "";
  async function* chunked(): AsyncGenerator<string> {
    yield "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let wire = "";
    body = "";
    for (let count = 0; count < 400; count++) {
      const size = 1 + random([3, 900, 9_000][random(3)] ?? 1);
      const data = String.fromCharCode(97 + count % 26).repeat(size);
      body += data;
      wire += `${size.toString(16)}\r\n${data}\r\n`;
    }
    wire += "0\r\n\r\n";
    for (let at = 0, size; at < wire.length; at += size) {
      size = 1 + random(70_000);
      yield wire.slice(at, at + size);
    }
  }
  const latin1 = new TextDecoder("latin1");
  async function intoOne({ content }: ClientResponse, size: number): Promise<string> {
    let text = "";
    let buffer = new Uint8Array(size);
    for (;;) {
      const piece = await content.readInto(buffer);
      if (piece.length === 0) return text;
      text += latin1.decode(piece);
      buffer = new Uint8Array(piece.buffer);
    }
  }
  async function byStream(response: ClientResponse): Promise<string> {
    return await response.toResponse().text();
  }
  await using server = rawServer(chunked);
  await using session = new ClientSession({ connector: { limit: 1 } });
  for (let round = 0; round < 5; round++) {
    const ways: readonly ((response: ClientResponse) => Promise<string>)[] = [
      (response) => response.text(),
      (response) => intoOne(response, 100),
      (response) => intoOne(response, 8_192),
      (response) => intoOne(response, 262_144),
      byStream,
    ];
    for (const read of ways) {
      await using response = await session.get(server.url);
      assert(await read(response) === body);
    }
  }
  assertEquals(server.accepted, 1);

  const transport = socketTransport(); // a byte stream hands out buffers of its own
  const { signal } = new AbortController();
  const hop = { method: "GET", url: `${server.url}/`, headers: [], body: null, once: false };
  const more = { proxy: null, rawBody: false, signal, observer: null };
  for (let round = 0; round < 5; round++) {
    const { body: stream } = await transport.send({ ...hop, ...more });
    const reader = stream?.getReader({ mode: "byob" });
    let text = "";
    for (let buffer = new Uint8Array(20_000);;) {
      const result = await reader?.read(buffer);
      if (result?.value === undefined || result.done) break;
      text += latin1.decode(result.value);
      buffer = new Uint8Array(result.value.buffer);
    }
    assert(text === body);
  }
  transport.close();
});
