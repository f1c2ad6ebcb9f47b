/**
 * Clients that send endlessly.
 * @module
 */
import { close } from "../_connections.ts";
import { connect, files, many, memory, pause, rest, send, type Target } from "./_target.ts";
import type { Row } from "./rows.ts";

const MOST = 100 * 1024 ** 2;

/** Sends a piece repeatedly until the server refuses. */
async function flood(target: Target, head: string, piece: string): Promise<Record<string, number>> {
  const grown = memory(target);
  const client = await connect(target);
  const reply = rest(client);
  await send(client, head);
  let sent = 0;
  const most = target.scale > 1 ? MOST : MOST / 10;
  const late = setTimeout(() => close(client), 8000); // the server has stopped reading
  while (sent < most && await send(client, piece)) sent += piece.length;
  const text = await Promise.race([reply, pause(5000).then(() => "")]);
  clearTimeout(late);
  close(client);
  await reply;
  const status = Number(/^HTTP\/1.1 (\d+) /.exec(text)?.[1] ?? 0);
  return { status, sent: sent / 1024 ** 2, grown: grown() };
}

const CHUNKED = "POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
/** Name, first bytes, repeated bytes, and expected statuses. */
const ENDLESS: readonly (readonly [string, string, string, readonly number[]])[] = [
  ["an endless head", "GET / HTTP/1.1\r\nHost: a\r\n", `x-a: ${"a".repeat(1000)}\r\n`, [431]],
  ["an endless request line", "GET /", "a".repeat(1000), [414, 431]],
  ["endless trailers", `${CHUNKED}0\r\n`, `x: ${"a".repeat(1000)}\r\n`, [400, 431]],
  ["an endless chunk extension", `${CHUNKED}1;`, "a".repeat(1000), [400]],
  ["chunks of a byte without end", CHUNKED, "1\r\na\r\n".repeat(200), [413]],
];

export const FLOODS: readonly Row[] = [
  ...ENDLESS.map(([name, head, piece, statuses]): Row => ({
    name,
    run: (target) => flood(target, head, piece),
    show: ({ status, sent = 0, grown = 0 }) =>
      `${status === 0 ? "no answer" : status} after ${sent.toFixed(1)} MiB, +${
        grown.toFixed(0)
      } MiB`,
    holds: ({ status = 0, grown = 0 }) => statuses.includes(status) && grown < 32,
  })),
  {
    name: "pipelining behind a slow handler",
    async run(target) {
      const grown = memory(target);
      const client = await connect(target);
      const batch = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1000);
      let sent = 0;
      const stop = setTimeout(() => close(client), 2000);
      const most = target.scale > 1 ? 4_000_000 : 40_000;
      while (sent < most && await send(client, batch)) sent += 1000;
      clearTimeout(stop);
      close(client);
      return { sent: sent * 32 / 1024 ** 2, grown: grown() };
    },
    show: ({ sent = 0, grown = 0 }) => `${sent.toFixed(1)} MiB taken, +${grown.toFixed(0)} MiB`,
    holds: ({ grown = 0 }) => grown < 32,
  },
  {
    name: "400 connections at `ulimit -n 256`",
    descriptors: 256,
    async run(target) {
      // A request already being handled.
      const early = await connect(target);
      await send(early, "GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      const answer = rest(early);
      // Some are refused where the server has stopped listening.
      const opened = Array.from({ length: 400 }, () => connect(target).catch(() => null));
      const clients = (await Promise.all(opened)).filter((each) => each !== null);
      for (const each of clients) await send(each, "GET / HTTP/1.1\r\nHost: a\r\n");
      await pause(target.scale > 1 ? 5000 : 500);
      clients.forEach(close);
      const begun = performance.now();
      let took = 6000;
      while (took === 6000 && performance.now() - begun < 6000) {
        const asked = fetch(`http://127.0.0.1:${target.port}/`, {
          signal: AbortSignal.timeout(1000),
        });
        const text = await asked.then((reply) => reply.text()).catch(() => pause(50));
        if (text === "hello") took = Math.round(performance.now() - begun);
      }
      return { took, kept: (await answer).endsWith("done") ? 1 : 0 };
    },
    show: ({ took = 0, kept }) =>
      `${took < 6000 ? `serves again after ${took} ms` : "serves no more"}, ` +
      `the request under way ${kept === 1 ? "is answered" : "is lost"}`,
    holds: ({ took = 0, kept }) => took < 5000 && kept === 1,
    weaker: ({ took = 0, kept }) => took < 6000 && kept === 1,
  },
  {
    name: "connections beyond the 1,200 of an address",
    isLong: true,
    async run(target) {
      const before = files(target);
      const clients = await many(target, 1300);
      await pause(50); // less than the limit of time for a head
      const held = files(target) - before;
      clients.forEach(close);
      return { held };
    },
    show: ({ held = 0 }) => `${held} of 1,300 held`,
    holds: ({ held = 0 }) => held <= 1200,
    weaker: ({ held = 0 }) => held > 1200,
  },
];
