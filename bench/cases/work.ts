import type { BenchCase, Program, Row } from "../measure/case.ts";
import { HELLO, REPLY } from "../contenders/servers/replies.mjs";
import { type Check, cpuUnderLoad, type Load, reportedRate, wrk } from "../measure/server_case.ts";

const CONTENDERS = {
  ours: ["Roundtrip", { runtime: "deno", file: "servers/work_roundtrip.ts" }],
  hono: ["Hono on Deno", { runtime: "deno", file: "servers/work_hono.ts", needs: ["hono"] }],
  elysia: ["Elysia on Bun", { runtime: "bun", file: "servers/work_elysia.mjs", needs: ["elysia"] }],
  fastify: [
    "Fastify on Node",
    { runtime: "node", file: "servers/work_fastify.mjs", needs: ["fastify"] },
  ],
  aiohttp: ["aiohttp + uvloop", { runtime: "python", file: "servers/work_aiohttp.py" }],
} satisfies Record<string, readonly [label: string, program: Program]>;
type Contender = keyof typeof CONTENDERS;

interface Work {
  /** Goals: how often ours does the work in the CPU time that the peer takes once. */
  readonly goals?: Partial<Record<Contender, number>>;
  /** Contenders that can do it without a package of their own. @default all */
  readonly by?: readonly Contender[];
  /** What the server has besides: "log", "middlewares", "session", "tenants". */
  readonly mode?: string;
  /** The load and its description. @default wrk */
  readonly load?: (check: Check) => Load;
  readonly method?: string;
  readonly unit?: string;
  /** Rows instead of one for each contender. */
  readonly rows?: readonly Row[];
}

/** The last of many routes, by the row's number of them. */
const checkOf = ({ program }: Row): Check => ({
  path: `/ada/section${program.args?.at(-1)}/7`,
  expect: "7",
});

function workCase(
  name: string,
  title: string,
  check: Check | typeof checkOf,
  work: Work = {},
): BenchCase {
  const { by = Object.keys(CONTENDERS) as Contender[], goals = {}, mode = "work" } = work;
  const { load = wrk(), method = "wrk, 50 connections", unit = "µs/request" } = work;
  return {
    name: `work_${name}`,
    title: `CPU time of ${title}`,
    method: `${method}; all threads of the server`,
    unit,
    better: "lower",
    needs: ["wrk"],
    open: cpuUnderLoad(check, load),
    rows: work.rows ?? by.map((id) => rowOf(id, ["--mode", mode], goals[id], mode === "log")),
  };
}

function rowOf(id: Contender, args: readonly string[], goal?: number, silent = false): Row {
  const [label, program] = CONTENDERS[id];
  const shown = { id, label, program: { ...program, args, silent } };
  return goal === undefined ? shown : { ...shown, goal: 1 / goal };
}

function tenants(id: Contender, routes: number, goal?: number): Row {
  const row = rowOf(id, ["--mode", "tenants", "--routes", `${routes}`], goal);
  const label = `${row.label}, ${routes.toLocaleString("en-US")} routes`;
  return { ...row, label, id: id === "ours" && routes === 10_000 ? id : `${id}_${routes}` };
}

/** The client keeps one session, as a browser does between two of its changes. */
const withSession = (check: Check): Load => async (origin, seconds, bench) => {
  const response = await fetch(origin + check.path);
  await response.body?.cancel();
  const cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  return await wrk()({ ...check, init: { headers: { cookie } } })(origin, seconds, bench);
};

function fanout(kind: string, what: string): Work {
  return {
    by: ["ours", "hono", "aiohttp"],
    method: `100 ${what}, the next event when all have the last`,
    unit: "µs/event",
    load: () => (origin, seconds, bench) =>
      reportedRate("clients/fanout_load.ts", [origin, kind, `${seconds}`], "events", bench),
  };
}

function post(type: string, body: string) {
  return { method: "POST", headers: { "content-type": type }, body };
}

const hello = { path: "/", expect: HELLO };
const echo = post("application/json", JSON.stringify(REPLY));
const form = post("application/x-www-form-urlencoded", "name=Ada&city=London&about=programmer");
const cookie = { headers: { cookie: "a=1; seen=7; b=2" } };
const few: readonly Contender[] = ["ours", "hono", "elysia", "aiohttp"];

/** The work of users, written as README writes it. */
export const WORK: readonly BenchCase[] = [
  workCase("async", "an async handler, a short text", { path: "/async", expect: HELLO }, {
    goals: { hono: 0.8 },
  }),
  workCase("async_parameter", "an async handler with a parameter", {
    path: "/async/7",
    expect: "7",
  }, { goals: { hono: 0.8 } }),
  workCase("post_json", "a POST of 70 bytes of JSON, echoed", {
    path: "/json",
    init: echo,
    expect: REPLY,
  }, { goals: { hono: 0.85, aiohttp: 4 } }),
  workCase("post_form", "a POST of an urlencoded form", {
    path: "/form",
    init: form,
    expect: "Ada",
  }, { goals: { hono: 0.9 }, by: few }),
  workCase("json", "a JSON reply", { path: "/json", expect: REPLY }, { goals: { hono: 0.9 } }),
  workCase("json_status", "a JSON reply with a status", { path: "/created", expect: REPLY }, {
    goals: { hono: 0.9 },
  }),
  workCase("header", "a reply with one header", { path: "/header", expect: HELLO }, {
    goals: { hono: 0.95 },
  }),
  workCase("query", "a query parameter", { path: "/query?page=2&q=deno", expect: "deno" }),
  workCase("cookie", "a cookie", { path: "/cookie", init: cookie, expect: "7" }, { by: few }),
  workCase("session", "an encrypted session that changes", { path: "/session", expect: HELLO }, {
    load: withSession,
    rows: [
      { ...rowOf("ours", ["--mode", "session"]), atMost: 25 },
      {
        id: "limit",
        label: "The calls of node:crypto alone",
        program: { runtime: "deno", file: "servers/session_bare.ts" },
      },
    ],
  }),
  workCase("session_read", "an encrypted session that is read", { path: "/user", expect: HELLO }, {
    mode: "session",
    load: withSession,
    by: ["ours"],
  }),
  workCase("access_log", "a short text with the access log", hello, {
    mode: "log",
    goals: { hono: 1, aiohttp: 4 },
    by: ["ours", "hono", "fastify", "aiohttp"],
  }),
  workCase("metrics", "a short text counted by web.metrics()", hello, {
    rows: [
      rowOf("ours", ["--mode", "metrics"]),
      {
        ...rowOf("ours", ["--mode", "work"]),
        id: "plain",
        label: "Roundtrip without it",
        atMostMore: 0.3,
      },
    ],
  }),
  workCase("middlewares", "20 middlewares that pass it on", hello, { mode: "middlewares" }),
  workCase("tenants", "the last of many routes `/{org}/…`", checkOf, {
    rows: [
      tenants("ours", 10_000),
      tenants("ours", 10, 0.5),
      tenants("ours", 1000),
      tenants("hono", 10),
      tenants("hono", 1000),
      tenants("elysia", 1000),
      tenants("fastify", 1000),
      tenants("aiohttp", 1000),
    ],
  }),
  workCase("sse", "an event to 100 streams", hello, fanout("events", "streams")),
  workCase("group", "a message to 100 WebSockets", hello, fanout("group", "sockets")),
];
