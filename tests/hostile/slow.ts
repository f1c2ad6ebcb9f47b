/**
 * Slow clients.
 * @module
 */
import { close } from "../_connections.ts";
import {
  connect,
  files,
  many,
  memory,
  p99,
  pause,
  released,
  rest,
  send,
  type Target,
} from "./_target.ts";
import type { Row } from "./rows.ts";

const LIMIT = 1000; // ms, of every limit of the server
const LATE = 2000; // ms beyond it

/** Number of connections closed within the limit, and the time of the last one. */
async function closed(connections: readonly Deno.TcpConn[]): Promise<Record<string, number>> {
  const begun = performance.now();
  let count = 0;
  let last = 0;
  const all = Promise.all(connections.map(async (each) => {
    await rest(each);
    last = performance.now() - begun;
    count++;
  }));
  await Promise.race([all, pause(LIMIT + LATE)]);
  const figures = { clients: connections.length, closed: count, last: Math.round(last) };
  connections.forEach(close);
  await all;
  return figures;
}

const allClosed = (figures: Readonly<Record<string, number>>) => figures.closed === figures.clients;
const none = (figures: Readonly<Record<string, number>>) => figures.closed === 0;
const shown = ({ clients, closed, last }: Readonly<Record<string, number>>) =>
  closed === 0 ? `none of ${clients} closed` : `${closed} of ${clients} closed in ${last} ms`;

async function drip(connection: Deno.TcpConn, text: string, every: number): Promise<void> {
  await pause(Math.random() * every); // not all at once
  for (const byte of text) {
    if (!await send(connection, byte)) return;
    await pause(every);
  }
}

/** Stopping or trickling bodies: returns the number of clients that saw 408. */
async function bodies(target: Target, stops: boolean): Promise<Record<string, number>> {
  const clients = await many(target, target.scale > 1 ? 200 : 20);
  const heads = ["Content-Length: 100\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nha"];
  for (const [at, each] of clients.entries()) {
    await send(each, `POST /read HTTP/1.1\r\nHost: a\r\n${heads[at % 2]}`);
    if (!stops) drip(each, "abcdefgh", 1500);
  }
  let refused = 0;
  const begun = performance.now();
  const all = Promise.all(clients.map(async (each) => {
    const text = await rest(each);
    if (text.startsWith("HTTP/1.1 408 ")) refused++;
  }));
  await Promise.race([all, pause(LIMIT + LATE)]);
  const figures = { clients: clients.length, refused, last: Math.round(performance.now() - begun) };
  clients.forEach(close);
  await all;
  return figures;
}

const refused = {
  show: ({ clients, refused, last }: Readonly<Record<string, number>>) =>
    refused === 0
      ? `none of ${clients} got 408 and a closed socket`
      : `${refused} of ${clients} got 408 and a closed socket in ${last} ms`,
  holds: ({ clients, refused }: Readonly<Record<string, number>>) => clients === refused,
  // It answers 408 after `bodyTimeout`, but the connection stays open.
  weaker: ({ refused }: Readonly<Record<string, number>>) => refused === 0,
};

export const SLOW: readonly Row[] = [
  {
    name: "heads a byte at a time",
    async run(target) {
      const usual = target.scale > 1 ? await p99(target, 200) : 0;
      const clients = await many(target, target.scale > 1 ? 1000 : 30);
      const others = target.scale > 1 ? p99(target, 200) : Promise.resolve(0);
      for (const each of clients) {
        drip(each, "GET / HTTP/1.1\r\nHost: a\r\nx-slow: ".padEnd(200, "x"), 100);
      }
      return { ...await closed(clients), usual, others: await others };
    },
    show: (figures) =>
      `${shown(figures)}; others wait ${(figures.others ?? 0).toFixed(1)} ms ` +
      `(${(figures.usual ?? 0).toFixed(1)} without)`,
    // Delays of a busy machine also exist without the attack.
    holds: (figures) => allClosed(figures) && (figures.others ?? 0) < 20 + (figures.usual ?? 0),
    weaker: none,
  },
  {
    name: "connections that say nothing, or nothing more",
    async run(target) {
      const clients = await many(target, target.scale > 1 ? 1000 : 30);
      for (const each of clients.slice(0, clients.length / 2)) {
        await send(each, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      }
      return await closed(clients);
    },
    show: shown,
    holds: allClosed,
    weaker: none,
  },
  { name: "bodies that stop", run: (target) => bodies(target, true), ...refused },
  { name: "bodies a byte in 1.5 s", run: (target) => bodies(target, false), ...refused },
  ...([
    ["8 MiB", "/large", 100],
    ["an endless StreamResponse", "/endless", 200],
  ] as const).map(([what, path, most]): Row => ({
    name: `clients that never read ${what}`,
    cutsWrites: true,
    async run(target) {
      const before = files(target);
      const grown = memory(target);
      const clients = await many(target, target.scale > 1 ? 200 : 10);
      for (const each of clients) await send(each, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const limit = target.scale > 1 ? LIMIT + 5000 : LIMIT + LATE;
      const [open, took] = await released(target, before, clients.length, limit);
      clients.forEach(close);
      const gone = Math.max(0, clients.length - open);
      return { clients: clients.length, closed: gone, last: took, grown: grown() };
    },
    show: (figures) => `${shown(figures)}, +${(figures.grown ?? 0).toFixed(0)} MiB`,
    holds: (figures) => allClosed(figures) && (figures.grown ?? 0) < most,
    weaker: none,
  })),
  {
    name: "half-closed clients get their answer",
    async run(target) {
      let answered = 0;
      for (let at = 0; at < 20; at++) {
        const client = await connect(target);
        await send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.closeWrite();
        if ((await rest(client)).endsWith("hello")) answered++;
      }
      return { answered };
    },
    show: ({ answered }) => `${answered} of 20`,
    holds: ({ answered }) => answered === 20,
    weaker: ({ answered }) => answered === 20,
  },
  {
    name: "clients that write 4 MiB before they read their 413",
    async run(target) {
      let seen = 0;
      for (let at = 0; at < 16; at++) {
        const client = await connect(target);
        await send(
          client,
          "POST /read HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4194304\r\n\r\n",
        );
        const piece = new Uint8Array(64 * 1024);
        for (let sent = 0; sent < 4_194_304; sent += piece.length) {
          if (!await send(client, piece)) break;
        }
        if ((await rest(client)).startsWith("HTTP/1.1 413 ")) seen++;
      }
      return { seen };
    },
    show: ({ seen }) => `${seen} of 16 see it`,
    holds: ({ seen }) => seen === 16,
    weaker: ({ seen }) => seen === 16,
  },
];
