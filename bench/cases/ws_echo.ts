import type { BenchCase } from "../measure/case.ts";
import { HELLO } from "../contenders/servers/replies.mjs";
import { type Load, overSockets, reportedRate, underLoad } from "../measure/server_case.ts";

/** Echoed text messages of 64 bytes on 100 sockets, one in flight on each. */
export const wsEcho: BenchCase = {
  name: "ws_echo",
  title: "WebSocket echo, 64 bytes, 100 clients",
  method: "100 sockets of Deno's WebSocket, one message under way on each",
  unit: "messages/s",
  better: "higher",
  open: underLoad({ path: "/", expect: HELLO }, () => wsLoad),
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

/** Messages per second that a server echoes. */
export const wsLoad: Load = (origin, seconds, bench) => {
  const args = [`${origin.replace("http", "ws")}/ws`, `${seconds}`];
  return reportedRate("clients/ws_load.ts", args, "messages", bench);
};
