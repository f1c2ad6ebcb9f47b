import type { Bench, BenchCase, Program, Row } from "../measure/case.ts";
import { HELLO } from "../contenders/servers/replies.mjs";
import { cpuUnderLoad, freePort, startServer, wrk } from "../measure/server_case.ts";

const MEMBERS = 5000;

/** The port of a Redis for the whole case. */
function redisOf(bench: Bench): Promise<number> {
  return bench.shared("redis", async () => {
    const port = freePort();
    const options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    const child = bench.spawn(["redis-server", "--port", `${port}`, ...options], "load");
    while (!(await child.readLine())?.includes("Ready to accept")) { /* until it is there */ }
    return port;
  });
}

const withRedis = (program: Program, port: number): Program => ({
  ...program,
  args: [...(program.args ?? []), "--redis", `${port}`],
});

function room(id: string, label: string, kind: "ws" | "socketio", goal?: number): Row {
  const program: Program = kind === "ws"
    ? { runtime: "deno", file: "servers/many_roundtrip.ts", needs: ["ioredis"] }
    : {
      runtime: "node",
      file: "servers/many_socketio.mjs",
      needs: ["socket.io", "@socket.io/redis-adapter", "ioredis"],
    };
  const row = { id, label, program };
  return goal === undefined ? row : { ...row, goal };
}

/** Messages to many members of one process, or of two with Redis. */
const broadcastCase = (
  isShared: boolean,
  { name, title, rows }: Pick<BenchCase, "name" | "title" | "rows">,
): BenchCase => ({
  name,
  title,
  method: "5,000 WebSockets, the next message when all have the last; all threads of all servers",
  unit: "µs/delivery",
  better: "lower",
  needs: ["redis-server"],
  rows,
  async open({ program }, bench) {
    const own = isShared ? withRedis(program, await redisOf(bench)) : program;
    const check = { path: "/", expect: HELLO };
    const servers: Awaited<ReturnType<typeof startServer>>[] = [];
    for (let n = 0; n < (isShared ? 2 : 1); n++) servers.push(await startServer(own, check, bench));
    const [first] = servers;
    if (first === undefined) throw new Error("No server");
    const kind = program.runtime === "deno" ? "ws" : "socketio";
    const ports = servers.map(({ origin }) => new URL(origin).port);
    const load: Program = { runtime: "deno", file: "clients/broadcast_load.ts" };
    const child = bench.spawn(await bench.command(load, [kind, `${MEMBERS}`, ...ports]), "load");
    if (await child.readLine() !== "ready") throw new Error(child.stderr);
    const cpuOf = async (): Promise<number> => {
      const times = await Promise.all(servers.map((each) => each.child.cpuTime()));
      return times.reduce((sum, time) => sum + time);
    };
    return {
      child: first.child,
      async measure(seconds) {
        const [cpu, start] = [await cpuOf(), performance.now()];
        await child.writeLine(`${seconds}`);
        const deliveries = Number(await child.readLine());
        const [spent, took] = [await cpuOf() - cpu, performance.now() - start];
        return {
          figure: spent * 1000 / deliveries,
          beside: deliveries * 1000 / took,
          busy: spent / took / servers.length,
        };
      },
    };
  },
});

/** Messages to the members of one process. */
export const broadcast: BenchCase = broadcastCase(false, {
  name: "broadcast",
  title: "CPU time of a message to one of 5,000 members",
  rows: [
    room("ours", "Roundtrip", "ws"),
    room("socketio", "socket.io on Node", "socketio", 1),
  ],
});

/** Messages to the members of two processes. */
export const broadcastRedis: BenchCase = broadcastCase(true, {
  name: "broadcast_redis",
  title: "CPU time of a message to one of 5,000 members of two processes with Redis",
  rows: [
    room("ours", "Roundtrip, a stream of Redis", "ws"),
    room("socketio", "socket.io on Node with its Redis adapter", "socketio", 1),
  ],
});

const limiters: Program = {
  runtime: "deno",
  file: "servers/many_roundtrip.ts",
  needs: ["ioredis", "rate-limiter-flexible"],
};

/** A hello that Redis counts. */
export const limited: BenchCase = {
  name: "limited",
  title: "CPU time of a GET whose rate Redis limits",
  method: "wrk, 50 connections; all threads of the server",
  unit: "µs/request",
  better: "lower",
  needs: ["wrk", "redis-server"],
  async open(row, bench) {
    const program = withRedis(row.program, await redisOf(bench));
    return await cpuUnderLoad({ path: "/limited", expect: HELLO }, wrk())(
      { ...row, program },
      bench,
    );
  },
  rows: [
    {
      id: "ours",
      label: "RedisCounter",
      program: { ...limiters, args: ["--mode", "limited"] },
    },
    {
      id: "flexible",
      label: "rate-limiter-flexible in the same application, with the same fields",
      program: { ...limiters, args: ["--mode", "flexible"] },
      goal: 1,
    },
  ],
};
