/**
 * Cases whose contenders are clients, or any program that speaks the protocol of
 * `contenders/clients/worker.mjs`: given a number of seconds to work, it reports its results.
 */

import type { BenchCase, Program } from "./case.ts";
import type { Child } from "./process.ts";
import { type Check, startServer } from "./server_case.ts";

const GRACE_SECONDS = 30;

/**
 * The `open` of a case whose clients all load one common server.
 *
 * @param target The server, on the server's core. It is started once.
 * @param check Expected response; clients get the URL of its path.
 * @param scale Factor from the counted unit to the case's unit, such as `1e-9` for bytes in GB/s.
 */
export function asClient(target: Program, check: Check, scale = 1): BenchCase["open"] {
  return async (row, bench) => {
    const { origin } = await bench.shared("target", () => startServer(target, check, bench));
    const command = await bench.command(row.program, ["--url", origin + check.path]);
    const child = bench.spawn(command, "load");
    return { child, measure: async (seconds) => await askWorker(child, seconds) * scale };
  };
}

/**
 * The same, measuring the client's CPU time per unit, in µs by default.
 *
 * @param target As for `asClient()`.
 * @param check As for `asClient()`.
 * @param scale Number to divide the µs by.
 */
export function cpuOfClient(target: Program, check: Check, scale = 1): BenchCase["open"] {
  return async (row, bench) => {
    const { child } = await asClient(target, check)(row, bench);
    return {
      child,
      async measure(seconds) {
        const before = await child.cpuTime();
        const { count } = await letWork(child, seconds);
        return (await child.cpuTime() - before) * 1000 / count / scale;
      },
    };
  };
}

/** Runs a worker for some seconds; resolves to its count per second. */
export async function askWorker(child: Child, seconds: number): Promise<number> {
  const work = await letWork(child, seconds);
  return work.count / work.seconds;
}

interface Work {
  readonly count: number;
  readonly seconds: number;
}

async function letWork(child: Child, seconds: number): Promise<Work> {
  await child.writeLine(JSON.stringify({ seconds })).catch(() => {}); // exited: reported below
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => timeout.reject(new Error(`No result ${GRACE_SECONDS} s after the end of a round`)),
    (seconds + GRACE_SECONDS) * 1000,
  );
  try {
    const line = await Promise.race([child.readLine(), timeout.promise]);
    if (line === null) throw new Error(child.describeExit(await child.exited));
    return parseReply(line);
  } finally {
    clearTimeout(timer);
  }
}

function parseReply(line: string): Work {
  const reply: unknown = JSON.parse(line);
  if (typeof reply === "object" && reply !== null && "count" in reply && "seconds" in reply) {
    const work = { count: Number(reply.count), seconds: Number(reply.seconds) };
    if (work.count > 0 && work.seconds > 0) return work;
  }
  throw new Error(`Cannot read the reply of a worker: ${line}`);
}
