import type { Bench, BenchCase, Row, Running } from "../measure/case.ts";
import { median } from "../measure/harness.ts";
import { HELLO } from "../contenders/servers/replies.mjs";
import { type Child, MS_PER_TICK } from "../measure/process.ts";
import { freePort, startServer } from "../measure/server_case.ts";

const FOLDER = decodeURIComponent(new URL("../setup", import.meta.url).pathname);
const PATIENCE = 20_000; // ms
const IDLE = 500; // ms after the first response, when startup is complete

/** Arguments of a server before the port. */
const SERVER = { runtime: "roundtrip", args: ["files", "-H", "127.0.0.1", FOLDER] } as const;

/** Time from start to exit of the process. */
export const cliStartup: BenchCase = {
  name: "cli_startup",
  title: "`roundtrip --version`",
  method: "from start to end, the median of a round",
  unit: "ms",
  better: "lower",
  needs: ["roundtrip"],
  open: ended,
  rows: [
    {
      id: "ours",
      label: "roundtrip --version",
      program: { runtime: "roundtrip", args: ["--version"] },
    },
    { id: "bare", label: "a compiled hello", program: { runtime: "bare" }, atMostMore: 15 },
    { id: "curl", label: "curl", program: { runtime: "curl", args: ["--version"] } },
    { id: "xh", label: "xh", program: { runtime: "xh", args: ["--version"] } },
    { id: "http", label: "HTTPie", program: { runtime: "http", args: ["--version"] } },
  ],
};

/** Time from start of the process to its first response head. */
export const cliFirst200: BenchCase = {
  name: "cli_first_200",
  title: "`roundtrip files`: start to first reply",
  method: "from start to a reply of status 200, the median of a round",
  unit: "ms",
  better: "lower",
  needs: ["roundtrip"],
  open: repeated(async (row, bench) => {
    const start = performance.now();
    await using server = await answering(row, bench);
    return [performance.now() - start, server];
  }),
  rows: [
    { id: "ours", label: "roundtrip files", program: SERVER },
    { id: "bare", label: "a compiled Deno.serve", program: { runtime: "bare" }, atMostMore: 40 },
  ],
};

/** CPU time of a server until its first response. */
export const serverStart: BenchCase = {
  name: "server_start",
  title: "start of README's server",
  method: "CPU time until a reply of status 200, all threads, the median of a round",
  unit: "ms",
  better: "lower",
  open: repeated(async (row, bench) => {
    await using server = await answering(row, bench);
    return [await server.cpuTime(), server];
  }),
  rows: [
    {
      id: "ours",
      label: "Roundtrip, as published",
      program: {
        runtime: "deno",
        file: "servers/readme.ts",
        published: true,
        needs: ["published"],
      },
    },
    {
      id: "ours_sources",
      label: "Roundtrip, its 340 source files",
      program: { runtime: "deno", file: "servers/readme.ts" },
    },
    {
      id: "ours_server",
      label: "Roundtrip, as published, server alone",
      program: {
        runtime: "deno",
        file: "servers/readme_server.ts",
        published: true,
        needs: ["published"],
      },
    },
    {
      id: "hono",
      label: "Hono on Deno",
      program: { runtime: "deno", file: "servers/hono.ts", needs: ["hono"] },
      atMostMore: 40,
    },
    {
      id: "bare",
      label: "Deno.serve",
      program: { runtime: "deno", file: "bare.js" },
    },
  ],
};

/** Memory of a server after one response. */
export const cliMemory: BenchCase = {
  name: "cli_memory",
  title: "`roundtrip files`: memory when idle",
  method: "resident set half a second after the first reply",
  unit: "MiB",
  better: "lower",
  needs: ["roundtrip"],
  open: repeated(async (row, bench) => {
    await using server = await answering(row, bench);
    await new Promise((resolve) => setTimeout(resolve, IDLE));
    return [await server.memory("VmRSS") / 1024 ** 2, server];
  }),
  rows: [
    { id: "ours", label: "roundtrip files", program: SERVER },
    { id: "bare", label: "a compiled Deno.serve", program: { runtime: "bare" }, atMostMore: 25 },
  ],
};

/** A request by command-line programs. */
export const cliRequest: BenchCase = {
  name: "cli_request",
  title: "`roundtrip URL`: one request",
  method: "from start to end against a bare Deno.serve, the median of a round; beside it CPU ms",
  unit: "ms",
  better: "lower",
  needs: ["roundtrip"],
  open: ended,
  rows: [
    {
      id: "ours",
      label: "roundtrip URL",
      program: { runtime: "roundtrip", args: ["--ignore-stdin", "URL"] },
    },
    {
      id: "version",
      label: "roundtrip --version",
      program: { runtime: "roundtrip", args: ["--version"] },
      goal: 1.5,
    },
    {
      id: "bare",
      label: "a compiled Deno.connect",
      program: { runtime: "bare", args: ["--get", "URL"] },
    },
    { id: "curl", label: "curl", program: { runtime: "curl", args: ["--silent", "URL"] } },
    { id: "xh", label: "xh", program: { runtime: "xh", args: ["--ignore-stdin", "URL"] } },
    {
      id: "http",
      label: "HTTPie",
      program: { runtime: "http", args: ["--ignore-stdin", "URL"] },
    },
  ],
};

/** Commands that exit; `URL` is replaced by the address of a server. */
async function ended(row: Row, bench: Bench): Promise<Running> {
  let runs = 0;
  const target = { runtime: "deno", file: "servers/deno_serve.ts", args: ["--mode", "hello"] };
  const { origin } = row.program.args?.includes("URL") === true
    ? await bench.shared(
      "target",
      () => startServer({ ...target, runtime: "deno" }, { path: "/", expect: HELLO }, bench),
    )
    : { origin: "" };
  const running = await repeated(async (row, bench) => {
    const command = await bench.command(row.program);
    const start = performance.now();
    // Every run has the same folder, in which the runtime keeps compiled code.
    await using child = bench.spawn(
      ["env", "-u", "TMPDIR", ...command.map((word) => word === "URL" ? `${origin}/` : word)],
      "load",
    );
    const text = await child.output();
    const took = performance.now() - start;
    if (origin !== "" && text.trim() !== HELLO) throw new Error(`Printed ${text.slice(0, 100)}`);
    runs++;
    return [took, child];
  })(row, bench);
  return {
    child: running.child,
    async measure(seconds) {
      const [before, first, start] = [await endedCpu(), runs, performance.now()];
      const figure = Number(await running.measure(seconds));
      const spent = await endedCpu() - before;
      return {
        figure,
        beside: spent / (runs - first),
        busy: spent / (performance.now() - start),
      };
    },
  };
}

/** CPU time of this process's children that have ended, in ms. */
async function endedCpu(): Promise<number> {
  const stat = await Deno.readTextFile("/proc/self/stat");
  const [user = NaN, system = NaN] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(13).map(
    Number,
  );
  return (user + system) * MS_PER_TICK;
}

/** Repeats a short measurement during a round; returns the median. */
function repeated(
  once: (row: Row, bench: Bench) => Promise<[figure: number, child: Child]>,
): BenchCase["open"] {
  return async (row, bench) => {
    let [, last] = await once(row, bench);
    return {
      get child() {
        return last;
      },
      async measure(seconds) {
        const figures: number[] = [];
        for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
          const [figure, child] = await once(row, bench);
          figures.push(figure);
          last = child;
        }
        return median(figures);
      },
    };
  };
}

/** A server that has answered with 200. */
async function answering(row: Row, bench: Bench): Promise<Child> {
  const port = freePort();
  const child = bench.spawn(await bench.command(row.program, ["--port", `${port}`]), "server");
  const head = new TextEncoder().encode(
    `GET / HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
  );
  const deadline = Date.now() + PATIENCE;
  while (Date.now() < deadline) {
    try {
      using connection = await Deno.connect({ hostname: "127.0.0.1", port });
      await connection.write(head);
      const buffer = new Uint8Array(1024);
      const count = await connection.read(buffer) ?? 0;
      const reply = new TextDecoder().decode(buffer.subarray(0, count));
      if (reply.startsWith("HTTP/1.1 200 ")) return child;
      throw new Error(`It answered ${reply.slice(0, 100)}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  throw new Error(`No answer within ${PATIENCE} ms`);
}
