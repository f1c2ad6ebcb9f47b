// deno run -A tests/e2e/websocket_idle.ts [SOCKETS]
//
// Opens many idle WebSockets, sends one broadcast and closes them; prints one line of JSON and
// exits with 1 if a figure is missed. It takes descriptors: `ulimit -n` has to be beyond SOCKETS.
import { web } from "@roundtrip/http";
import { descriptors } from "../_descriptors.ts";
import { memoryOf } from "../_memory.ts";
import { type RawSocket, rawSocket, TEXT } from "../_frames.ts";

const MAX_RSS_MIB = 350;
const MAX_BROADCAST_MS = 2_000;

async function serve(): Promise<void> {
  const group = new web.WebSocketGroup();
  const app = new web.Application();
  app.addRoutes([
    web.get(
      "/ws",
      web.webSocket(async (socket) => {
        await group.join(socket);
        for await (const _ of socket);
      }),
    ),
    web.post("/broadcast", async () => web.jsonResponse(await group.send("x".repeat(64)))),
    web.get("/size", () => web.jsonResponse(group.size)),
  ]);
  const runner = new web.AppRunner(app);
  console.log(await runner.listen({ hostname: "127.0.0.1", port: 0 }));
}

async function measure(sockets: number): Promise<number> {
  await using server = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", new URL(import.meta.url).pathname, "serve"],
    stdout: "piped",
  }).spawn();
  const [base = ""] = await firstLine(server.stdout);
  const ask = async (method: string, path: string): Promise<number> =>
    Number(await (await fetch(`${base}${path}`, { method })).text());
  await ask("GET", "/size");
  const before = descriptors(server.pid);

  const open: RawSocket[] = [];
  const start = performance.now();
  while (open.length < sockets) {
    const batch = Math.min(200, sockets - open.length);
    open.push(...await Promise.all(Array.from({ length: batch }, () => rawSocket(`${base}/ws`))));
  }
  while (await ask("GET", "/size") < sockets) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const openMs = Math.round(performance.now() - start);
  const rss = Math.round(memoryOf(server.pid, "VmRSS"));

  // A ping may arrive first.
  const next = async (socket: RawSocket): Promise<boolean> => {
    for (;;) {
      const frame = await socket.read();
      if (frame === null) return false;
      if (frame.opcode === TEXT) return frame.payload.length === 64;
    }
  };
  const receiving = Promise.all(open.map(next));
  const sent = performance.now();
  const members = await ask("POST", "/broadcast");
  const got = (await receiving).filter(Boolean).length;
  const broadcastMs = Math.round(performance.now() - sent);

  for (const socket of open) socket[Symbol.dispose]();
  let after = descriptors(server.pid);
  for (let tries = 0; after > before + 2 && tries < 100; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    after = descriptors(server.pid);
  }
  const left = await ask("GET", "/size");
  console.log(JSON.stringify({
    sockets,
    openMs,
    rssMiB: rss,
    broadcastMs,
    members,
    got,
    descriptors: { before, after },
    left,
  }));
  server.kill();
  const good = rss < MAX_RSS_MIB && broadcastMs < MAX_BROADCAST_MS && got === sockets &&
    after <= before + 2 && left === 0;
  return good ? 0 : 1;
}

async function firstLine(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string[]> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes("\n")) break;
  }
  return text.split("\n");
}

const [mode = "10000"] = Deno.args;
if (mode === "serve") await serve();
else Deno.exitCode = await measure(Number(mode));
