import type { BenchCase } from "../case.ts";
import { cpuOfClient } from "../client_case.ts";
import { HELLO } from "../contenders/servers/replies.mjs";

/** What a small GET costs over sockets, over `fetch`, and at least. */
export const clientSockets: BenchCase = {
  name: "client_sockets",
  title: "client: CPU time of a GET of a short text",
  method: "32 requests in flight, against a bare Deno.serve; all threads of the client",
  unit: "µs/request",
  better: "lower",
  open: cpuOfClient(
    { runtime: "deno", file: "servers/deno_serve.ts", args: ["--mode", "hello"] },
    { path: "/", expect: HELLO },
  ),
  rows: [
    {
      id: "ours",
      label: "Roundtrip over sockets, all defaults",
      program: { runtime: "deno", file: "clients/roundtrip.ts" },
    },
    {
      id: "ours_fetch",
      label: "Roundtrip over fetch",
      program: { runtime: "deno", file: "clients/roundtrip.ts", args: ["--mode", "fetch"] },
    },
    {
      id: "deno_fetch_timeout",
      label: "Deno fetch + timeout signal",
      program: { runtime: "deno", file: "clients/fetch.mjs", args: ["--timeout", "300000"] },
      goal: 1 / 3,
    },
    {
      id: "connect",
      label: "Deno.connect, 32 connections, nothing parsed",
      program: { runtime: "deno", file: "clients/connect.ts" },
    },
  ],
};
