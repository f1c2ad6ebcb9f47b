import type { BenchCase, Row } from "../measure/case.ts";
import { HELLO, REPLY } from "../contenders/servers/replies.mjs";
import { httpServers } from "../measure/http_servers.ts";
import { type Check, underLoad, wrk } from "../measure/server_case.ts";

const ALL = {
  ours: null,
  ours_sockets: null,
  deno_serve: null,
  hono: null,
  hono_guarded: null,
  elysia: null,
  fastify: null,
  aiohttp: null,
};
const FEW = 10;
const MANY = 1000;

function requestCase(
  name: string,
  title: string,
  check: Check | ((row: Row) => Check),
  rows: readonly Row[],
): BenchCase {
  return {
    name,
    title,
    method: "wrk, 50 connections",
    unit: "requests/s",
    better: "higher",
    needs: ["wrk"],
    open: underLoad(check, wrk()),
    rows,
  };
}

const { deno_serve: _, ...routers } = ALL;
const many = httpServers(routers, ["--mode", "routes", "--routes", `${MANY}`]);
/** Our figure with few routes, which more routes should hardly reduce. */
const few = httpServers({ ours: 0.9 }, ["--mode", "routes", "--routes", `${FEW}`])
  .map((row) => ({ ...row, id: "ours_few", label: `${row.label}, ${FEW} routes` }));

/** One route each, so that the rest of the way counts; then many. */
export const REQUESTS: readonly BenchCase[] = [
  requestCase(
    "hello",
    "GET /, one route, a short text",
    { path: "/", expect: HELLO },
    httpServers({ ...ALL, hono: 0.88, hono_guarded: 0.95, elysia: 0.95, aiohttp: 3 }, [
      ...["--mode", "hello"],
    ]),
  ),
  requestCase(
    "parameter",
    "GET /users/123, a route with a parameter",
    { path: "/users/123", expect: "123" },
    httpServers(ALL, ["--mode", "parameter"]),
  ),
  requestCase(
    "routes1000",
    "GET the last of 1,000 routes, with a parameter",
    (row) => ({
      path: `/api/section${row.id === "ours_few" ? FEW : MANY}/items/123`,
      expect: "123",
    }),
    [...many.slice(0, 1), ...few, ...many.slice(1)],
  ),
  requestCase(
    "json",
    "GET /json, a small object",
    { path: "/json", expect: REPLY },
    httpServers(ALL, ["--mode", "json"]),
  ),
];
