import type { BenchCase, Row } from "../measure/case.ts";
import { HELLO } from "../contenders/servers/replies.mjs";
import { findCores } from "../measure/process.ts";
import { type Check, freePort, waitForAnswer, wrk } from "../measure/server_case.ts";

const CHECK: Check = { path: "/", expect: HELLO };
const SERVER = new URL("../contenders/servers/roundtrip.ts", import.meta.url).pathname;

function workers(id: string, engine: string, count: number, goal?: number): Row {
  const flags = ["run", "--allow-all", "--quiet", "--unstable-net", decodeURIComponent(SERVER)];
  const where = engine === "sockets" ? "over sockets" : "over Deno.serve";
  return {
    id,
    label: `Roundtrip ${where}, ${count === 1 ? "one process" : `${count} processes`}`,
    program: {
      runtime: "deno",
      args: [...flags, "--engine", engine, "--workers", `${count}`],
    },
    ...(goal !== undefined && { goal }),
  };
}

/** Processes that share a port by SO_REUSEPORT, as those of `roundtrip serve --workers` do. */
export const processes: BenchCase = {
  name: "engine_workers",
  title: "engines: GETs of processes that share a port",
  method: "wrk, 64 connections; servers on both cores, of which wrk takes a part of one",
  unit: "requests/s",
  better: "higher",
  needs: ["wrk"],
  async open({ program }, bench) {
    const port = freePort();
    const cores = await findCores();
    const pinned = cores === null ? [] : ["taskset", "-c", `${cores.server},${cores.load}`];
    const command = [...pinned, ...await bench.command(program, ["--port", `${port}`])];
    const count = Number(program.args?.at(-1));
    const children = Array.from({ length: count }, () => bench.spawn(command, "server"));
    const origin = `http://127.0.0.1:${port}`;
    const [child] = children;
    if (child === undefined) throw new Error("No worker");
    await waitForAnswer(child, origin, CHECK);
    const load = wrk(64)(CHECK);
    const spent = async () =>
      (await Promise.all(children.map((each) => each.cpuTime()))).reduce((sum, ms) => sum + ms);
    return {
      child,
      async measure(seconds) {
        const [cpu, start] = [await spent(), performance.now()];
        const figure = await load(origin, seconds, bench);
        const took = (performance.now() - start) / 1000;
        const used = (await spent() - cpu) / 1000;
        return { figure, beside: used * 1e6 / (figure * took), busy: used / took / count };
      },
    };
  },
  rows: [
    workers("ours", "sockets", 2),
    workers("ours_one", "sockets", 1, 1.2),
    workers("ours_deno", "deno", 2),
    workers("ours_deno_one", "deno", 1),
  ],
};
