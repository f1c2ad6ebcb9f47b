/** Cases whose contenders are servers: each is started on a separate port and then loaded. */

import type { Bench, BenchCase, Program, Row, Running, Sample } from "./case.ts";
import { findTool, howToInstall } from "./contenders.ts";
import type { Child } from "./process.ts";

const STARTUP_MILLISECONDS = 20_000;

/** Loads the server at an origin for some seconds and resolves to the figure. */
export type Load = (origin: string, seconds: number, bench: Bench) => Promise<number>;

/** Expected response before the load. */
export interface Check {
  readonly path: string;
  /** Method, headers and body of the request. @default a GET */
  readonly init?: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  /** Expected text or JSON value, so that wrong responses do not count. */
  readonly expect: unknown;
}

/** The `open` of a case that loads its servers after checking their response. */
export function underLoad(
  check: Check | ((row: Row) => Check),
  load: (check: Check) => Load,
): BenchCase["open"] {
  return async (row, bench): Promise<Running> => {
    const wanted = typeof check === "function" ? check(row) : check;
    const loadOnce = load(wanted);
    const { child, origin } = await startServer(row.program, wanted, bench);
    return {
      child,
      async measure(seconds) {
        const { beside: figure, figure: beside, busy } = await measureCpu(
          child,
          () => loadOnce(origin, seconds, bench),
          seconds,
        );
        return { figure, beside, busy };
      },
    };
  };
}

/** Measures CPU time per unit of a load, which resolves to units per second. */
async function measureCpu(
  child: Child,
  load: () => Promise<number>,
  seconds: number,
): Promise<Sample> {
  const [cpu, start] = [await child.cpuTime(), performance.now()];
  const rate = await load();
  const spent = await child.cpuTime() - cpu;
  const took = Math.max(seconds, (performance.now() - start) / 1000);
  return { figure: spent * 1000 / (rate * took), beside: rate, busy: spent / 1000 / took };
}

/** Starts a server program on a free port and the server's core, and waits for its response. */
export async function startServer(program: Program, check: Check, bench: Bench) {
  const port = freePort();
  const child = bench.spawn(await bench.command(program, ["--port", String(port)]), "server");
  const origin = `http://127.0.0.1:${port}`;
  await waitForAnswer(child, origin, check);
  return { child, origin };
}

/**
 * The `open` of a case that measures the server's CPU time over all threads, in µs per unit of the
 * load, which depends little on other programs.
 *
 * @param check Expected response before the load.
 * @param load Resolves to units per second.
 */
export function cpuUnderLoad(
  check: Check | ((row: Row) => Check),
  load: (check: Check) => Load,
): BenchCase["open"] {
  return async (row, bench): Promise<Running> => {
    const wanted = typeof check === "function" ? check(row) : check;
    const loadOnce = load(wanted);
    const { child, origin } = await startServer(row.program, wanted, bench);
    return {
      child,
      measure: (seconds) => measureCpu(child, () => loadOnce(origin, seconds, bench), seconds),
    };
  };
}

/** Requests from wrk: one thread, `connections` kept open. */
export function wrk(connections = 50, script?: string): (check: Check) => Load {
  return ({ path, init = {} }) => async (origin, seconds, bench) => {
    const program = await findTool("wrk");
    if (program === null) throw new Error(howToInstall(["wrk"]));
    const { method, headers = {}, body } = init;
    const { "content-type": type = "", ...rest } = headers;
    const file = body === undefined ? script : "request.lua";
    await using child = bench.spawn([
      program.command,
      "--threads=1",
      `--connections=${connections}`,
      `--duration=${seconds}s`,
      ...Object.entries(rest).map(([name, value]) => `--header=${name}: ${value}`),
      ...(file === undefined ? [] : [`--script=${scriptPath(file)}`]),
      origin + path,
      ...(body === undefined ? [] : ["--", method ?? "POST", type, body]),
    ], "load");
    return parseWrk(await child.output());
  };
}

/**
 * Runs a program that loads a server; resolves to its last line's `<unit> per second: <number>`.
 *
 * @param file The program in `contenders/`, for Deno.
 */
export async function reportedRate(
  file: string,
  args: readonly string[],
  unit: string,
  bench: Bench,
): Promise<number> {
  const program: Program = { runtime: "deno", file };
  await using child = bench.spawn(await bench.command(program, args), "load");
  const report = await child.output();
  const rate = Number(new RegExp(`^${unit} per second: ([\\d.]+)$`, "m").exec(report)?.[1]);
  if (!(rate > 0)) throw new Error(`Cannot read the report of the load: ${report}`);
  return rate;
}

function scriptPath(name: string): string {
  return decodeURIComponent(new URL(`../contenders/clients/${name}`, import.meta.url).pathname);
}

/** Requests per second reported by wrk; errors and other statuses invalidate the round. */
function parseWrk(report: string): number {
  const trouble = /^\s*(Non-2xx.*|Socket errors:.*)$/m.exec(report)?.[1];
  if (trouble !== undefined) throw new Error(`wrk reports: ${trouble}`);
  const rate = Number(/^Requests\/sec:\s*([\d.]+)/m.exec(report)?.[1]);
  if (!(rate > 0)) throw new Error(`Cannot read the report of wrk: ${report}`);
  return rate;
}

/** A free port. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Waits for the expected response of a server. */
export async function waitForAnswer(child: Child, origin: string, check: Check): Promise<void> {
  const deadline = Date.now() + STARTUP_MILLISECONDS;
  let ended: Deno.CommandStatus | undefined;
  child.exited.then((status) => ended = status);
  let reason: unknown;
  while (Date.now() < deadline) {
    if (ended !== undefined) throw new Error(child.describeExit(ended));
    try {
      const response = await fetch(origin + check.path, {
        ...check.init,
        signal: AbortSignal.timeout(5_000),
      });
      const body = await response.text();
      if (response.ok && isExpected(body, check.expect)) return;
      throw new WrongAnswer(`${check.path} answered ${response.status} ${body.slice(0, 200)}`);
    } catch (error) {
      if (error instanceof WrongAnswer) throw error;
      reason = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const said = child.stderr && `; it printed: ${child.stderr}`;
  throw new Error(`No answer within ${STARTUP_MILLISECONDS} ms (${reason})${said}`);
}

/** JSON is normalised before comparing, as some servers add spaces. */
function isExpected(body: string, expected: unknown): boolean {
  if (typeof expected === "string") return body === expected;
  try {
    return JSON.stringify(JSON.parse(body)) === JSON.stringify(expected);
  } catch {
    return false;
  }
}

class WrongAnswer extends Error {}

/** Our program with the other engine. */
export function overSockets(program: Program): Program {
  return { ...program, args: [...(program.args ?? []), "--engine", "sockets"] };
}
