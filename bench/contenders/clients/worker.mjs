// The client side of the harness's protocol: one JSON line in, { "seconds": 3 }, one JSON line out,
// { "count": 66000, "seconds": 3.001 }. Runs on Deno, Node and Bun.
import { createInterface } from "node:readline";
import process from "node:process";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    url: { type: "string", default: "" },
    concurrency: { type: "string", default: "32" },
    timeout: { type: "string", default: "" },
    mode: { type: "string", default: "" },
    timer: { type: "boolean", default: false },
    pool: { type: "boolean", default: false },
  },
});

export const url = values.url;
/** Origin of `servers/transfer.ts`, over TLS if asked for. */
export async function originOf(isSecure) {
  const { origin, hostname } = new URL(url);
  if (!isSecure) return origin;
  return `https://${hostname}:${await (await fetch(new URL("/tls", url))).text()}`;
}
/** Operation of the program. */
export const mode = values.mode;
/** Milliseconds after which a request is aborted; 0 for no such limit. */
export const timeout = Number(values.timeout);
/** Whether the program uses its own timer, which is cleared. */
export const clearsTimer = values.timer;
/** Whether there is a pool of exactly `concurrency` connections. */
export const inPool = values.pool;
export const concurrency = Number(values.concurrency);

/**
 * Answers each line with the number of runs of `operation`, `concurrency` of them in flight at all times.
 *
 * @param {() => Promise<unknown>} operation One request, its body read.
 * @returns {Promise<void>} Settles when the harness closes our standard input.
 */
export async function serveRounds(operation) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { seconds } = JSON.parse(line);
    const start = performance.now();
    const end = start + seconds * 1000;
    let count = 0;
    const loop = async () => {
      while (performance.now() < end) {
        await operation();
        count++;
      }
    };
    await Promise.all(Array.from({ length: concurrency }, loop));
    process.stdout.write(
      JSON.stringify({ count, seconds: (performance.now() - start) / 1000 }) + "\n",
    );
  }
}
