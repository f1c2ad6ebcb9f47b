import { writeErr, writeOut } from "../io/output.ts";
import { CommandError, messageOf } from "../errors/errors.ts";

export interface SuperviseOptions {
  readonly args: readonly string[];
  readonly hosts: readonly string[];
  /** The port, `null` for the default. */
  readonly port: number | null;
  readonly workers: number;
  /** Whether a new worker can listen while the old one does. */
  readonly canOverlap: boolean;
  /** Time for open requests of a worker that stops, in ms. */
  readonly patience: number;
  /** Whether dead workers are started again. */
  readonly restarts: boolean;
  /** URL of the module whose folder is watched, `null` for none. */
  readonly watch: string | null;
}

/** The line by which a worker says that it listens. */
export const READY = /^======== Running on /;

const PATIENCE = 5000; // ms until a worker that does not stop is killed
const [SHORTEST, LONGEST] = [100, 10_000]; // ms before a dead worker is started again

interface Worker {
  readonly index: number;
  readonly child: Deno.ChildProcess;
  readonly start: number;
  /** The line that it is ready with; `null` if it has ended before. */
  readonly ready: Promise<string | null>;
  /** Resolves when it has ended and its output was passed on. */
  readonly ended: Promise<Deno.CommandStatus>;
  isLeaving: boolean;
}

/** Runs the workers until a signal arrives or they end; returns the exit code. */
export async function supervise(job: SuperviseOptions): Promise<number> {
  const team = new Team(job);
  let signalled = false;
  const onSignal = (): void => {
    if (signalled) {
      team.kill();
      Deno.exit(130);
    }
    signalled = true;
    team.stop(0);
  };
  const onReload = (): void => void team.replace("SIGHUP");
  const isWindows = Deno.build.os === "windows";
  const signals: readonly [Deno.Signal, () => void][] = isWindows
    ? [["SIGINT", onSignal]]
    : [["SIGINT", onSignal], ["SIGTERM", onSignal], ["SIGHUP", onReload]];
  const changes = job.watch === null
    ? null
    : new (await import("./changes.ts")).Changes(job.watch, () =>
      void team.replace("a file has changed"));
  for (const [signal, listener] of signals) Deno.addSignalListener(signal, listener);
  try {
    return await team.run();
  } finally {
    changes?.close();
    for (const [signal, listener] of signals) Deno.removeSignalListener(signal, listener);
  }
}

class Team {
  readonly #job: SuperviseOptions;
  readonly #port: number | null;
  readonly #workers: Worker[] = [];
  readonly #failures: number[] = [];
  readonly #code = Promise.withResolvers<number>();
  #isStopping = false;
  #isReplacing = false;
  #isStale = false;

  constructor(job: SuperviseOptions) {
    this.#job = job;
    this.#port = freePort(job);
  }

  async run(): Promise<number> {
    // The first one alone: a mistake in the command line is told once.
    const workers = [this.#start(0, true)];
    const ready = await workers[0]?.ready ?? null;
    while (ready !== null && workers.length < this.#job.workers) {
      workers.push(this.#start(workers.length));
    }
    const lines = await Promise.all(workers.map((worker) => worker.ready));
    const failed = workers[lines.indexOf(null)];
    if (failed === undefined && ready !== null) await announce(ready);
    else if (this.#job.watch === null && failed !== undefined) {
      void this.stop((await failed.ended).code || 1);
    }
    for (const worker of workers) this.#watch(worker);
    return await this.#code.promise;
  }

  /** Stops all workers; the team has this exit code then. */
  async stop(code: number): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#workers.map((worker) => this.#end(worker)));
    this.#code.resolve(code);
  }

  kill(): void {
    for (const { child } of this.#workers) send(child, "SIGKILL");
  }

  /** Replaces all workers one by one, and once more if it is asked for meanwhile. */
  async replace(reason: string): Promise<void> {
    this.#isStale = true;
    if (this.#isReplacing) return;
    this.#isReplacing = true;
    while (this.#isStale && !this.#isStopping) {
      this.#isStale = false;
      await writeErr(`Restarting: ${reason}\n`);
      await this.#replaceAll();
    }
    this.#isReplacing = false;
  }

  async #replaceAll(): Promise<void> {
    let ready: string | null = null;
    for (let index = 0; index < this.#job.workers && !this.#isStopping; index++) {
      const old = this.#workers[index];
      if (old !== undefined && !this.#job.canOverlap) await this.#end(old);
      const fresh = this.#start(index);
      ready = await fresh.ready;
      if (ready === null) { // new code with a mistake; its message has been printed
        if (old !== undefined && this.#job.canOverlap) this.#workers[index] = old;
        return;
      }
      this.#watch(fresh);
      if (old !== undefined && this.#job.canOverlap) await this.#end(old);
    }
    if (ready !== null) await announce(ready);
  }

  #start(index: number, isFirst = false): Worker {
    const child = spawn(this.#job, isFirst, this.#port);
    const prefix = this.#job.workers === 1 ? null : index + 1;
    const ready = Promise.withResolvers<string | null>();
    const output = [
      relay(child.stdout, prefix, writeOut, ready.resolve),
      relay(child.stderr, prefix, writeErr, null),
    ];
    const ended = child.status.then(async (status) => {
      await Promise.all(output);
      ready.resolve(null);
      return status;
    });
    const worker = {
      index,
      child,
      start: performance.now(),
      ready: ready.promise,
      ended,
      isLeaving: false,
    };
    this.#workers[index] = worker;
    return worker;
  }

  /** Starts a worker again if it dies. */
  async #watch(worker: Worker): Promise<void> {
    const { code, signal } = await worker.ended;
    const { index, start } = worker;
    const { restarts, watch } = this.#job;
    if (worker.isLeaving || this.#isStopping || this.#workers[index] !== worker) return;
    if (!restarts && watch !== null) return; // until the next change
    const isLast = this.#workers.every((each) => each === worker || each.isLeaving);
    worker.isLeaving = true;
    if (!restarts) return await this.stop(code || 1);
    if (code === 0) return isLast ? this.#code.resolve(0) : undefined;
    const failures = performance.now() - start > LONGEST ? 0 : this.#failures[index] ?? 0;
    this.#failures[index] = failures + 1;
    const pause = Math.min(LONGEST, SHORTEST * 2 ** failures);
    await writeErr(
      `Worker ${index + 1} has ended (${signal ?? `exit code ${code}`}), ` +
        `another one starts in ${pause} ms\n`,
    );
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (!this.#isStopping && this.#workers[index] === worker) this.#watch(this.#start(index));
  }

  /** Ends a worker, with time for its open requests. */
  async #end(worker: Worker): Promise<void> {
    worker.isLeaving = true;
    send(worker.child, "SIGTERM");
    const patience = this.#job.watch === null ? this.#job.patience + PATIENCE : PATIENCE;
    const timer = setTimeout(() => send(worker.child, "SIGKILL"), patience);
    await worker.ended;
    clearTimeout(timer);
  }
}

/** The one line that all workers are ready. */
async function announce(ready: string): Promise<void> {
  await writeOut(`${ready}\n(Press CTRL+C to quit)\n`);
}

/** Passes on the lines of a worker with its number, except that it is ready. */
async function relay(
  output: ReadableStream<Uint8Array>,
  number: number | null,
  write: (line: string) => Promise<void>,
  onReady: ((line: string) => void) | null,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  const pass = async (line: string): Promise<void> => {
    if (onReady !== null && READY.test(line)) return onReady(line);
    if (onReady !== null && line === "(Press CTRL+C to quit)") return;
    if (number === null) return await write(`${line}\n`);
    // A log of JSON lines stays one.
    const isJson = line.startsWith('{"') && line.endsWith("}");
    await write(isJson ? `{"worker":${number},${line.slice(1)}\n` : `[${number}] ${line}\n`);
  };
  for await (const piece of output) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) await pass(line);
  }
  if (rest !== "") await pass(rest);
}

/** With port 0 all workers need the same free port, so it is chosen here. */
function freePort({ port, hosts, canOverlap }: SuperviseOptions): number | null {
  if (port !== 0 || !canOverlap) return null;
  const [hostname = "localhost"] = hosts;
  const listener = Deno.listen({ hostname, port: 0 });
  const { addr } = listener;
  listener.close();
  return addr.port;
}

function spawn(job: SuperviseOptions, isFirst: boolean, port: number | null): Deno.ChildProcess {
  const options = ["--worker", isFirst ? "0" : "1"];
  if (port !== null) options.push("--port", `${port}`);
  // The last value of an option wins; words after "--" belong to the application.
  const own = job.args.indexOf("--");
  const args = job.args.toSpliced(own === -1 ? job.args.length : own, 0, ...options);
  const program = Deno.build.standalone ? [] : [
    "run",
    ...permissions(),
    ...(job.canOverlap ? ["--unstable-net"] : []),
    Deno.mainModule,
  ];
  const color = Deno.noColor || !Deno.stdout.isTerminal() ? {} : { FORCE_COLOR: "1" };
  try {
    return new Deno.Command(Deno.execPath(), {
      args: [...program, "serve", ...args],
      env: color,
      stdin: "piped", // its end tells the workers that this process is gone
      stdout: "piped",
      stderr: "piped",
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

function send(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It has already exited.
  }
}
