import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ClientProtocolError,
  ClientSession,
  ServerDisconnectedError,
  ServerTimeoutError,
  WebSocketLimitError,
  WSMsgType,
  WSServerHandshakeError,
} from "@roundtrip/http";
import { CLOSE, closePayload, frame, PING, TEXT } from "../../_frames.ts";
import { until } from "../../_until.ts";
import { type RawPeer, rawPeer } from "./_raw_peer.ts";

const MEBIBYTE = 1024 ** 2;

Deno.test("a handshake response that is cut at any byte is a typed error without a leaked descriptor", async () => {
  let length = 1;
  let cut = 0;
  await using server = rawPeer(async (peer) => {
    const reply = peer.accept("X-More: text\r\n");
    length = reply.length;
    await peer.write(reply.slice(0, cut));
  });
  await using session = new ClientSession();
  for (cut = 0; cut < length; cut++) {
    const error = await session.wsConnect(server.url).catch((error) => error);
    if (cut === 0) assertInstanceOf(error, ServerDisconnectedError);
    else assertInstanceOf(error, ClientProtocolError);
  }
  assert(length > 100, `${length} bytes`);
  await until(() => server.open === 0);
});

Deno.test("a handshake response that stalls at any byte ends at timeout.total", async () => {
  const length = 129;
  let next = 0;
  await using server = rawPeer(async (peer) => {
    const reply = peer.accept();
    assertEquals(reply.length, length);
    await peer.write(reply.slice(0, next++ % length));
    await peer.read();
  });
  await using session = new ClientSession({ timeout: { total: 300 }, connector: { limit: 0 } });
  const all = Array.from({ length }, () => session.wsConnect(server.url).catch((error) => error));
  for (const error of await Promise.all(all)) assertInstanceOf(error, ServerTimeoutError);
  await until(() => server.open === 0);
});

const REFUSED: [name: string, reply: (peer: RawPeer) => string, reason: string][] = [
  [
    "an extension that was not offered",
    (peer) => peer.accept("Sec-WebSocket-Extensions: permessage-deflate\r\n"),
    "Cannot use the server's Sec-WebSocket-Extensions",
  ],
  [
    "a subprotocol that was not offered",
    (peer) => peer.accept("Sec-WebSocket-Protocol: other\r\n"),
    "Invalid subprotocol",
  ],
  [
    "two answers to the key",
    (peer) => peer.accept("Sec-WebSocket-Accept: AAAA\r\n"),
    "Invalid challenge response",
  ],
  [
    "no Connection: Upgrade",
    (peer) => peer.accept().replace("Connection: Upgrade\r\n", ""),
    "Invalid connection header",
  ],
];
for (const [name, reply, reason] of REFUSED) {
  Deno.test(`a handshake with ${name} is refused, and its connection closed`, async () => {
    await using server = rawPeer(async (peer) => {
      await peer.write(reply(peer));
      await peer.read();
    });
    await using session = new ClientSession();
    const error = await assertRejects(
      () => session.wsConnect(server.url, { protocols: ["mine"] }),
      WSServerHandshakeError,
    );
    assertEquals([error.status, error.body], [101, null]);
    assert(error.reason.startsWith(reason), error.reason);
    await until(() => server.open === 0);
  });
}

Deno.test("frames in the same chunk as the handshake response are received", async () => {
  await using server = rawPeer(async (peer) => {
    const frames = ["a", "b"].map((payload) => frame({ payload, mask: false }));
    await peer.write(Buffer.concat([Buffer.from(peer.accept()), ...frames]));
    await peer.read();
  });
  await using session = new ClientSession();
  await using ws = await session.wsConnect(server.url, { timeout: { close: 50 } });
  assertEquals([await ws.receiveStr(), await ws.receiveStr()], ["a", "b"]);
});

/** Endless or oversized data of a server. */
const ENDLESS: [name: string, compress: boolean, send: (peer: RawPeer) => Promise<void>][] = [
  ["a frame of 2 GiB", false, async (peer) => {
    await peer.write(frame({ announce: 2 ** 31 - 1, mask: false }));
    for (const piece = new Uint8Array(MEBIBYTE);;) await peer.write(piece);
  }],
  ["fragments without an end", false, async (peer) => {
    await peer.write(frame({ opcode: TEXT, fin: false, mask: false }));
    const piece = frame({ opcode: 0, fin: false, payload: new Uint8Array(65536), mask: false });
    for (;;) await peer.write(piece);
  }],
  ["64 MiB in 64 KiB of deflate", true, async (peer) => {
    const payload = deflateRawSync(new Uint8Array(64 * MEBIBYTE));
    await peer.write(frame({ rsv: 4, payload, mask: false }));
    while (await peer.read() !== null);
  }],
];
for (const [name, compress, send] of ENDLESS) {
  Deno.test(`a server that sends ${name} is closed with 1009, in bounded memory`, async () => {
    const closed = Promise.withResolvers<number>();
    await using server = rawPeer(async (peer) => {
      await peer.write(
        peer.accept(compress ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : ""),
      );
      const sending = send(peer).catch(() => {});
      const { opcode, payload } = await peer.read() ?? { opcode: 0, payload: [] };
      closed.resolve(opcode === CLOSE ? ((payload[0] ?? 0) << 8) | (payload[1] ?? 0) : 0);
      await sending;
    });
    await using session = new ClientSession();
    const before = Deno.memoryUsage().rss;
    await using ws = await session.wsConnect(server.url, { compress });
    const { type, data } = await ws.receive();
    assertEquals([type, ws.closeCode], [WSMsgType.ERROR, 1009]);
    assertInstanceOf(data, WebSocketLimitError);
    if (!compress) assertEquals(await closed.promise, 1009);
    const grown = (Deno.memoryUsage().rss - before) / MEBIBYTE;
    assert(grown < 100, `${grown} MiB more, both ends together`);
    await until(() => server.open === 0);
  });
}

Deno.test("pongs to a server that pings endlessly and reads nothing do not pile up", async () => {
  let sent = 0;
  await using server = rawPeer(async (peer) => {
    await peer.write(peer.accept());
    const pings = frame({ opcode: PING, payload: "x".repeat(125), mask: false });
    const many = Buffer.concat(Array.from({ length: 1000 }, () => pings));
    for (;; sent += many.length) await peer.write(many);
  });
  await using session = new ClientSession();
  await using ws = await session.wsConnect(server.url, { timeout: { close: 100 } });
  let seen = -1;
  while (sent !== seen) { // until the server has to wait
    seen = sent;
    await new Promise((resolve) => setTimeout(resolve, 30));
    if (ws.closed) break;
  }
  assert(ws.bufferedAmount < MEBIBYTE, `${ws.bufferedAmount} bytes of pongs`);
});

Deno.test("bytes after a close frame are ignored", async () => {
  await using server = rawPeer(async (peer) => {
    await peer.write(peer.accept());
    await peer.write(frame({ opcode: CLOSE, payload: closePayload(1000), mask: false }));
    for (const piece = frame({ payload: "x".repeat(60_000), mask: false });;) {
      await peer.write(piece);
    }
  });
  await using session = new ClientSession();
  await using ws = await session.wsConnect(server.url);
  assertEquals((await ws.receive()).type, WSMsgType.CLOSE);
  assertEquals([(await ws.receive()).type, ws.closeCode], [WSMsgType.CLOSED, 1000]);
  await until(() => server.open === 0);
});
