import type { BenchCase } from "../measure/case.ts";
import { asClient } from "../measure/client_case.ts";
import { HELLO } from "../contenders/servers/replies.mjs";

const FIVE_MINUTES = ["--timeout", "300000"];

/** Small GET requests, 32 in flight, against a bare Deno.serve. */
export const clientGet: BenchCase = {
  name: "client_get",
  title: "client: GET a short text",
  method: "32 requests in flight, against a bare Deno.serve",
  unit: "requests/s",
  better: "higher",
  open: asClient(
    { runtime: "deno", file: "servers/deno_serve.ts", args: ["--mode", "hello"] },
    { path: "/", expect: HELLO },
  ),
  rows: [
    {
      id: "ours",
      label: "Roundtrip, all defaults",
      program: { runtime: "deno", file: "clients/roundtrip.ts" },
    },
    {
      id: "deno_fetch",
      label: "Deno fetch",
      program: { runtime: "deno", file: "clients/fetch.mjs" },
    },
    {
      id: "deno_fetch_timeout",
      label: "Deno fetch + timeout signal",
      program: { runtime: "deno", file: "clients/fetch.mjs", args: FIVE_MINUTES },
      goal: 0.9,
    },
    {
      id: "node_fetch",
      label: "Node fetch",
      program: { runtime: "node", file: "clients/fetch.mjs" },
    },
    {
      id: "undici",
      label: "undici.request on Node",
      program: { runtime: "node", file: "clients/undici.mjs", needs: ["undici"] },
    },
    {
      id: "bun_fetch",
      label: "Bun fetch",
      program: { runtime: "bun", file: "clients/fetch.mjs" },
    },
    {
      id: "aiohttp",
      label: "aiohttp + uvloop",
      program: { runtime: "python", file: "clients/aiohttp_client.py" },
      goal: 1,
    },
  ],
};
