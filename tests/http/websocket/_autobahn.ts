/**
 * The cases of Autobahn's test suite for an endpoint that echoes messages, as frames.
 * @module
 */
import { BINARY, CLOSE, closePayload, type FrameInit, PING, PONG, TEXT } from "../../_frames.ts";

/** One case: sent frames, expected replies, and the final close code. */
export interface Case {
  readonly name: string;
  readonly send: readonly FrameInit[];
  /** Opcode and payload of each reply before the close frame. */
  readonly replies: readonly (readonly [opcode: number, payload: string | Uint8Array])[];
  /** Code of the expected close frame; without an error the peer closes with 1000. */
  readonly close: number | null;
}

const bytes = (size: number): Uint8Array => new Uint8Array(size).fill(0xfe);
const CLOSING: FrameInit = { opcode: CLOSE, payload: closePayload(1000) };
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function* echoes(): Generator<Case> {
  for (const size of [0, 125, 126, 127, 128, 65535, 65536, 65536]) {
    for (const opcode of [TEXT, BINARY]) {
      const payload = opcode === TEXT ? "*".repeat(size) : bytes(size);
      const name = `1.${opcode}: ${size} bytes`;
      yield {
        name,
        send: [{ opcode, payload }, CLOSING],
        replies: [[opcode, payload]],
        close: 1000,
      };
    }
  }
}

function* pings(): Generator<Case> {
  for (const payload of ["", "Hello, world!", bytes(8), bytes(125)]) {
    const send = [{ opcode: PING, payload }, CLOSING];
    yield { name: `2: ping of ${payload.length}`, send, replies: [[PONG, payload]], close: 1000 };
  }
  yield {
    name: "2.5: ping of 126",
    send: [{ opcode: PING, payload: bytes(126) }],
    replies: [],
    close: 1002,
  };
  for (const payload of ["", "unsolicited"]) {
    const send = [{ opcode: PONG, payload }, CLOSING];
    yield { name: `2.7: pong of ${payload.length}`, send, replies: [], close: 1000 };
  }
  yield {
    name: "2.9: pong, then ping",
    send: [{ opcode: PONG, payload: "x" }, { opcode: PING, payload: "y" }, CLOSING],
    replies: [[PONG, "y"]],
    close: 1000,
  };
  const ten = Array.from({ length: 10 }, (_, at) => `payload-${at}`);
  yield {
    name: "2.10: ten pings",
    send: [...ten.map((payload) => ({ opcode: PING, payload })), CLOSING],
    replies: ten.map((payload) => [PONG, payload]),
    close: 1000,
  };
}

function* reserved(): Generator<Case> {
  for (let rsv = 1; rsv <= 7; rsv++) {
    for (const opcode of [TEXT, BINARY, PING, CLOSE]) {
      const send = [{ opcode, rsv, payload: opcode === CLOSE ? closePayload(1000) : "Hello" }];
      yield { name: `3: rsv ${rsv} on opcode ${opcode}`, send, replies: [], close: 1002 };
    }
  }
  for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
    for (const payload of ["", "reserved"]) {
      const send = [{ opcode: TEXT, payload: "before" }, { opcode, payload }];
      const name = `4: opcode ${opcode} of ${payload.length}`;
      yield { name, send, replies: [[TEXT, "before"]], close: 1002 };
    }
  }
}

function* fragments(): Generator<Case> {
  const part = (opcode: number, payload: string, fin = false): FrameInit => ({
    opcode,
    payload,
    fin,
  });
  const ping: FrameInit = { opcode: PING, payload: "ping" };
  const pong: [number, string] = [PONG, "ping"];
  const both: [number, string] = [TEXT, "fragment1fragment2"];
  yield {
    name: "5.1: fragmented ping",
    send: [part(PING, "a"), part(0, "b", true)],
    replies: [],
    close: 1002,
  };
  yield {
    name: "5.2: fragmented pong",
    send: [part(PONG, "a"), part(0, "b", true)],
    replies: [],
    close: 1002,
  };
  yield {
    name: "5.3: two fragments",
    send: [part(TEXT, "fragment1"), part(0, "fragment2", true), CLOSING],
    replies: [both],
    close: 1000,
  };
  yield {
    name: "5.6: a ping between fragments",
    send: [part(TEXT, "fragment1"), ping, part(0, "fragment2", true), CLOSING],
    replies: [pong, both],
    close: 1000,
  };
  for (const fin of [true, false]) {
    yield {
      name: `5.9: continuation of nothing, fin ${fin}`,
      send: [part(0, "x", fin)],
      replies: [],
      close: 1002,
    };
    yield {
      name: `5.12: continuation of nothing behind a message, fin ${fin}`,
      send: [part(TEXT, "Hello", true), part(0, "x", fin)],
      replies: [[TEXT, "Hello"]],
      close: 1002,
    };
  }
  yield {
    name: "5.15: continuation behind the last fragment",
    send: [part(TEXT, "fragment1"), part(0, "fragment2", true), part(0, "fragment3")],
    replies: [both],
    close: 1002,
  };
  yield {
    name: "5.18: two beginnings",
    send: [part(TEXT, "a"), part(TEXT, "b", true)],
    replies: [],
    close: 1002,
  };
  yield {
    name: "5.19: pings in a message of five",
    send: [
      part(TEXT, "fragment1"),
      part(0, "fragment2"),
      ping,
      part(0, "fragment3"),
      part(0, "fragment4"),
      ping,
      part(0, "fragment5", true),
      CLOSING,
    ],
    replies: [pong, pong, [TEXT, "fragment1fragment2fragment3fragment4fragment5"]],
    close: 1000,
  };
}

// Markus Kuhn's stress test: sequences that are UTF-8 and such that are not.
const GOOD_TEXTS = [
  "",
  "Hello-µ@ßöäüàá-UTF-8!!",
  "κόσμε",
  "\0",
  "\u0080",
  "\u0800",
  "\u{10000}",
  "\x7f",
  "\u07ff",
  "\uffff",
  "\u{10ffff}",
  "\ud7ff",
  "\ue000",
  "\ufffd",
  "\ufeffmark",
  ..."\ufffe \uffff \u{1fffe} \u{2fffe} \u{3ffff} \u{4fffe} \u{5ffff} \u{8fffe} \u{ffffe} \u{10fffe}"
    .split(" "),
];
const BAD_TEXTS = [
  "cebae1bdb9cf83cebcceb5eda080656469746564",
  "cebae1bdb9cf83cebcceb5f4908080656469746564",
  "80",
  "bf",
  "80bf",
  "80bf80",
  "80bf80bf",
  "80bf80bf80",
  "c0",
  "c020c120",
  "e020e120",
  "f020f120",
  "f820fc20",
  "c0af",
  "e080af",
  "f08080af",
  "f8808080af",
  "fc80808080af",
  "c1bf",
  "e09fbf",
  "f08fbfbf",
  "f887bfbfbf",
  "fc83bfbfbfbf",
  "c080",
  "e08080",
  "f0808080",
  "eda080",
  "edadbf",
  "edae80",
  "edafbf",
  "edb080",
  "edbe80",
  "edbfbf",
  "eda080edb080",
  "edafbfedbfbf",
  "f7bfbfbf",
  "f8888080",
  "fbbfbfbfbf",
  "fc8480808080",
  "fdbfbfbfbfbf",
  "fe",
  "ff",
  "fefeffff",
  "cebae1bdb9cf83cebcceb5f4",
  "ceba e1".replace(" ", ""),
  "f0",
  "f09f98",
];

function* texts(): Generator<Case> {
  for (const text of GOOD_TEXTS) {
    const payload = encode(text);
    const name = `6: text ${JSON.stringify(text)}`;
    yield { name, send: [{ payload }, CLOSING], replies: [[TEXT, payload]], close: 1000 };
    // One byte a fragment.
    const parts = [...payload].map((byte, at): FrameInit => ({
      opcode: at === 0 ? TEXT : 0,
      fin: at === payload.length - 1,
      payload: [byte],
    }));
    if (parts.length < 2) continue;
    yield {
      name: `${name} in bytes`,
      send: [...parts, CLOSING],
      replies: [[TEXT, payload]],
      close: 1000,
    };
  }
  for (const hex of BAD_TEXTS) {
    const payload = Uint8Array.fromHex(hex);
    yield { name: `6: bytes ${hex}`, send: [{ payload }], replies: [], close: 1007 };
    const last: FrameInit = { opcode: 0, payload: "" };
    const send = [{ fin: false, payload }, last];
    yield { name: `6: bytes ${hex} in two fragments`, send, replies: [], close: 1007 };
  }
}

function* closes(): Generator<Case> {
  const close = (payload: readonly number[]): FrameInit[] => [{ opcode: CLOSE, payload }];
  yield {
    name: "7.1.1: message, then close",
    send: [{ payload: "Hello" }, CLOSING],
    replies: [[TEXT, "Hello"]],
    close: 1000,
  };
  for (const behind of [CLOSING, { opcode: PING, payload: "x" }, { payload: "x" }]) {
    const name = `7.1: opcode ${behind.opcode ?? TEXT} behind the close frame`;
    yield { name, send: [CLOSING, behind], replies: [], close: 1000 };
  }
  yield {
    name: "7.1.5: close inside a message",
    send: [{ fin: false, payload: "fragment1" }, CLOSING, { opcode: 0, payload: "fragment2" }],
    replies: [],
    close: 1000,
  };
  yield { name: "7.3.1: empty", send: close([]), replies: [], close: null };
  yield { name: "7.3.2: one byte", send: close([3]), replies: [], close: 1002 };
  for (const reason of ["", "Hello World!", "*".repeat(123)]) {
    const send = close(closePayload(1000, reason));
    yield { name: `7.3: reason of ${reason.length}`, send, replies: [], close: 1000 };
  }
  yield {
    name: "7.3.6: reason of 124",
    send: close(closePayload(1000, "*".repeat(124))),
    replies: [],
    close: 1002,
  };
  const bad = [0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xcf, 0x83, 0xed, 0xa0, 0x80];
  yield {
    name: "7.5.1: reason that is not UTF-8",
    send: close(closePayload(1000, bad)),
    replies: [],
    close: 1007,
  };
  for (
    const code of [
      1000,
      1001,
      1002,
      1003,
      1007,
      1008,
      1009,
      1010,
      1011,
      1012,
      1013,
      1014,
      3000,
      3999,
      4000,
      4999,
    ]
  ) {
    yield { name: `7.7: code ${code}`, send: close(closePayload(code)), replies: [], close: code };
  }
  for (const code of [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999, 5000, 65535]) {
    for (const reason of ["", "reason"]) {
      const send = close(closePayload(code, reason));
      yield { name: `7.9: code ${code} ${reason}`, send, replies: [], close: 1002 };
    }
  }
}

function* large(): Generator<Case> {
  const size = 1 << 20;
  const whole = bytes(size);
  for (const opcode of [TEXT, BINARY]) {
    const payload = opcode === TEXT ? encode("*".repeat(size)) : whole;
    yield {
      name: `9: 1 MiB, opcode ${opcode}`,
      send: [{ opcode, payload }, CLOSING],
      replies: [[opcode, payload]],
      close: 1000,
    };
    for (const step of [64, 4096, 65536]) {
      const total = step === 64 ? 65536 : size;
      const send: FrameInit[] = [];
      for (let at = 0; at < total; at += step) {
        const fin = at + step >= total;
        send.push({ opcode: at === 0 ? opcode : 0, fin, payload: payload.subarray(at, at + step) });
      }
      const name = `9: fragments of ${step}, opcode ${opcode}`;
      yield {
        name,
        send: [...send, CLOSING],
        replies: [[opcode, payload.subarray(0, total)]],
        close: 1000,
      };
    }
  }
  const many = Array.from({ length: 500 }, (_, at): FrameInit => ({ payload: `message ${at}` }));
  yield {
    name: "9.7: 500 messages",
    send: [...many, CLOSING],
    replies: many.map(({ payload }) => [TEXT, payload as string]),
    close: 1000,
  };
}

/** All cases. */
export const CASES: readonly Case[] = [
  ...echoes(),
  ...pings(),
  ...reserved(),
  ...fragments(),
  ...texts(),
  ...closes(),
  ...large(),
];
