import type { BenchCase, Row } from "../measure/case.ts";
import { asClient, cpuOfClient } from "../measure/client_case.ts";
import { HELLO } from "../contenders/servers/replies.mjs";

const SERVER = { runtime: "deno", file: "servers/ws_deno_serve.ts" } as const;
const CHECK = { path: "/", expect: HELLO };

function row(id: string, label: string, mode: string): Row {
  const program = { runtime: "deno", file: "clients/ws_echo.ts", args: ["--mode", mode] } as const;
  return { id, label, program };
}

const OURS = row("ours", "Roundtrip", "ours");
const NPM = row("npm_ws", "npm:ws on Deno", "npm");
const PLATFORM = row("platform", "Deno's WebSocket", "platform");

/** Clients of an echo WebSocket: messages per second, and CPU time per message. */
export const clientWebSocket: readonly BenchCase[] = [
  {
    name: "client_ws",
    title: "client: WebSocket echo, 64 bytes, 32 sockets",
    method: "one message under way on each socket, against a bare Deno.upgradeWebSocket",
    unit: "messages/s",
    better: "higher",
    open: asClient(SERVER, CHECK),
    rows: [OURS, { ...NPM, goal: 1.3 }, PLATFORM],
  },
  {
    name: "client_ws_cpu",
    title: "client: CPU time of a WebSocket echo, 64 bytes, 32 sockets",
    method: "one message under way on each socket; all threads of the client",
    unit: "µs/message",
    better: "lower",
    open: cpuOfClient(SERVER, CHECK),
    rows: [OURS, { ...NPM, goal: 0.77 }, PLATFORM],
  },
];
