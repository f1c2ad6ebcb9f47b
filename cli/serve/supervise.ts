// Supervisor of an application's processes: several workers, or one that restarts on every change.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunAppOptions } from "../../server/mod.ts";
import { writeErr } from "../io/output.ts";
import { CommandError } from "../errors/usage_error.ts";
import { messageOf } from "../errors/system_error.ts";

export interface SuperviseOptions {
  /** Arguments of `roundtrip serve`. */
  readonly args: readonly string[];
  /** Address to listen on. */
  readonly options: RunAppOptions;
  readonly workers: number;
  /** URL of the module whose folder is watched, `null` for none. */
  readonly watch: string | null;
}

const SETTLE = 100; // ms; an editor writes a file in several steps
const PATIENCE = 5000; // ms until a worker that does not stop for a restart is killed

/** Runs the workers until one ends or a signal arrives. */
export async function supervise(job: SuperviseOptions): Promise<number> {
  const port = job.options.host === undefined ? null : freePort(job);
  const start = (more: readonly string[] = []): Deno.ChildProcess[] =>
    Array.from({ length: job.workers }, (_, index) => spawn(job, index, port, more));
  let children = start();
  const stop = Promise.withResolvers<"stop">();
  let signalled = false;
  const onSignal = (): void => {
    if (signalled) {
      for (const child of children) send(child, "SIGKILL");
      Deno.exit(130);
    }
    signalled = true;
    stop.resolve("stop");
  };
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  const changes = job.watch === null ? null : new Changes(job.watch);
  try {
    for (;;) {
      const ended = Promise.race(children.map((child) => child.status));
      const event = await Promise.race([stop.promise, changes === null ? ended : changes.next()]);
      for (const child of children) send(child, "SIGTERM");
      if (event === "change") {
        await endAll(children, PATIENCE);
        await writeErr("Restarting: a file has changed\n");
        children = start(["--no-open"]);
        continue;
      }
      await endAll(children, (job.options.shutdownTimeout ?? 60_000) + PATIENCE);
      if (event === "stop") return 0;
      return event.code === 0 ? 1 : event.code;
    }
  } finally {
    changes?.close();
    for (const signal of signals) Deno.removeSignalListener(signal, onSignal);
  }
}

/** With port 0 all workers need the same free port, so it is chosen here. */
function freePort({ options, workers }: SuperviseOptions): number | null {
  if (options.port !== 0 || workers === 1) return null;
  const [hostname = "localhost"] = [options.host ?? []].flat();
  const listener = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

function spawn(
  job: SuperviseOptions,
  index: number,
  port: number | null,
  more: readonly string[],
): Deno.ChildProcess {
  const options = ["--worker", `${index}`, ...more];
  if (port !== null) options.push("--port", `${port}`);
  // The last value of an option wins; words after "--" belong to the application.
  const own = job.args.indexOf("--");
  const args = job.args.toSpliced(own === -1 ? job.args.length : own, 0, ...options);
  const program = Deno.build.standalone ? [] : [
    "run",
    ...permissions(),
    ...(job.workers > 1 ? ["--unstable-net"] : []),
    Deno.mainModule,
  ];
  try {
    return new Deno.Command(Deno.execPath(), {
      args: [...program, "serve", ...args],
      stdin: "null",
    }).spawn();
  } catch (cause) {
    throw new CommandError(`cannot start a worker: ${messageOf(cause)}`, { cause });
  }
}

/** Workers get the permissions of this process. */
function permissions(): string[] {
  const names = ["net", "read", "write", "env", "run", "sys", "ffi"] as const;
  const granted = names.filter((name) => {
    return Deno.permissions.querySync({ name }).state === "granted";
  });
  return granted.length === names.length ? ["-A"] : granted.map((name) => `--allow-${name}`);
}

async function endAll(children: readonly Deno.ChildProcess[], patience: number): Promise<void> {
  const timer = setTimeout(() => {
    for (const child of children) send(child, "SIGKILL");
  }, patience);
  await Promise.all(children.map((child) => child.status));
  clearTimeout(timer);
}

function send(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has already exited.
  }
}

/** Watches the files beside a module. */
class Changes {
  readonly #watcher: Deno.FsWatcher;
  #changed = Promise.withResolvers<"change">();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string) {
    if (!url.startsWith("file:")) {
      throw new CommandError(`cannot watch ${url}: --watch needs a module on disk`);
    }
    this.#watcher = Deno.watchFs(dirname(fileURLToPath(url)));
    this.#watch();
  }

  /** Resolves after a file has changed and no more changes follow. */
  async next(): Promise<"change"> {
    const event = await this.#changed.promise;
    this.#changed = Promise.withResolvers();
    return event;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#watcher.close();
  }

  async #watch(): Promise<void> {
    for await (const { kind, paths } of this.#watcher) {
      if (kind === "access" || kind === "any" || paths.every(isNoise)) continue;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#changed.resolve("change"), SETTLE);
    }
  }
}

function isNoise(path: string): boolean {
  return /[\\/](?:\.git|node_modules)(?:[\\/]|$)|[\\/]\.[^\\/]*$|~$/.test(path);
}
