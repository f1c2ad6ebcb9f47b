import type { BenchCase } from "../measure/case.ts";
import { httpServers } from "../measure/http_servers.ts";
import { underLoad, wrk } from "../measure/server_case.ts";
import { REPLY } from "../contenders/servers/replies.mjs";

/** A small object, serialized for each request. */
export const json: BenchCase = {
  name: "json",
  title: "GET /json, a small object",
  method: "wrk, 50 connections",
  unit: "requests/s",
  better: "higher",
  needs: ["wrk"],
  open: underLoad({ path: "/json", expect: REPLY }, wrk()),
  rows: httpServers({
    ours: null,
    ours_sockets: null,
    deno_serve: null,
    hono: null,
    hono_guarded: null,
    elysia: null,
    fastify: null,
    aiohttp: null,
  }, ["--mode", "json"]),
};
