import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { WebSocketChannel } from "../../../http/websocket/channel.ts";
import {
  acceptDeflate,
  MessageDeflate,
  offerDeflate,
  readDeflateAnswer,
} from "../../../http/websocket/deflate.ts";
import { FrameSocket, type FrameSocketOptions } from "../../../http/websocket/frame_socket.ts";
import { FrameReader } from "../../../http/websocket/frame_reader.ts";
import { decodeText } from "../../../http/websocket/frames.ts";
import { WSMsgType } from "../../../http/websocket/message.ts";
import { BINARY, CLOSE, closePayload, frame, type FrameInit, PING, TEXT } from "../../_frames.ts";
import { CASES } from "./_autobahn.ts";
import { pipe } from "./_pipe.ts";

const LIMITS = {
  maxMsgSize: 4 << 20,
  maxQueue: 1024,
  maxBuffered: 16 << 20,
  receiveTimeout: 0,
  closeTimeout: 10_000,
  closedReceives: 0,
};

type Role = FrameSocketOptions["role"];

/** Our endpoint, which echoes messages. */
function echo(
  stream: ReturnType<typeof pipe>[0],
  role: Role,
  options: Partial<FrameSocketOptions> = {},
): FrameSocket {
  const channel = new WebSocketChannel({ ...LIMITS, ...options });
  const socket = new FrameSocket(stream, channel, {
    role,
    maxMsgSize: LIMITS.maxMsgSize,
    heartbeat: 0,
    autoping: true,
    closeTimeout: 10_000,
    deflate: null,
    ...options,
  });
  socket.start(new Uint8Array(0));
  channel.attach(socket);
  (async () => {
    for (;;) {
      const message = await channel.receive();
      if (message.type === WSMsgType.TEXT || message.type === WSMsgType.BINARY) {
        channel.send(message.data).catch(() => {});
      } else if (message.type !== WSMsgType.PING) break;
    }
  })();
  return socket;
}

/** Resolves when the connection of a socket is closed. */
function endOf(socket: FrameSocket): Promise<void> {
  return new Promise((resolve) => socket.onEnd = resolve);
}

interface Reply {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** Sends frames and collects what comes back until the connection ends. */
async function exchange(
  role: Role,
  most: number,
  send: readonly FrameInit[],
  options: Partial<FrameSocketOptions> = {},
): Promise<Reply[]> {
  const [ours, theirs] = pipe(most);
  const end = endOf(echo(ours, role, options));
  const replies: Reply[] = [];
  const compressed = options.deflate !== undefined && options.deflate !== null;
  const reader = new FrameReader({ masked: role === "client", compressed, maxMsgSize: 0 }, {
    onText: (text) => void replies.push({ opcode: TEXT, payload: new TextEncoder().encode(text) }),
    onData: (opcode, payload) => void replies.push({ opcode, payload }),
    onControl: (opcode, payload) => void replies.push({ opcode, payload }),
  });
  const masks = role === "server";
  for (const each of send) await theirs.write(frame({ mask: masks, ...each }));
  const buffer = new Uint8Array(65536);
  for (let size; (size = await theirs.read(buffer)) !== null;) {
    reader.push(buffer.subarray(0, size));
  }
  theirs.close();
  await end;
  return replies;
}

for (const role of ["server", "client"] as const) {
  Deno.test(`Autobahn's cases, our ${role}`, async () => {
    assert(CASES.length > 280, `${CASES.length} cases`);
    for (const { name, send, replies, close } of CASES) {
      const size = send.reduce((sum, { payload = "" }) => sum + payload.length, 0);
      for (const most of size < 2000 ? [Infinity, 1, 3] : [Infinity]) {
        const got = await exchange(role, most, send);
        const last = got.pop();
        const where = `${name}, ${most} bytes a read`;
        assertEquals(last?.opcode, CLOSE, `${where}: no close frame`);
        const code = last?.payload.length === 0
          ? null
          : ((last?.payload[0] ?? 0) << 8) | (last?.payload[1] ?? 0);
        assertEquals(code, close, where);
        const wanted = replies.map(([opcode, payload]) => ({
          opcode,
          payload: typeof payload === "string" ? new TextEncoder().encode(payload) : payload,
        }));
        assertEquals(got.length, wanted.length, where);
        for (const [at, each] of wanted.entries()) {
          assertEquals(got[at]?.opcode, each.opcode, where);
          assert(Buffer.compare(got[at]?.payload ?? new Uint8Array(0), each.payload) === 0, where);
        }
      }
    }
  });
}

Deno.test("frames that violate rules of masks and lengths end with 1002, too long ones with 1009", async () => {
  const lengths = [
    [0x81, 0x80 | 126, 0, 125, 1, 2, 3, 4],
    [0x81, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4],
    [0x82, 0x80 | 127, 0x80, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4],
  ];
  const longest = [0x82, 0x80 | 127, 0x7f, ...Array(7).fill(0xff), 1, 2, 3, 4];
  for (const raw of [...lengths, [0x81, 1, 0x61], longest]) {
    const [ours, theirs] = pipe();
    const end = endOf(echo(ours, "server"));
    await theirs.write(Uint8Array.from(raw));
    const buffer = new Uint8Array(200);
    const size = await theirs.read(buffer) ?? 0;
    const code = raw === longest ? 0xf1 : 0xea; // 1009
    assertEquals([...buffer.subarray(0, 4)], [0x88, size - 2, 0x03, code], `${raw}`);
    theirs.close();
    await end;
  }
});

Deno.test("a message that is too big ends with 1009 before its bytes have come", async () => {
  const options = { maxMsgSize: 1000 };
  const rows: [string, FrameInit[]][] = [
    ["announced", [{ opcode: BINARY, payload: "x", announce: 1e9 }]],
    [
      "in fragments",
      Array.from({ length: 11 }, (_, at) => ({
        opcode: at === 0 ? BINARY : 0,
        fin: false,
        payload: "x".repeat(100),
      })),
    ],
  ];
  for (const [name, send] of rows) {
    const [reply] = await exchange("server", Infinity, send, options);
    assertEquals([reply?.opcode, reply?.payload[0], reply?.payload[1]], [CLOSE, 0x03, 0xf1], name);
  }
});

Deno.test("fragments without an end take no more memory than their bytes", () => {
  let messages = 0;
  const reader = new FrameReader({ masked: false, compressed: false, maxMsgSize: 4 << 20 }, {
    onText() {},
    onData: () => void messages++,
    onControl() {},
  });
  reader.push(Uint8Array.of(TEXT, 1, 0x61));
  const empty = Uint8Array.from({ length: 2 * 1000 }, () => 0);
  const before = Deno.memoryUsage().rss;
  for (let at = 0; at < 1000; at++) reader.push(empty);
  assert(Deno.memoryUsage().rss - before < 32 << 20);
  reader.push(Uint8Array.of(0x80, 1, 0x62));
  assertEquals(messages, 1);
});

Deno.test("compressed messages are echoed, in every agreement", async () => {
  const offers = [
    "permessage-deflate",
    "permessage-deflate; client_max_window_bits",
    "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    "permessage-deflate; server_max_window_bits=9; client_max_window_bits=9",
    'permessage-deflate; server_max_window_bits="12"',
    "permessage-deflate; server_max_window_bits=8, permessage-deflate",
  ];
  const texts = ["short", "hello, world ".repeat(20), "hello, world ".repeat(20), "x".repeat(1e5)];
  for (const offer of offers) {
    const accepted = acceptDeflate(offer, 15);
    assert(accepted !== null, offer);
    const { client, server } = accepted.agreement;
    const theirs = new MessageDeflate(client, server);
    const send: FrameInit[] = [];
    for (const text of texts) {
      const payload = await theirs.compress(new TextEncoder().encode(text));
      send.push({ rsv: 4, payload });
    }
    send.push({ opcode: CLOSE, payload: closePayload(1000) });
    const replies = await exchange("server", Infinity, send, {
      deflate: { own: server, peer: client },
    });
    assertEquals(replies.length, texts.length + 1, offer);
    for (const [at, text] of texts.entries()) {
      const { payload } = replies[at] ?? { payload: new Uint8Array(0) };
      // Texts this short are not compressed.
      const bytes = at === 0 ? payload : await theirs.inflate(Uint8Array.from(payload), 0);
      assertEquals(decodeText(Uint8Array.from(bytes)), text, offer);
    }
    theirs.close();
  }
});

Deno.test("offers and answers of permessage-deflate", () => {
  const refused = [
    null,
    "",
    "x-webkit-deflate-frame",
    "permessage-deflate; unknown",
    "permessage-deflate; server_max_window_bits",
    "permessage-deflate; server_max_window_bits=16",
    "permessage-deflate; server_max_window_bits=08",
    "permessage-deflate; server_no_context_takeover=1",
    "permessage-deflate; client_max_window_bits; client_max_window_bits",
    "permessage-deflate; server_max_window_bits=8",
  ];
  for (const offer of refused) assertEquals(acceptDeflate(offer, 15), null, `${offer}`);
  assertEquals(offerDeflate(15), "permessage-deflate; client_max_window_bits");
  assertEquals(offerDeflate(10), "permessage-deflate; client_max_window_bits=10");
  assertEquals(readDeflateAnswer(null, 15), null);
  assertEquals(readDeflateAnswer("permessage-deflate; server_max_window_bits=10", 12), {
    client: { windowBits: 12, contextTakeover: true },
    server: { windowBits: 10, contextTakeover: true },
  });
  const wrong: [string, number][] = [
    ["permessage-deflate", 0],
    ["permessage-bzip2", 15],
    ["permessage-deflate, permessage-deflate", 15],
    ["permessage-deflate; client_max_window_bits", 15],
    ["permessage-deflate; client_max_window_bits=8", 15],
  ];
  for (const [answer, bits] of wrong) {
    let message = "";
    try {
      readDeflateAnswer(answer, bits);
    } catch (error) {
      message = (error as Error).message;
    }
    assert(message.includes("not offered"), answer);
  }
});

Deno.test("decompression beyond the limit ends with 1009, invalid data with 1007", async () => {
  const side = { windowBits: 15, contextTakeover: true };
  const deflate = { own: side, peer: side };
  const bomb = new MessageDeflate(side, side);
  const payload = await bomb.compress(new Uint8Array(32 << 20));
  bomb.close();
  const rows: [string, FrameInit, number][] = [
    ["a bomb", { opcode: BINARY, rsv: 4, payload }, 1009],
    ["garbage", { opcode: BINARY, rsv: 4, payload: "\xffgarbage" }, 1007],
    ["a compressed ping", { opcode: PING, rsv: 4, payload: "x" }, 1002],
  ];
  for (const [name, init, code] of rows) {
    const before = Deno.memoryUsage().rss;
    const replies = await exchange("server", Infinity, [init], { deflate });
    const last = replies.at(-1)?.payload ?? [];
    assertEquals(((last[0] ?? 0) << 8) | (last[1] ?? 0), code, name);
    assert(Deno.memoryUsage().rss - before < 64 << 20, name);
  }
});

Deno.test("a peer that never reads, or never answers a ping or close frame, is dropped", async () => {
  const options = { closeTimeout: 50 };
  const [ours, theirs] = pipe();
  const channel = new WebSocketChannel({ ...LIMITS, ...options });
  const socket = new FrameSocket(ours, channel, {
    role: "server",
    maxMsgSize: 0,
    heartbeat: 0,
    autoping: true,
    closeTimeout: 50,
    deflate: null,
  });
  const end = endOf(socket);
  socket.start(new Uint8Array(0));
  channel.attach(socket);
  await channel.close(1000, "");
  await end;
  assertEquals(channel.closeCode, 1006);
  theirs.close();

  const [one, two] = pipe();
  const beating = endOf(echo(one, "server", { heartbeat: 40 }));
  const buffer = new Uint8Array(10);
  assertEquals(await two.read(buffer), 2);
  assertEquals(buffer[0], 0x89);
  await beating;

  const [three] = pipe();
  const stuck = {
    read: (buffer: Uint8Array) => three.read(buffer),
    write: () => new Promise<void>(() => {}),
    writeSome: () => new Promise<number>(() => {}),
    closeWrite: () => three.closeWrite(),
    close: () => three.close(),
    ref() {},
    unref() {},
  };
  const channel2 = new WebSocketChannel(LIMITS);
  const socket2 = new FrameSocket(stuck, channel2, {
    role: "server",
    maxMsgSize: 0,
    heartbeat: 0,
    autoping: true,
    closeTimeout: 30,
    deflate: null,
  });
  const end2 = endOf(socket2);
  socket2.start(new Uint8Array(0));
  channel2.attach(socket2);
  channel2.send("x").catch(() => {});
  await end2;
  assert(/read nothing/.test(channel2.exception?.message ?? ""));
});
