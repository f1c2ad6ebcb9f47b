import type { BenchCase } from "../measure/case.ts";
import { httpServers } from "../measure/http_servers.ts";
import { HELLO } from "../contenders/servers/replies.mjs";
import { underLoad, wrk } from "../measure/server_case.ts";

/** The minimal server: one route with constant text. */
export const hello: BenchCase = {
  name: "hello",
  title: "GET /, one route, a short text",
  method: "wrk, 50 connections",
  unit: "requests/s",
  better: "higher",
  needs: ["wrk"],
  open: underLoad({ path: "/", expect: HELLO }, wrk()),
  rows: httpServers({
    ours: null,
    ours_sockets: null,
    deno_serve: null,
    hono: 0.88,
    hono_guarded: 0.95,
    elysia: 0.95,
    fastify: null,
    aiohttp: 3,
  }, ["--mode", "hello"]),
};
