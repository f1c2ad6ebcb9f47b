// Receives events of a server on 100 connections: fanout_load.ts ORIGIN KIND SECONDS, where KIND is
// "events" or "group". Prints events per second, over all connections.
const [origin = "", kind = "", seconds = "1"] = Deno.args;
const LISTENERS = 100;
const { hostname, port } = new URL(origin);
const encoder = new TextEncoder();
const MARK = "x".repeat(64).charCodeAt(0);

let arrived = 0;
let all = Promise.withResolvers<void>();

function count(events: number): void {
  arrived += events;
  if (arrived >= LISTENERS) all.resolve();
}

/** Counts events by their text, 64 times the same letter, which nothing else has. */
async function listenToEvents(): Promise<void> {
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(encoder.encode("GET /events HTTP/1.1\r\nHost: a\r\n\r\n"));
  const buffer = new Uint8Array(4096);
  const open = await connection.read(buffer);
  if (open === null) throw new Error("The stream is closed");
  (async () => {
    for (let size, marks = 0; (size = await connection.read(buffer)) !== null;) {
      for (let at = 0; at < size; at++) if (buffer[at] === MARK) marks++;
      count(Math.floor(marks / 64));
      marks %= 64;
    }
  })();
}

function listenToGroup(): Promise<void> {
  const socket = new WebSocket(`${origin.replace("http", "ws")}/group`);
  socket.onmessage = () => count(1);
  return new Promise((resolve) => socket.onopen = () => resolve());
}

for (let i = 0; i < LISTENERS; i++) await (kind === "events" ? listenToEvents() : listenToGroup());
await new Promise((resolve) => setTimeout(resolve, 200));
let total = 0;
const start = performance.now();
while (performance.now() - start < Number(seconds) * 1000) {
  all = Promise.withResolvers();
  arrived = 0;
  await (await fetch(`${origin}/send-${kind}`)).text();
  await all.promise;
  total += arrived;
}
console.log(`events per second: ${(total / (performance.now() - start) * 1000).toFixed(0)}`);
Deno.exit();
