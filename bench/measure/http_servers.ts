/**
 * The HTTP servers that the request benchmarks compare.
 */

import type { Program, Row } from "./case.ts";

/** The ids of {@linkcode httpServers}. */
export type HttpServer =
  | "ours"
  | "ours_sockets"
  | "deno_serve"
  | "hono"
  | "hono_guarded"
  | "elysia"
  | "fastify"
  | "aiohttp";

const SERVERS: Record<HttpServer, { label: string; program: Program }> = {
  ours: {
    label: "Roundtrip",
    program: { runtime: "deno", file: "servers/roundtrip.ts" },
  },
  ours_sockets: {
    label: "Roundtrip over sockets",
    program: { runtime: "deno", file: "servers/roundtrip.ts", args: ["--engine", "sockets"] },
  },
  deno_serve: {
    label: "Deno.serve, no router",
    program: { runtime: "deno", file: "servers/deno_serve.ts" },
  },
  hono: {
    label: "Hono on Deno",
    program: { runtime: "deno", file: "servers/hono.ts", needs: ["hono"] },
  },
  hono_guarded: {
    label: "Hono on Deno, same guards",
    program: { runtime: "deno", file: "servers/hono.ts", args: ["--guarded"], needs: ["hono"] },
  },
  elysia: {
    label: "Elysia on Bun",
    program: { runtime: "bun", file: "servers/elysia.mjs", needs: ["elysia"] },
  },
  fastify: {
    label: "Fastify on Node",
    program: { runtime: "node", file: "servers/fastify.mjs", needs: ["fastify"] },
  },
  aiohttp: {
    label: "aiohttp + uvloop",
    program: { runtime: "python", file: "servers/aiohttp_server.py" },
  },
};

/**
 * One row per server.
 *
 * @param servers In the order of the table, each with the goal for `ours / it`, or `null`.
 * @param args Arguments for all of them, such as the routes to register.
 */
export function httpServers(
  servers: Partial<Record<HttpServer, number | null>>,
  args: readonly string[],
): Row[] {
  return (Object.keys(servers) as HttpServer[]).map((id) => {
    const { label, program } = SERVERS[id];
    const goal = servers[id];
    return {
      id,
      label,
      program: { ...program, args: [...(program.args ?? []), ...args] },
      ...(typeof goal === "number" && { goal }),
    };
  });
}
