import type { BenchCase, Row } from "../measure/case.ts";
import { cpuOfClient } from "../measure/client_case.ts";
import { HELLO, LONG_REPLY } from "../contenders/servers/replies.mjs";

/** A row for a program of `clients/`; goals are shares of its CPU time. */
type Peer = readonly [
  id: string,
  label: string,
  file: string,
  args?: string,
  goal?: number | undefined,
];

const PEERS: readonly Peer[] = [
  ["deno_fetch_timeout", "Deno fetch + timeout signal", "fetch.mjs", "--timeout 300000"],
  ["deno_fetch_timer", "Deno fetch + cleared timer", "fetch.mjs", "--timeout 300000 --timer"],
  ["undici_deno", "undici Pool on Deno", "undici.mjs", "--pool"],
  ["undici", "undici.request on Node", "undici.mjs"],
  ["bun_fetch", "Bun fetch", "fetch.mjs"],
  ["aiohttp", "aiohttp + uvloop", "aiohttp_client.py"],
];
const RUNTIMES: Readonly<Record<string, Row["program"]["runtime"]>> = {
  undici: "node",
  bun_fetch: "bun",
  aiohttp: "python",
};

function rowOf([id, label, file, args = "", goal]: Peer, more: string): Row {
  const program = {
    runtime: RUNTIMES[id] ?? "deno",
    file: `clients/${file}`,
    args: `${args} ${more}`.split(" ").filter((each) => each !== ""),
    ...(file === "undici.mjs" ? { needs: ["undici"] as const } : {}),
  };
  return goal === undefined ? { id, label, program } : { id, label, program, goal };
}

interface Work {
  readonly title: string;
  readonly mode?: string;
  readonly concurrency?: number;
  /** Goals as shares of a peer's CPU time. */
  readonly goals: Readonly<Record<string, number>>;
  readonly more?: readonly Peer[];
  /** What is compared with the peers that have a goal, instead of a session with all of them. */
  readonly ours?: Peer;
}

/** CPU time of a request, code as in README against optimised peers. */
function cpuCase(name: string, work: Work): BenchCase {
  const { title, mode = "get", concurrency = 32, goals, more = [] } = work;
  const served = { get: "hello", post: "post", json: "long" }[mode] ?? "hello";
  const args = `--mode ${mode} --concurrency ${concurrency}`;
  const ours: Peer = ["ours", "Roundtrip over sockets, all defaults", "roundtrip.ts"];
  const peers = PEERS.filter(([id]) => work.ours === undefined || id in goals)
    .map(([id, label, file, own = ""]): Peer => [id, label, file, own, goals[id]]);
  return {
    name,
    title: `client: CPU time of ${title}`,
    method: `${concurrency} requests in flight, against a bare Deno.serve; all threads`,
    unit: "µs/request",
    better: "lower",
    open: cpuOfClient(
      { runtime: "deno", file: "servers/deno_serve.ts", args: ["--mode", served] },
      { path: "/", expect: mode === "json" ? LONG_REPLY : HELLO },
    ),
    rows: [
      ...[work.ours ?? ours, ...peers].map((each) => rowOf(each, args)),
      ...more.map((each) => rowOf(each, `--concurrency ${concurrency}`)),
    ],
  };
}

/** Small requests, by response and by number in flight. */
export const clientCpu: readonly BenchCase[] = [
  cpuCase("client_sockets", {
    title: "a GET of a short text",
    goals: { deno_fetch_timeout: 0.333, undici: 0.833, bun_fetch: 1.82, aiohttp: 0.25 },
    more: [
      ["seam", "Roundtrip, a transport that answers at once", "roundtrip.ts", "--mode seam"],
      ["bare", "The transport of sockets alone", "roundtrip.ts", "--mode transport"],
      ["ours_fetch", "Roundtrip over fetch", "roundtrip.ts", "--mode fetch"],
      ["connect", "Deno.connect, nothing parsed", "connect.ts"],
    ],
  }),
  cpuCase("client_transport", {
    title: "a GET of a short text, without a session",
    mode: "transport",
    goals: { bun_fetch: 1.11 },
    ours: ["ours", "The transport of sockets alone", "roundtrip.ts"],
  }),
  cpuCase("client_one", {
    title: "a GET, one at a time",
    concurrency: 1,
    goals: { bun_fetch: 1 },
    more: [
      ["bare", "The transport of sockets alone", "roundtrip.ts", "--mode transport"],
      ["connect", "Deno.connect, nothing parsed", "connect.ts"],
    ],
  }),
  cpuCase("client_many", {
    title: "a GET, 256 at a time",
    concurrency: 256,
    goals: { bun_fetch: 1 },
    more: [["connect", "Deno.connect, nothing parsed", "connect.ts"]],
  }),
  cpuCase("client_post", {
    title: "a POST of 1 KB of JSON",
    mode: "post",
    goals: { deno_fetch_timeout: 0.4 },
  }),
  cpuCase("client_json", {
    title: "a GET of 10 KB of JSON",
    mode: "json",
    goals: { deno_fetch_timeout: 0.4 },
    more: [["connect", "Deno.connect, JSON.parse of the body", "connect.ts", "--mode json"]],
  }),
];
