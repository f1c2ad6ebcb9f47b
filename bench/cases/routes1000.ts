import type { BenchCase, Row } from "../measure/case.ts";
import { httpServers } from "../measure/http_servers.ts";
import { underLoad, wrk } from "../measure/server_case.ts";

const FEW = 10;
const MANY = 1000;

const servers = httpServers({
  ours: null,
  ours_sockets: null,
  hono: null,
  hono_guarded: null,
  elysia: null,
  fastify: null,
  aiohttp: null,
}, ["--mode", "routes", "--routes", String(MANY)]);

/** Our figure with few routes, which more routes should hardly reduce. */
const few: Row[] = httpServers({ ours: 0.9 }, ["--mode", "routes", "--routes", String(FEW)])
  .map((row) => ({ ...row, id: "ours_few", label: `${row.label}, ${FEW} routes` }));

/** A thousand routes with a parameter each; the request is for the last one. */
export const routes1000: BenchCase = {
  name: "routes1000",
  title: "GET the last of 1,000 routes, with a parameter",
  method: "wrk, 50 connections",
  unit: "requests/s",
  better: "higher",
  needs: ["wrk"],
  open: underLoad(
    (row) => ({
      path: `/api/section${row.id === "ours_few" ? FEW : MANY}/items/123`,
      expect: "123",
    }),
    wrk(),
  ),
  rows: [...servers.slice(0, 1), ...few, ...servers.slice(1)],
};
