/**
 * The message-level cases of the Autobahn suite (1 to 7) as raw frames against the server, and what
 * the platform does otherwise: MISSES has every deviation, so that a Deno that changes one is
 * noticed. Only close codes and messages are compared, as with `failByDrop: true`.
 */
import { assert, assertEquals } from "@std/assert";
import { web, WSMsgType } from "@roundtrip/http";
import { serve } from "../../_harness.ts";
import { SOCKET_ENGINES } from "../_engines.ts";
import {
  BINARY,
  CLOSE,
  closePayload,
  frame,
  type FrameInit,
  PING,
  PONG,
  rawSocket,
  TEXT,
} from "../../_frames.ts";

const HANG_UP = "end";
const CONTINUE = 0;

/** Echoes; what ended the socket is left in `last`. */
function echo(last: { closed?: Promise<string> }): web.Handler {
  return web.webSocket(async (socket) => {
    const closed = Promise.withResolvers<string>();
    last.closed = closed.promise;
    let error = "";
    for await (const message of socket) {
      if (message.type === WSMsgType.TEXT) await socket.sendStr(message.data);
      if (message.type === WSMsgType.BINARY) await socket.sendBytes(message.data);
      if (message.type === WSMsgType.ERROR) error = message.data.name;
    }
    closed.resolve(`${socket.closeCode} ${error}`.trim());
  });
}

const hex = (bytes: Uint8Array): string =>
  bytes.length > 40 ? `${bytes.length} bytes` : bytes.toHex();

/** The reply in short form: opcode and payload; the close frame by its code. */
function told(opcode: number, payload: Uint8Array<ArrayBuffer>): string {
  if (opcode === CLOSE) {
    return payload.length < 2 ? "close" : `close ${(payload[0] ?? 0) * 256 + (payload[1] ?? 0)}`;
  }
  const name = { [TEXT]: "text", [BINARY]: "binary", [PONG]: "pong" }[opcode] ?? `${opcode}`;
  return `${name} ${
    opcode === TEXT ? new TextDecoder().decode(payload).slice(0, 40) : hex(payload)
  }`;
}

const END: FrameInit = { opcode: CLOSE, payload: closePayload(1000) };
const text = (payload: string): FrameInit => ({ payload });
const part = (payload: FrameInit["payload"], fin = false, opcode = CONTINUE): FrameInit => ({
  opcode,
  fin,
  payload: payload ?? "",
});
const close = (payload: FrameInit["payload"]): FrameInit => ({
  opcode: CLOSE,
  payload: payload ?? "",
});

/** Case, frames, expected reply, and the end that the handler sees. */
type Row = [name: string, frames: FrameInit[], back: string[], seen: string];
const OK = "1000";
const FAULT = "1002 WebSocketProtocolError";
const BAD_TEXT = "1007 WebSocketProtocolError";
const bytes = (size: number): Uint8Array => new Uint8Array(size).fill(0xfe);
const long = (size: number): string => "*".repeat(size);

const CASES: Row[] = [
  // 1: framing, at the edges of the three forms of a length
  ...[0, 125, 126, 127, 128, 65535, 65536].flatMap((size): Row[] => [
    [`1.1 text of ${size} bytes`, [text(long(size)), END], [
      `text ${long(size).slice(0, 40)}`,
      "close 1000",
    ], OK],
    [
      `1.2 binary of ${size} bytes`,
      [{ opcode: BINARY, payload: bytes(size) }, END],
      [`binary ${hex(bytes(size))}`, "close 1000"],
      OK,
    ],
  ]),
  // 2: pings and pongs
  ["2.1 a ping without payload", [{ opcode: PING }, END], ["pong ", "close 1000"], OK],
  ["2.2 a ping with text", [{ opcode: PING, payload: "Hi" }, END], ["pong 4869", "close 1000"], OK],
  ["2.3 a ping with bytes", [{ opcode: PING, payload: [0, 255, 254] }, END], [
    "pong 00fffe",
    "close 1000",
  ], OK],
  ["2.4 a ping of 125 bytes", [{ opcode: PING, payload: bytes(125) }, END], [
    "pong 125 bytes",
    "close 1000",
  ], OK],
  ["2.5 a ping of 126 bytes", [{ opcode: PING, payload: bytes(126) }], [], FAULT],
  [
    "2.7 an unsolicited pong",
    [{ opcode: PONG }, text("x"), END],
    ["text x", "close 1000"],
    OK,
  ],
  [
    "2.10 ten pings",
    [...Array(10).keys()].map((n): FrameInit => ({ opcode: PING, payload: [n] })).concat(END),
    [...[...Array(10).keys()].map((n) => `pong 0${n}`), "close 1000"],
    OK,
  ],
  // 3: reserved bits
  ...[1, 2, 4, 7].map((
    rsv,
  ): Row => [`3 reserved bits ${rsv}`, [text("a"), { rsv, payload: "b" }], ["text a"], FAULT]),
  ["3.6 a reserved bit on a ping", [{ opcode: PING, rsv: 4 }], [], FAULT],
  ["3.7 a reserved bit on a close", [{ opcode: CLOSE, rsv: 4 }], [], FAULT],
  // 4: opcodes
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((
    opcode,
  ): Row => [`4 opcode ${opcode}`, [text("a"), { opcode }], ["text a"], FAULT]),
  // 5: fragments
  ["5.1 a ping in fragments", [part("a", false, PING), part("b", true)], [], FAULT],
  ["5.2 a pong in fragments", [part("a", false, PONG), part("b", true)], [], FAULT],
  ["5.3 text in two fragments", [part("a", false, TEXT), part("b", true), END], [
    "text ab",
    "close 1000",
  ], OK],
  [
    "5.6 a ping between fragments",
    [part("a", false, TEXT), { opcode: PING, payload: "p" }, part("b", true), END],
    ["pong 70", "text ab", "close 1000"],
    OK,
  ],
  ["5.9 a continuation of nothing", [part("a", true)], [], FAULT],
  ["5.10 an unfinished continuation of nothing", [part("a")], [], FAULT],
  ["5.15 a continuation behind the end", [part("a", false, TEXT), part("b", true), part("c")], [
    "text ab",
  ], FAULT],
  [
    "5.18 a new message within fragments",
    [part("a", false, TEXT), part("b", true, TEXT)],
    [],
    FAULT,
  ],
  [
    "5.19 fragments and pings, twice",
    [
      part("1", false, TEXT),
      part("2"),
      { opcode: PING, payload: "p" },
      part("3"),
      part("4"),
      { opcode: PING, payload: "q" },
      part("5", true),
      END,
    ],
    ["pong 70", "pong 71", "text 12345", "close 1000"],
    OK,
  ],
  ["5.20 empty fragments", [part("", false, TEXT), part("x"), part("", true), END], [
    "text x",
    "close 1000",
  ], OK],
  // 6: UTF-8
  ["6.1 empty text", [text(""), END], ["text ", "close 1000"], OK],
  ["6.2 text of all lengths", [text("aжµ€😀\u{10ffff}"), END], [
    "text aжµ€😀\u{10ffff}",
    "close 1000",
  ], OK],
  ["6.2 a character cut by fragments", [part([0xce], false, TEXT), part([0xba], true), END], [
    "text κ",
    "close 1000",
  ], OK],
  ["6.3 a surrogate", [{ payload: [0xed, 0xa0, 0x80] }], [], BAD_TEXT],
  [
    "6.4 bad text in a later fragment",
    [part("a", false, TEXT), part([0xf4, 0x90, 0x80, 0x80], true)],
    [],
    BAD_TEXT,
  ],
  ["6.5 overlong", [{ payload: [0xc0, 0xaf] }], [], BAD_TEXT],
  ["6.6 a lone continuation byte", [{ payload: [0x80] }], [], BAD_TEXT],
  ["6.7 beyond Unicode", [{ payload: [0xf8, 0x88, 0x80, 0x80, 0x80] }], [], BAD_TEXT],
  ["6.8 cut short", [{ payload: [0xce] }], [], BAD_TEXT],
  ["6.8 cut short in fragments", [part("a", false, TEXT), part([0xce], true)], [], BAD_TEXT],
  [
    "6.9 noncharacters are text",
    [text("\uffff\ufffe"), END],
    ["text \uffff\ufffe", "close 1000"],
    OK,
  ],
  [
    "6.10 bytes of a binary message are not looked at",
    [{ opcode: BINARY, payload: [0xff, 0xc0] }, END],
    ["binary ffc0", "close 1000"],
    OK,
  ],
  // 7: closing
  ["7.1.1 text, then close", [text("a"), END], ["text a", "close 1000"], OK],
  [
    "7.1.3 a ping behind the close",
    [close(closePayload(1000)), { opcode: PING }],
    ["close 1000"],
    OK,
  ],
  ["7.1.4 text behind the close", [close(closePayload(1000)), text("x")], ["close 1000"], OK],
  ["7.1.2 two closes", [close(closePayload(1000)), close(closePayload(1001))], ["close 1000"], OK],
  ["7.3.1 no code", [close("")], ["close"], "1005"],
  ["7.3.2 one byte", [close([3])], [], FAULT],
  ["7.3.4 a reason", [close(closePayload(1000, "why"))], ["close 1000"], OK],
  ["7.3.5 a reason of 123 bytes", [close(closePayload(1000, long(123)))], ["close 1000"], OK],
  ["7.3.6 a reason of 124 bytes", [close(closePayload(1000, long(124)))], [], FAULT],
  ["7.5.1 a reason that is not UTF-8", [close(closePayload(1000, [0xce]))], [], BAD_TEXT],
  ...[1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
    .map((
      code,
    ): Row => [`7.7 code ${code}`, [close(closePayload(code))], [`close ${code}`], `${code}`]),
  ...[0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535]
    .map((code): Row => [`7.9 code ${code}`, [close(closePayload(code))], [], FAULT]),
  // RFC 6455 section 5.1, which the suite cannot ask
  ["mask: a frame without one", [{ payload: "a", mask: false }], [], FAULT],
];

/** Deviations of Deno 2.9.6: the reply, and what the handler sees. */
const MISSES: Record<string, [back: string[], seen: string]> = {
  "6.8 cut short in fragments": [["text a", "close 1000"], OK],
  "7.3.6 a reason of 124 bytes": [["close 1000"], OK],
  "7.7 code 1014": [[], FAULT],
  "mask: a frame without one": [["text a", "close 1000"], OK],
};

for (const [engineName, engine] of SOCKET_ENGINES) {
  for (const [name, frames, back, seen] of CASES) {
    const miss = engineName === "deno" ? MISSES[name] : undefined;
    Deno.test(`Autobahn ${name}${miss === undefined ? "" : " (a miss of the platform)"} (${engineName})`, async () => {
      const last: { closed?: Promise<string> } = {};
      await using served = await serve([web.get("/ws", echo(last))], {}, engine);
      using socket = await rawSocket(`${served.baseUrl}/ws`);
      const expected = miss?.[0] ?? back;
      // As the suite does, the client closes when it has its answers; a server that should have hung
      // up and did not is asked to.
      const closes = frames.at(-1) === END || (miss !== undefined && expected.length > 1);
      await socket.send(...frames.filter((each) => each !== END).map(frame));
      const seenBack: string[] = [];
      while (closes && seenBack.length < expected.length - 1) {
        const reply = await socket.read();
        if (reply === null) break;
        seenBack.push(told(reply.opcode, reply.payload));
      }
      if (closes) await socket.send(frame(END));
      for (const { opcode, payload } of await socket.rest()) seenBack.push(told(opcode, payload));
      // If the connection is dropped, a close frame that names the fault may precede it.
      const drops = (miss?.[1] ?? seen).includes("Protocol");
      const compared = drops ? seenBack.filter((each) => !each.startsWith("close 100")) : seenBack;
      assertEquals(compared, expected);
      // Our engine always reports the error.
      if (drops && engineName !== "deno") assert(/^close 100[27]$/.test(seenBack.at(-1) ?? ""));
      assertEquals(await last.closed, miss?.[1] ?? seen);
    });
  }

  Deno.test(`frames may be cut anywhere: fed byte by byte they say the same (${engineName})`, async () => {
    const last: { closed?: Promise<string> } = {};
    await using served = await serve([web.get("/ws", echo(last))], {}, engine);
    using socket = await rawSocket(`${served.baseUrl}/ws`);
    const drip = async (...inits: FrameInit[]): Promise<string> => {
      for (const byte of inits.flatMap((init) => [...frame(init)])) {
        await socket.send(Uint8Array.of(byte));
      }
      const reply = await socket.read();
      return reply === null ? HANG_UP : told(reply.opcode, reply.payload);
    };
    assertEquals(await drip(text("ж".repeat(70))), `text ${"ж".repeat(40)}`);
    assertEquals(await drip(part("a", false, TEXT), part("b", true)), "text ab");
    assertEquals(await drip(END), "close 1000");
    assertEquals(await last.closed, OK);
  });

  Deno.test(`a message of 2^63 bytes that is only announced ends the connection (${engineName})`, async () => {
    const last: { closed?: Promise<string> } = {};
    await using served = await serve([web.get("/ws", echo(last))], {}, engine);
    using socket = await rawSocket(`${served.baseUrl}/ws`);
    await socket.send(Uint8Array.of(0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4));
    if (engineName !== "deno") assertEquals((await socket.read())?.opcode, CLOSE);
    assertEquals(await socket.read(), null, HANG_UP);
    assertEquals(await last.closed, FAULT);
  });
}
