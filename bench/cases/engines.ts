import type { BenchCase, Program, Row, Running } from "../measure/case.ts";
import { HELLO } from "../contenders/servers/replies.mjs";
import { cpuUnderLoad, type Load, reportedRate, startServer, wrk } from "../measure/server_case.ts";
import { wsLoad } from "./ws_echo.ts";
import { CHECK as FILE, FOLDER, NGINX, transfer, withFiles } from "./static_files.ts";

const CHECK = { path: "/", expect: HELLO };
const IDLE = 10_000; // connections

/** A row for each engine, with the goal for `sockets / engine`. */
function engines(file: string, args: readonly string[], goal?: number): Row[] {
  const program = (engine: string): Program => ({
    runtime: "deno",
    file: `servers/${file}`,
    args: [...args, "--engine", engine],
  });
  return [
    { id: "ours", label: "Roundtrip over sockets", program: program("sockets") },
    {
      id: "ours_deno",
      label: "Roundtrip over Deno.serve",
      program: program("deno"),
      ...(goal !== undefined && { goal }),
    },
  ];
}

function row(id: string, label: string, program: Program, goal?: number): Row {
  return { id, label, program, ...(goal !== undefined && { goal }) };
}

const MICROSECONDS = { unit: "µs/request", better: "lower", needs: ["wrk"] } as const;
const bare = (mode: string): Program => ({
  runtime: "deno",
  file: "servers/deno_serve.ts",
  args: ["--mode", mode],
});
const BUN: Program = { runtime: "bun", file: "servers/bodies.mjs" };
const BARE_POST: Program = { runtime: "deno", file: "servers/json_bare.ts" };
const BARE_ECHO: Program = { runtime: "deno", file: "servers/ws_bare.ts" };
const AIOHTTP: Program = { runtime: "python", file: "servers/aiohttp_server.py" };

function hello(connections: number): BenchCase {
  return {
    name: `engine_hello_${connections}`,
    title: `engines: CPU time of a GET, ${connections} connections`,
    method: `wrk, ${connections} connections; all threads of the server`,
    ...MICROSECONDS,
    open: cpuUnderLoad(CHECK, wrk(connections)),
    rows: [
      ...engines("roundtrip.ts", ["--mode", "hello"], 1.54),
      row("deno_serve", "Deno.serve, no router", bare("hello")),
      row("aiohttp", "aiohttp + uvloop", AIOHTTP, 0.33),
    ],
  };
}

const pipelined: BenchCase = {
  name: "engine_pipelined",
  title: "engines: CPU time of a write of 16 GETs",
  method: "wrk, 64 connections, 16 requests a write; all threads of the server",
  ...MICROSECONDS,
  open: cpuUnderLoad(CHECK, wrk(64, "pipelined.lua")),
  rows: engines("roundtrip.ts", ["--mode", "hello"], 0.67),
};

const post: BenchCase = {
  name: "engine_post",
  title: "engines: CPU time of a POST of 1 KB of JSON",
  method: "wrk, 64 connections; all threads of the server",
  ...MICROSECONDS,
  open: cpuUnderLoad(CHECK, () => posts),
  rows: [
    ...engines("roundtrip.ts", ["--mode", "bodies"]),
    row("deno_serve", "Deno.serve, no router", bare("bodies"), 0.56),
    row("bun_serve", "Bun.serve", BUN, 1),
    row("bare", "Deno.listen, one read and one write, no HTTP", BARE_POST),
  ],
};

const posts: Load = (origin, seconds, bench) => {
  const body = JSON.stringify({ text: "x".repeat(1000) });
  const init = { method: "POST", headers: { "content-type": "application/json" }, body };
  return wrk(64)({ path: "/json", expect: "", init })(origin, seconds, bench);
};

function upload(framing: "length" | "chunked", goal: number): BenchCase {
  const load: Load = (origin, seconds, bench) => {
    const args = [new URL(origin).port, framing, `${seconds}`];
    return reportedRate("clients/body_load.ts", args, "MB", bench);
  };
  return {
    name: `engine_upload_${framing}`,
    title: `engines: CPU time of an upload, ${
      framing === "length" ? "of known length" : "in chunks"
    }`,
    method: "one connection after the other, 300 MB each; all threads of the server",
    unit: "µs/MB",
    better: "lower",
    open: cpuUnderLoad(CHECK, () => load),
    rows: [
      ...engines("roundtrip.ts", ["--mode", "bodies"], goal),
      row("deno_serve", "Deno.serve, BYOB reader", bare("bodies")),
      row("bun_serve", "Bun.serve", BUN),
      ...(framing === "length"
        ? [row("bare", "a bare read", { runtime: "deno", file: "servers/bare_read.ts" })]
        : []),
    ],
  };
}

const FILES = ["--folder", FOLDER];
const NGINX_COPYING: Row = {
  ...NGINX,
  id: "nginx_copying",
  label: "nginx without sendfile",
  program: { ...NGINX.program, args: [...FILES, "--copying"] },
  goal: 1.11,
};
const file10k: BenchCase = {
  name: "engine_file_10k",
  title: "engines: CPU time of a static file of 10 KB",
  method: "wrk, 50 connections; all threads of the server",
  ...MICROSECONDS,
  open: withFiles(() => wrk()({ ...FILE, path: "/static/10k.bin" }), cpuUnderLoad),
  rows: [...engines("static_roundtrip.ts", FILES, 1), NGINX, NGINX_COPYING],
};
const file100m: BenchCase = {
  name: "engine_file_100m",
  title: "engines: CPU time of a static file of 100 MB",
  method: "wrk, 2 connections; all threads of the server",
  unit: "µs/MB",
  better: "lower",
  needs: ["wrk"],
  open: withFiles(() => transfer("/static/100m.bin"), cpuUnderLoad),
  rows: [
    ...engines("static_roundtrip.ts", FILES, 1),
    NGINX_COPYING,
  ],
};

const echo: BenchCase = {
  name: "engine_ws_echo",
  title: "engines: CPU time of a WebSocket echo of 64 bytes",
  method: "100 sockets, one message under way on each; all threads of the server",
  unit: "µs/message",
  better: "lower",
  open: cpuUnderLoad(CHECK, () => wsLoad),
  rows: [
    ...engines("ws_roundtrip.ts", []),
    row(
      "deno_serve",
      "Deno.upgradeWebSocket",
      { runtime: "deno", file: "servers/ws_deno_serve.ts" },
      1,
    ),
    row(
      "aiohttp",
      "aiohttp + uvloop",
      { runtime: "python", file: "servers/ws_aiohttp.py" },
      0.77,
    ),
    row("bare", "a bare echo over Deno.listen", BARE_ECHO),
  ],
};

function idle(kind: "http" | "ws", aiohttp: string): BenchCase {
  return {
    name: `engine_idle_${kind}`,
    title: `engines: memory of an idle ${kind === "ws" ? "WebSocket" : "connection"}`,
    method: `${IDLE} of them`,
    unit: "KiB",
    better: "lower",
    async open(row, bench): Promise<Running> {
      return {
        child: (await startServer(row.program, CHECK, bench)).child,
        async measure() {
          const { child, origin } = await startServer(row.program, CHECK, bench);
          await new Promise((resolve) => setTimeout(resolve, 1000));
          const before = await child.memory("VmRSS");
          const program: Program = { runtime: "deno", file: "clients/idle_load.ts" };
          const args = [new URL(origin).port, kind, `${IDLE}`];
          await using load = bench.spawn(await bench.command(program, args), "load");
          if (await load.readLine() !== "open") throw new Error("The connections did not open");
          await new Promise((resolve) => setTimeout(resolve, 1000));
          const after = await child.memory("VmRSS");
          child.kill();
          return (after - before) / 1024 / IDLE;
        },
      };
    },
    rows: [
      ...engines(kind === "ws" ? "ws_roundtrip.ts" : "roundtrip.ts", []),
      row("aiohttp", "aiohttp + uvloop", { runtime: "python", file: `servers/${aiohttp}` }),
      ...(kind === "ws" ? [row("bare", "a bare echo over Deno.listen", BARE_ECHO)] : []),
    ],
  };
}

/** Cost of the engines, with the same application. */
export const ENGINES: readonly BenchCase[] = [
  hello(64),
  hello(512),
  pipelined,
  post,
  upload("length", 0.83),
  upload("chunked", 0.12),
  file10k,
  file100m,
  echo,
  idle("http", "aiohttp_server.py"),
  idle("ws", "ws_aiohttp.py"),
];
