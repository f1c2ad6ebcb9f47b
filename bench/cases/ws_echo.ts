import type { Bench, BenchCase, Program } from "../measure/case.ts";
import { HELLO } from "../contenders/servers/replies.mjs";
import { overSockets, underLoad } from "../measure/server_case.ts";

const LOAD: Program = { runtime: "deno", file: "clients/ws_load.ts" };

/** Echoed text messages of 64 bytes on 100 sockets, one in flight on each. */
export const wsEcho: BenchCase = {
  name: "ws_echo",
  title: "WebSocket echo, 64 bytes, 100 clients",
  method: "100 sockets of Deno's WebSocket, one message under way on each",
  unit: "messages/s",
  better: "higher",
  open: underLoad({ path: "/", expect: HELLO }, () => load),
  rows: [
    {
      id: "ours",
      label: "Roundtrip",
      program: { runtime: "deno", file: "servers/ws_roundtrip.ts" },
    },
    {
      id: "ours_sockets",
      label: "Roundtrip over sockets",
      program: overSockets({ runtime: "deno", file: "servers/ws_roundtrip.ts" }),
    },
    {
      id: "deno_serve",
      label: "Deno.upgradeWebSocket",
      program: { runtime: "deno", file: "servers/ws_deno_serve.ts" },
      goal: 0.9,
    },
    {
      id: "ws",
      label: "ws on Node",
      program: { runtime: "node", file: "servers/ws_node.mjs", needs: ["ws"] },
    },
    {
      id: "aiohttp",
      label: "aiohttp + uvloop",
      program: { runtime: "python", file: "servers/ws_aiohttp.py" },
      goal: 1.1,
    },
  ],
};

async function load(origin: string, seconds: number, bench: Bench): Promise<number> {
  const url = `${origin.replace("http", "ws")}/ws`;
  await using child = bench.spawn(await bench.command(LOAD, [url, `${seconds}`]), "load");
  const report = await child.output();
  const rate = Number(/^messages per second: ([\d.]+)$/m.exec(report)?.[1]);
  if (!(rate > 0)) throw new Error(`Cannot read the report of the load: ${report}`);
  return rate;
}
