/**
 * A server in a separate process, with measurements of its resources.
 * @module
 */

import { close, writeAll } from "../_connections.ts";
import { descriptors } from "../_descriptors.ts";
import { memoryOf } from "../_memory.ts";

/** Servers to attack. */
export type Kind = "sockets" | "deno" | "executable" | "aiohttp";

/** Context of an attack. */
export interface Target {
  readonly port: number;
  readonly pid: number;
  /** Size of the attack: 1 in tests, 10 in full. */
  readonly scale: number;
}

/** A running server. */
export interface Running extends Target, AsyncDisposable {
  readonly process: Deno.ChildProcess;
  /** Its temporary files. */
  readonly folder: string;
}

const HERE = new URL("./", import.meta.url);

let executable: Promise<string | null> | null = null;

/** Whether the executable is of a Deno whose `close()` waits for pending writes. */
export let isOldExecutable = false;

/** Makes an executable of the server; `null` without `DENORT_BIN`, as for `deno task compile`. */
async function compile(): Promise<string | null> {
  const denort = Deno.env.get("DENORT_BIN");
  if (denort === undefined) return null;
  const folder = new URL("../../build/", HERE).pathname;
  const target = `${folder}hostile`;
  const externals = ["bufferutil", "utf-8-validate"].flatMap((name) => ["--external", name]);
  const bundle = ["bundle", "--quiet", ...externals, "-o", `${target}.js`];
  const flags = ["--quiet", "--no-config", "--no-check", "-A", "--unstable-no-legacy-abort"];
  const deno = denort.replace(/denort$/, "deno"); // the one that the runtime belongs to
  const { stdout } = await new Deno.Command(deno, { args: ["--version"] }).output();
  const [, minor] = /^deno 2\.(\d+)/.exec(new TextDecoder().decode(stdout)) ?? [];
  isOldExecutable = Number(minor) < 9;
  const steps: [command: string, args: string[]][] = [
    [Deno.execPath(), [...bundle, new URL("server.ts", HERE).pathname]],
    [deno, ["compile", ...flags, "-o", target, `${target}.js`]],
  ];
  for (const [command, args] of steps) {
    const { success } = await new Deno.Command(command, { args, stdout: "null" }).output();
    if (!success) throw new Error(`${args[0]} of the server failed`);
  }
  return target;
}

/** The command of a server, `null` if it is not installed. */
async function commandOf(kind: Kind): Promise<string[] | null> {
  const server = new URL("server.ts", HERE).pathname;
  if (kind === "executable") {
    const built = await (executable ??= compile());
    return built === null ? null : [built, "sockets"];
  }
  if (kind !== "aiohttp") {
    return [Deno.execPath(), "run", "-A", "--unstable-no-legacy-abort", server, kind];
  }
  for (const python of [new URL("../../.venv/bin/python", HERE).pathname, "python3"]) {
    const { success } = await new Deno.Command(python, {
      args: ["-c", "import aiohttp"],
      stdout: "null",
      stderr: "null",
    }).output().catch(() => ({ success: false }));
    if (success) return [python, new URL("server.py", HERE).pathname];
  }
  return null;
}

/** Starts a server, `null` if it is not installed. `descriptors` limits its open files. */
export async function start(
  kind: Kind,
  scale: number,
  descriptors = 65_536,
): Promise<Running | null> {
  const command = await commandOf(kind);
  if (command === null) return null;
  // Files of a killed server go with their folder.
  const folder = await Deno.makeTempDir();
  const process = new Deno.Command("sh", {
    env: { TMPDIR: folder },
    args: ["-c", `ulimit -n ${descriptors} 2>/dev/null; exec "$@"`, "sh", ...command],
    stdout: "piped",
    stderr: "null",
    stdin: "null",
  }).spawn();
  const reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`${kind} did not start`);
    text += value;
  }
  return {
    port: Number(text),
    pid: process.pid,
    folder,
    scale,
    process,
    async [Symbol.asyncDispose]() {
      try {
        process.kill("SIGKILL");
      } catch { /* it has ended */ }
      await process.status;
      await reader.cancel().catch(() => {});
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Watches the memory of a server: the returned function gives its largest growth in MiB. */
export function memory({ pid }: Target): () => number {
  Deno.writeTextFileSync(`/proc/${pid}/clear_refs`, "5"); // resets the peak
  const before = memoryOf(pid, "VmRSS");
  return () => Math.max(0, memoryOf(pid, "VmHWM") - before);
}

/** Open files of a server. */
export function files({ pid }: Target): number {
  return descriptors(pid);
}

/**
 * Waits until the server has closed the open connections; returns how many remain, and the time in
 * ms.
 */
export async function released(
  target: Target,
  before: number,
  count: number,
  limit: number,
): Promise<[open: number, took: number]> {
  const left = () => files(target) - before;
  const begun = performance.now();
  await until(() => left() > count / 2, 1000); // it may not have accepted them yet
  await until(() => left() <= 2, limit);
  return [left() <= 2 ? 0 : left(), Math.round(performance.now() - begun)];
}

/** Connects to a server. */
export function connect({ port }: Target): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port });
}

/** Opens many connections, 100 at a time: Deno 2.4 has room for 128 that wait to be accepted. */
export async function many(target: Target, count: number): Promise<Deno.TcpConn[]> {
  const clients: Deno.TcpConn[] = [];
  while (clients.length < count) {
    const length = Math.min(100, count - clients.length);
    clients.push(...await Promise.all(Array.from({ length }, () => connect(target))));
  }
  return clients;
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until a condition is met; returns the time in ms, or `limit`. */
export async function until(holds: () => boolean, limit: number): Promise<number> {
  const begun = performance.now();
  while (!holds() && performance.now() - begun < limit) await pause(20);
  return Math.min(limit, Math.round(performance.now() - begun));
}

/** Writes a text or bytes; `false` if the peer has closed. */
export async function send(connection: Deno.Conn, data: string | Uint8Array): Promise<boolean> {
  return await writeAll(connection, data).then(() => true, () => false);
}

/** Reads until the peer closes, then closes; returns at most 64 KiB. */
export async function rest(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(64 * 1024);
  let text = "";
  try {
    for (;;) {
      const size = await connection.read(buffer);
      if (size === null) break;
      if (text.length < 65_536) text += new TextDecoder("latin1").decode(buffer.subarray(0, size));
    }
  } catch { /* a reset is an end too */ }
  close(connection);
  return text;
}

/** p99 latency of a well-behaved client in ms, measured in a separate process. */
export async function p99({ port }: Target, count: number): Promise<number> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("probe.ts", HERE).pathname, `${port}`, `${count}`],
    stderr: "inherit",
  }).output();
  return Number(new TextDecoder().decode(stdout));
}
