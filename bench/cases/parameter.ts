import type { BenchCase } from "../measure/case.ts";
import { httpServers } from "../measure/http_servers.ts";
import { underLoad, wrk } from "../measure/server_case.ts";

/** A route with a parameter that is echoed. */
export const parameter: BenchCase = {
  name: "parameter",
  title: "GET /users/123, a route with a parameter",
  method: "wrk, 50 connections",
  unit: "requests/s",
  better: "higher",
  needs: ["wrk"],
  open: underLoad({ path: "/users/123", expect: "123" }, wrk()),
  rows: httpServers({
    ours: null,
    ours_sockets: null,
    deno_serve: null,
    hono: null,
    hono_guarded: null,
    elysia: null,
    fastify: null,
    aiohttp: null,
  }, ["--mode", "parameter"]),
};
