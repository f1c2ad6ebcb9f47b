/**
 * Exchanges aborted by clients, or by the end of the server.
 * @module
 */
import { frame, rawSocket } from "../_frames.ts";
import { close } from "../_connections.ts";
import { connect, files, pause, rest, type Running, send, until } from "./_target.ts";
import type { Row } from "./rows.ts";

const FORM =
  "POST /watched HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\n" +
  "Content-Length: 2000000\r\n\r\n--b\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n";

/** Uploads on disk. */
function parts({ folder }: Running): number {
  return [...Deno.readDirSync(folder)].filter(({ name }) => name.startsWith("roundtrip-")).length;
}

export const BREAKS: readonly Row[] = [
  {
    name: "exchanges broken off at any byte",
    async run(target) {
      const [before, kept] = [files(target), parts(target)];
      const count = target.scale > 1 ? 10_000 : 200;
      const whole = "POST /watched HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n".padEnd(
        95,
        "x",
      );
      const form = FORM + "y".repeat(200_000);
      const cut = async (at: number) => {
        // One of ten is a form whose file is already on disk.
        const text = at % 10 === 0 ? form : whole;
        const client = await connect(target);
        await send(client, text.slice(0, at % 10 === 0 ? text.length : (at * 7919) % text.length));
        if (at % 3 === 0) await pause(1);
        close(client);
      };
      for (let at = 0; at < count; at += 20) {
        await Promise.all(Array.from({ length: 20 }, (_, of) => cut(at + of)));
      }
      const left = () => Math.max(0, files(target) - before);
      await until(() => left() <= 4 && parts(target) <= kept, 5000);
      const reply = await fetch(`http://127.0.0.1:${target.port}/counts`);
      const { begun, over } = await reply.json();
      return {
        count,
        open: left() <= 4 ? 0 : left(),
        parts: parts(target) - kept,
        pending: begun - over,
      };
    },
    show: ({ count, open, parts, pending }) =>
      `${count} broken off: ${open} descriptors, ${parts} files, ${pending} handlers left`,
    holds: ({ open, parts = 0, pending }) => open === 0 && parts <= 0 && pending === 0,
    weaker: ({ open, parts = 0, pending }) => open === 0 && parts <= 0 && pending === 0,
  },
  {
    name: "signals of handlers whose client has left",
    async run(target) {
      const count = target.scale > 1 ? 500 : 50;
      const before = await (await fetch(`http://127.0.0.1:${target.port}/counts`)).json();
      await Promise.all(Array.from({ length: count }, async () => {
        const client = await connect(target);
        await send(client, "POST /watched HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nab");
        await pause(100);
        close(client);
      }));
      await pause(target.scale > 1 ? 3000 : 500);
      const after = await (await fetch(`http://127.0.0.1:${target.port}/counts`)).json();
      return { count, aborted: after.aborted - before.aborted };
    },
    show: ({ count, aborted }) => `${aborted} of ${count} abort`,
    holds: ({ count, aborted }) => aborted === count,
    weaker: ({ aborted }) => aborted === 0,
  },
  {
    name: "SIGTERM under load",
    async run(target) {
      const count = target.scale > 1 ? 200 : 20;
      const one = async (text: string): Promise<string> => {
        const client = await connect(target);
        await send(client, text);
        return await rest(client);
      };
      const slow = Array.from(
        { length: count },
        () => one("GET /second HTTP/1.1\r\nHost: a\r\n\r\n"),
      );
      const uploads = Array.from({ length: 20 }, async () => {
        const client = await connect(target);
        await send(client, "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n");
        for (const byte of "abcdefgh") {
          await pause(100);
          await send(client, byte);
        }
        return await rest(client);
      });
      const sockets = await Promise.all(
        Array.from({ length: 20 }, () => rawSocket(`http://127.0.0.1:${target.port}/ws`)),
      );
      const closes = sockets.map(async (each) => {
        const last = await each.read();
        await each.send(frame({ opcode: 8, payload: last?.payload ?? [] })).catch(() => {});
        close(each);
        return (last?.payload[0] ?? 0) * 256 + (last?.payload[1] ?? 0);
      });
      await pause(300);
      target.process.kill("SIGTERM");
      const begun = performance.now();
      const answers = await Promise.all([...slow, ...uploads]);
      const codes = await Promise.all(closes);
      const { code } = await target.process.status;
      return {
        count: answers.length,
        answered: answers.filter((text) => /^HTTP\/1.1 200 [^]*(done|8)$/.test(text)).length,
        goingAway: codes.filter((each) => each === 1001).length,
        code,
        took: Math.round(performance.now() - begun),
      };
    },
    show: ({ count, answered, goingAway, code, took }) =>
      `${answered} of ${count} answered, ${goingAway} of 20 WebSockets told 1001, exit ${code} after ${took} ms`,
    holds: ({ count, answered, goingAway, code, took = 0 }) =>
      answered === count && goingAway === 20 && code === 0 && took < 10_000,
    weaker: ({ count, answered, code }) => answered === count && code === 0,
  },
];
