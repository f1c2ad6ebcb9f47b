import { assert, assertEquals } from "@std/assert";
import { closePayload, frame, rawSocket } from "../_frames.ts";
import { p99, rest, send, start, type Target } from "./_target.ts";

// Small by default, whole by `deno task hostile`.
const SCALE = Deno.env.get("HOSTILE") === "whole" ? 10 : 1;
const LIMIT = 1000; // ms, of every limit of the server
const LATE = 4000; // ms on a busy machine; 2000 is the aim

/** A row prints its figures and fails on a miss. */
function row(name: string, run: (target: Target) => Promise<string>, engine = "sockets"): void {
  Deno.test({
    name: `hostile: ${name} (${engine})`,
    ignore: Deno.build.os !== "linux", // looks into /proc
    async fn() {
      await using target = await start(engine);
      const figures = await run(target);
      if (SCALE > 1) console.log(`${name} | ${engine} | ${figures}`);
    },
  });
}

async function many(target: Target, count: number): Promise<Deno.TcpConn[]> {
  return await Promise.all(Array.from({ length: count }, () => target.connect()));
}

/** Waits until all have been closed; how long that took, in ms. */
async function allClosed(connections: readonly Deno.Conn[], begun: number): Promise<number> {
  await Promise.all(connections.map(rest));
  for (const each of connections) each.close();
  return performance.now() - begun;
}

row("heads that come a byte at a time", async (target) => {
  const clients = await many(target, 30 * SCALE);
  const begun = performance.now();
  const closed = allClosed(clients, begun);
  for (const each of clients) {
    (async () => {
      for (const byte of "GET / HTTP/1.1\r\nHost: a\r\nx-slow: ".padEnd(200, "x")) {
        if (!await send(each, byte)) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();
  }
  const others = await p99(target.port);
  const took = await closed;
  assert(took < LIMIT + LATE, `closed after ${took} ms`);
  assert(others < 200, `p99 of others ${others} ms`);
  return `${clients.length} closed in ${Math.round(took)} ms, p99 of others ${
    others.toFixed(1)
  } ms`;
});

row("connections that say nothing, or nothing more", async (target) => {
  const clients = await many(target, 30 * SCALE);
  for (const each of clients.slice(0, 10)) await send(each, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const took = await allClosed(clients, performance.now());
  assert(took < LIMIT + LATE, `closed after ${took} ms`);
  return `${clients.length} closed in ${Math.round(took)} ms`;
});

row("bodies that stop in the middle get 408", async (target) => {
  const clients = await many(target, 20 * SCALE);
  const heads = ["Content-Length: 100\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nha"];
  const begun = performance.now();
  for (const [at, each] of clients.entries()) {
    await send(each, `POST /read HTTP/1.1\r\nHost: a\r\n${heads[at % 2]}`);
  }
  const replies = await Promise.all(clients.map(rest));
  const took = performance.now() - begun;
  for (const each of clients) each.close();
  for (const reply of replies) assert(reply.startsWith("HTTP/1.1 408 "), reply.slice(0, 80));
  assert(took < LIMIT + LATE, `closed after ${took} ms`);
  return `${clients.length} times 408 in ${Math.round(took)} ms`;
});

row("clients that never read are let go", async (target) => {
  const before = target.files();
  const clients = await many(target, 10 * SCALE);
  for (const each of clients) await send(each, "GET /large HTTP/1.1\r\nHost: a\r\n\r\n");
  const begun = performance.now();
  const left = () => target.files() - before;
  do {
    await new Promise((resolve) => setTimeout(resolve, 250));
  } while (left() > 2 && performance.now() - begun < 10 * LIMIT);
  const open = left();
  for (const each of clients) each.close();
  assert(open <= 2, `${open} of ${clients.length} still open`);
  return `${clients.length - open} of ${clients.length} closed in ${
    Math.round(performance.now() - begun)
  } ms`;
});

row("pipelining behind a slow handler takes no memory", async (target) => {
  await p99(target.port, 20);
  const before = target.rss();
  const client = await target.connect();
  const batch = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n".repeat(1000);
  let sent = 0;
  const stop = setTimeout(() => client.close(), 2000);
  while (sent < 20_000 * SCALE && await send(client, batch)) sent += 1000;
  clearTimeout(stop);
  const grown = target.rss() - before;
  try {
    client.close();
  } catch { /* closed by the timer */ }
  assert(grown < 32, `${grown} MiB`);
  return `${sent} requests sent, RSS +${grown.toFixed(1)} MiB`;
});

const FLOODS: [name: string, head: string, piece: string, status: string][] = [
  ["an endless head", "GET / HTTP/1.1\r\nHost: a\r\n", `x-a: ${"a".repeat(1000)}\r\n`, "431"],
  ["an endless request line", "GET /", "a".repeat(1000), "4(14|31)"],
  [
    "endless trailers",
    "POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
    `x: ${"a".repeat(1000)}\r\n`,
    "4(00|31)",
  ],
  [
    "an endless chunk extension",
    "POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;",
    "a".repeat(1000),
    "400",
  ],
  [
    "chunks without end",
    "POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    "1\r\na\r\n".repeat(200),
    "413",
  ],
];
for (const [name, head, piece, status] of FLOODS) {
  row(`${name} ends with ${status}`, async (target) => {
    const before = target.rss();
    const client = await target.connect();
    const reply = rest(client);
    await send(client, head);
    let sent = 0;
    while (sent < 64 * 1024 ** 2 && await send(client, piece)) sent += piece.length;
    const text = await reply;
    client.close();
    const grown = target.rss() - before;
    assert(new RegExp(`^HTTP/1.1 ${status} `).test(text), text.slice(0, 100));
    assert(grown < 64, `${grown} MiB`);
    return `${(sent / 1024 ** 2).toFixed(1)} MiB sent, RSS +${grown.toFixed(1)} MiB`;
  });
}

row("fragments of a message without end get 1009", async (target) => {
  const before = target.rss();
  using socket = await rawSocket(`http://127.0.0.1:${target.port}/ws`);
  const payload = new Uint8Array(64 * 1024);
  await socket.send(frame({ opcode: 2, fin: false, payload }));
  const piece = frame({ opcode: 0, fin: false, payload });
  let sent = 0;
  while (sent < 200 * SCALE && await socket.send(piece).then(() => true, () => false)) sent++;
  const reply = await socket.read().catch(() => null);
  const grown = target.rss() - before;
  assertEquals([...reply?.payload.subarray(0, 2) ?? []], closePayload(1009));
  assert(grown < 64, `${grown} MiB`);
  return `${sent} fragments sent, RSS +${grown.toFixed(1)} MiB`;
});

row("a WebSocket that is silent after our close is let go", async (target) => {
  const before = target.files();
  const sockets = await Promise.all(
    Array.from({ length: 10 * SCALE }, () => rawSocket(`http://127.0.0.1:${target.port}/ws`)),
  );
  for (const each of sockets) await each.send(frame({ payload: "bye" }));
  await new Promise((resolve) => setTimeout(resolve, LIMIT + 1500));
  const open = target.files() - before;
  for (const each of sockets) each[Symbol.dispose]();
  assert(open <= 2, `${open} of ${sockets.length} still open`);
  return `${open} of ${sockets.length} open ${LIMIT + 1500} ms later`;
});

row("exchanges that are broken off anywhere leave nothing open", async (target) => {
  await p99(target.port, 20);
  const before = target.files();
  const whole = "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\n".padEnd(95, "x");
  for (let at = 0; at < 100 * SCALE; at++) {
    const client = await target.connect();
    await send(client, whole.slice(0, at * 7 % whole.length));
    client.close();
  }
  const begun = performance.now();
  const left = () => target.files() - before;
  while (left() > 4 && performance.now() - begun < 5 * LIMIT) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const open = left();
  assert(open <= 4, `${open} files more than before`);
  const took = Math.round(performance.now() - begun);
  return `${100 * SCALE} broken off, ${open} files more than before after ${took} ms`;
});

row("connections beyond the limit of an address are closed", async (target) => {
  const clients = await many(target, 450);
  const last = clients.slice(400);
  const took = await allClosed(last, performance.now());
  for (const each of clients.slice(0, 400)) each.close();
  assert(took < LIMIT, `${took} ms`);
  return `50 of 450 closed in ${Math.round(took)} ms`;
});
