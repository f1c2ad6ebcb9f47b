/**
 * WebSockets that violate the protocol or flood the server.
 * @module
 */
import { Buffer } from "node:buffer";
import { WebSocket } from "npm:ws@^8.23.0";
import { close } from "../_connections.ts";
import {
  BINARY,
  CLOSE,
  closePayload,
  type Frame,
  frame,
  type FrameInit,
  PING,
  rawSocket,
  TEXT,
} from "../_frames.ts";
import { type Case, CASES } from "../http/websocket/_autobahn.ts";
import { files, memory, pause, released, type Target, until } from "./_target.ts";
import type { Row } from "./rows.ts";

const KIB = 1024;
const MIB = 1024 ** 2;

const open = (target: Target, path: string) => rawSocket(`http://127.0.0.1:${target.port}${path}`);

/** Code of a close frame, 0 for none. */
const codeIn = (last: Frame | undefined): number =>
  last?.opcode === CLOSE ? (last.payload[0] ?? 0) * 256 + (last.payload[1] ?? 0) : 0;

/** Sends frames and returns the received close code, 0 for none. */
async function codeOf(target: Target, frames: readonly Uint8Array[]): Promise<number> {
  const socket = await open(target, "/ws");
  const late = setTimeout(() => close(socket), 3000);
  try {
    for (const each of frames) await socket.send(each).catch(() => {});
    return codeIn((await socket.rest()).at(-1));
  } finally {
    clearTimeout(late);
    close(socket);
  }
}

/** Groups 9 and 10 at the sizes of the suite. */
function* larger(): Generator<Case> {
  const closing: FrameInit = { opcode: CLOSE, payload: closePayload(1000) };
  const echoed = (name: string, opcode: number, size: number, step: number): Case => {
    const payload = new Uint8Array(size).fill(0x2a);
    const send: FrameInit[] = [];
    for (let at = 0; at < size; at += step) {
      const fin = at + step >= size;
      send.push({ opcode: at === 0 ? opcode : 0, fin, payload: payload.subarray(at, at + step) });
    }
    return { name, send: [...send, closing], replies: [[opcode, payload]], close: 1000 };
  };
  for (const opcode of [TEXT, BINARY]) {
    for (const size of [64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB]) {
      yield echoed(`9.${opcode}: ${size} bytes`, opcode, size, size);
    }
    for (const step of [256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB]) {
      yield echoed(`9.${opcode + 2}: fragments of ${step}`, opcode, 4 * MIB, step);
    }
    for (const size of [0, 16, 64, 256, KIB, 4 * KIB]) {
      const payload = new Uint8Array(size).fill(0x2a);
      const send = Array.from({ length: 1000 }, (): FrameInit => ({ opcode, payload }));
      const name = `9.${opcode + 6}: 1,000 messages of ${size}`;
      yield {
        name,
        send: [...send, closing],
        replies: send.map(() => [opcode, payload]),
        close: 1000,
      };
    }
  }
  yield echoed("10.1.1: 65,536 bytes in fragments of 1,300", TEXT, 65_536, 1300);
}

/** Whether a server passes a case. */
async function passes(target: Target, { send, replies, close: code }: Case): Promise<boolean> {
  const socket = await open(target, "/answer");
  const late = setTimeout(() => close(socket), 15_000);
  try {
    const reading = socket.rest();
    await socket.send(...send.map(frame)).catch(() => {});
    const got = await reading;
    const last = got.pop();
    const given = last?.payload.length === 0 ? null : codeIn(last);
    return last?.opcode === CLOSE && given === code && got.length === replies.length &&
      replies.every(([opcode, payload], at) => {
        const wanted = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
        return got[at]?.opcode === opcode && Buffer.compare(got[at].payload, wanted) === 0;
      });
  } catch {
    return false;
  } finally {
    clearTimeout(late);
    close(socket);
  }
}

/** Groups 12 and 13: compressed messages of many sizes, for each set of parameters. */
async function deflates(target: Target, offer: Record<string, unknown>, count: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${target.port}/deflate`, {
    perMessageDeflate: { threshold: 0, ...offer },
  });
  try {
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    if (!socket.extensions.includes("permessage-deflate")) return 0;
    let passed = 0;
    for (
      const size of [16, 64, 256, KIB, 4 * KIB, 8 * KIB, 16 * KIB, 32 * KIB, 64 * KIB, 128 * KIB]
    ) {
      const data = Buffer.from(Array.from({ length: size }, (_, at) => 97 + (at * at) % 23));
      const replied = new Promise<boolean>((resolve) => {
        let left = count;
        let same = true;
        socket.on("message", (reply: Buffer) => {
          same &&= Buffer.compare(reply, data) === 0;
          if (--left === 0) resolve(same);
        });
      });
      for (let at = 0; at < count; at++) socket.send(at % 2 === 0 ? data.toString() : data);
      if (await Promise.race([replied, pause(30_000).then(() => false)])) passed++;
      socket.removeAllListeners("message");
    }
    return passed;
  } catch {
    return 0;
  } finally {
    socket.terminate();
  }
}

const OFFERS = [
  {},
  { serverNoContextTakeover: true },
  { clientNoContextTakeover: true },
  { serverNoContextTakeover: true, clientNoContextTakeover: true },
  { serverMaxWindowBits: 9 },
  { clientMaxWindowBits: 9 },
  { serverMaxWindowBits: 9, clientMaxWindowBits: 9, serverNoContextTakeover: true },
];

export const WEBSOCKETS: readonly Row[] = [
  {
    name: "WebSocket fragments without end",
    async run(target) {
      const grown = memory(target);
      const payload = new Uint8Array(64 * KIB);
      const socket = await open(target, "/ws");
      const replies = socket.rest();
      await socket.send(frame({ opcode: BINARY, fin: false, payload }));
      const piece = frame({ opcode: 0, fin: false, payload });
      const most = target.scale > 1 ? 9600 : 800;
      let sent = 1;
      while (sent < most && await socket.send(piece).then(() => true, () => false)) sent++;
      await Promise.race([replies, pause(1000)]);
      close(socket);
      const code = codeIn((await replies).at(-1));
      return { code, sent: sent / 16, grown: grown() };
    },
    show: ({ code, sent = 0, grown = 0 }) =>
      `${code === 0 ? "no close frame" : code} after ${sent.toFixed(0)} MiB, +${
        grown.toFixed(0)
      } MiB`,
    holds: ({ code, grown = 0 }) => code === 1009 && grown < 64,
  },
  {
    name: "WebSocket frames that announce 64 MiB and 2^63 bytes",
    async run(target) {
      const grown = memory(target);
      const count = target.scale > 1 ? 100 : 20;
      const big = frame({ opcode: BINARY, payload: "x", announce: 64 * MIB });
      const codes = await Promise.all(Array.from({ length: count }, () => codeOf(target, [big])));
      const huge = await codeOf(target, [
        Uint8Array.of(0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4),
      ]);
      return {
        count,
        refused: codes.filter((code) => code === 1009).length,
        huge,
        grown: grown(),
      };
    },
    show: ({ refused, count, huge, grown = 0 }) =>
      `${refused} of ${count} closed with 1009, 2^63 with ${huge || "nothing"}, +${
        grown.toFixed(0)
      } MiB`,
    holds: ({ refused, count, huge, grown = 0 }) =>
      refused === count && huge === 1002 && grown < 64,
  },
  {
    name: "WebSocket frames without a mask",
    run: async (target) => ({
      code: await codeOf(target, [frame({ mask: false, payload: "x" })]),
    }),
    show: ({ code }) => `${code === 0 ? "no close frame" : code}`,
    holds: ({ code }) => code === 1002,
    weaker: ({ code }) => code === 0,
  },
  {
    name: "a flood of pings whose pongs are never read",
    async run(target) {
      const grown = memory(target);
      const socket = await open(target, "/ws");
      const batch = frame({ opcode: PING, payload: new Uint8Array(125) });
      const flood = new Uint8Array(batch.length * 500);
      for (let at = 0; at < 500; at++) flood.set(batch, at * batch.length);
      let isOver = false;
      const stop = pause(2000).then(() => isOver = true);
      let sent = 0;
      const flooding = (async () => {
        while (!isOver && sent < 400 * MIB) {
          await socket.send(flood);
          sent += flood.length;
        }
      })().catch(() => {});
      await stop;
      const figures = { sent: sent / MIB, grown: grown() };
      close(socket);
      await flooding;
      return figures;
    },
    show: ({ sent = 0, grown = 0 }) => `${sent.toFixed(0)} MiB taken, +${grown.toFixed(0)} MiB`,
    holds: ({ grown = 0 }) => grown < 64,
  },
  {
    name: "WebSockets that never read what is sent to them",
    cutsWrites: true,
    async run(target) {
      const before = files(target);
      const grown = memory(target);
      const count = target.scale > 1 ? 50 : 10;
      const sockets = await Promise.all(
        Array.from({ length: count }, () => open(target, "/flood")),
      );
      const [opened, took] = await released(target, before, count, 4000);
      const figures = { count, open: opened, took, grown: grown() };
      sockets.forEach(close);
      return figures;
    },
    show: ({ count, open, took, grown = 0 }) =>
      `${open} of ${count} open after ${took} ms, +${grown.toFixed(0)} MiB`,
    holds: ({ open, grown = 0 }) => open === 0 && grown < 64,
    weaker: ({ open = 0 }) => open > 0,
  },
  {
    name: "a WebSocket that is silent after our close",
    async run(target) {
      const before = files(target);
      const count = target.scale > 1 ? 100 : 10;
      const sockets = await Promise.all(Array.from({ length: count }, () => open(target, "/ws")));
      for (const each of sockets) await each.send(frame({ payload: "bye" }));
      const [opened, took] = await released(target, before, count, 3500);
      const figures = { count, open: opened, took };
      sockets.forEach(close);
      return figures;
    },
    show: ({ count, open, took }) => `${open} of ${count} open after ${took} ms`,
    holds: ({ open }) => open === 0,
    weaker: ({ open = 0 }) => open > 0,
  },
  {
    name: "WebSockets opened and cut, one after the other",
    async run(target) {
      const before = files(target);
      const grown = memory(target);
      const count = target.scale > 1 ? 10_000 : 200;
      for (let at = 0; at < count; at += 20) {
        const sockets = await Promise.all(Array.from({ length: 20 }, () => open(target, "/ws")));
        sockets.forEach(close);
      }
      const left = () => Math.max(0, files(target) - before);
      await until(() => left() <= 2, 3000);
      return { count, open: left() <= 2 ? 0 : left(), grown: grown() };
    },
    show: ({ count, open, grown = 0 }) => `${open} of ${count} left, +${grown.toFixed(0)} MiB`,
    holds: ({ open, grown = 0 }) => open === 0 && grown < 64,
    weaker: ({ open }) => open === 0,
  },
  {
    name: "Autobahn 1 to 7, 9, 10 as frames",
    isLong: true,
    async run(target) {
      const cases = [...CASES, ...larger()];
      let passed = 0;
      // Some at once: a server that does not answer is waited for.
      for (let at = 0; at < cases.length; at += 10) {
        const some = cases.slice(at, at + 10).map((each) => passes(target, each));
        passed += (await Promise.all(some)).filter((each) => each).length;
      }
      return { cases: cases.length, passed };
    },
    show: ({ cases, passed }) => `${passed} of ${cases}`,
    holds: ({ cases, passed }) => cases === passed,
    weaker: ({ cases = 0, passed = 0 }) => passed < cases,
  },
  {
    name: "Autobahn 12 and 13, permessage-deflate",
    isLong: true,
    async run(target) {
      let passed = 0;
      for (const offer of OFFERS) passed += await deflates(target, offer, 100);
      return { cases: OFFERS.length * 10, passed };
    },
    show: ({ cases, passed }) => `${passed} of ${cases}`,
    holds: ({ cases, passed }) => cases === passed,
    weaker: ({ passed }) => passed === 0,
  },
];
