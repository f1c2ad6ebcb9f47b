/** Child processes: pinned to a core, measured, and always ended on exit. */

/** The two cores a benchmark uses: servers on one, load generators on the other. */
export interface Cores {
  readonly server: number;
  readonly load: number;
}

/** Core of a process. */
export type Side = keyof Cores;

const STDERR_KEPT = 4000;
export const MS_PER_TICK = 10; // USER_HZ is 100 on Linux, independent of the kernel's clock

/** The first two cores we may use, or `null` if processes cannot be pinned. */
export async function findCores(): Promise<Cores | null> {
  try {
    const status = await Deno.readTextFile("/proc/self/status");
    const [server, load] = parseCpuList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? "");
    if (server === undefined || load === undefined) return null;
    const probe = new Deno.Command("taskset", {
      args: ["-c", String(load), "true"],
      stdout: "null",
      stderr: "null",
    });
    return (await probe.output()).success ? { server, load } : null;
  } catch {
    return null; // no /proc or no taskset: macOS, Windows, a bare container
  }
}

/** Reads the kernel's form of a CPU list, such as `0-3,8`. */
function parseCpuList(list: string): number[] {
  return list.split(",").flatMap((range) => {
    const [first = NaN, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 || 0 }, (_, index) => first + index);
  });
}

const running = new Set<Child>();

/** Ends every child at once; for exits that unwind no stack. */
export function killAll(): void {
  for (const child of running) child.kill();
}

/** A child process whose standard output is read line by line. */
export class Child implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #stderrRead: Promise<void>;
  #stderr = "";
  /** Status of the process after its exit; never rejects. */
  readonly exited: Promise<Deno.CommandStatus>;

  /** Starts `command`, pinned to `core` when that is not `null`. */
  constructor(command: readonly string[], core: number | null) {
    const [program = "", ...args] = core === null
      ? command
      : ["taskset", "-c", String(core), ...command];
    // A killed client leaves its files, 1 GiB each: they go with their folder.
    const folder = Deno.makeTempDirSync({ prefix: "bench-" });
    this.#process = new Deno.Command(program, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1", TMPDIR: folder },
    }).spawn();
    running.add(this);
    this.#input = this.#process.stdin.getWriter();
    this.#lines = this.#process.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new LineStream())
      .getReader();
    this.#stderrRead = this.#collectStderr();
    this.exited = this.#process.status.finally(() => {
      running.delete(this);
      Deno.removeSync(folder, { recursive: true });
    });
  }

  /** The id of the program itself: `taskset` replaces itself by it. */
  get pid(): number {
    return this.#process.pid;
  }

  /** The last output on standard error. */
  get stderr(): string {
    return this.#stderr.trim();
  }

  /** The next line of standard output, or `null` when the process has closed it. */
  async readLine(): Promise<string | null> {
    const { value, done } = await this.#lines.read();
    return done ? null : value;
  }

  async writeLine(line: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(line + "\n"));
  }

  /** Waits for the process to exit and returns its output. */
  async output(): Promise<string> {
    let text = "";
    for (let line = await this.readLine(); line !== null; line = await this.readLine()) {
      text += line + "\n";
    }
    const status = await this.exited;
    await this.#stderrRead;
    if (!status.success) throw new Error(this.describeExit(status));
    return text;
  }

  describeExit(status: Deno.CommandStatus): string {
    const how = status.signal ?? `code ${status.code}`;
    return `The process ended with ${how}${this.stderr && `: ${this.stderr}`}`;
  }

  /** Peak memory of the process in bytes, or `null` if unavailable. */
  async peakRss(): Promise<number | null> {
    return await this.memory("VmHWM").catch(() => null);
  }

  /** Memory of the process in bytes, now or at its peak; throws if unavailable. */
  async memory(field: "VmRSS" | "VmHWM"): Promise<number> {
    const status = await Deno.readTextFile(`/proc/${this.pid}/status`);
    const kibibytes = new RegExp(`^${field}:\\s*(\\d+) kB`, "m").exec(status)?.[1];
    if (kibibytes === undefined) throw new Error(`No ${field} of process ${this.pid}`);
    return Number(kibibytes) * 1024;
  }

  /** CPU time of all its threads so far, in ms; throws if unavailable. */
  async cpuTime(): Promise<number> {
    const stat = await Deno.readTextFile(`/proc/${this.pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // from the third one on
    let exact = 0; // without the threads that have ended
    for await (const { name } of Deno.readDir(`/proc/${this.pid}/task`)) {
      const spent = await Deno.readTextFile(`/proc/${this.pid}/task/${name}/schedstat`).catch(() =>
        "0"
      );
      exact += parseInt(spent) / 1e6;
    }
    return Math.max((Number(fields[11]) + Number(fields[12])) * MS_PER_TICK, exact);
  }

  kill(): void {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has already exited.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.exited;
    await Promise.allSettled([this.#stderrRead, this.#lines.cancel(), this.#input.abort()]);
  }

  async #collectStderr(): Promise<void> {
    for await (const text of this.#process.stderr.pipeThrough(new TextDecoderStream())) {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    }
  }
}

/** Splits text into lines without their ends. */
class LineStream extends TransformStream<string, string> {
  constructor() {
    let rest = "";
    super({
      transform(text, controller) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) controller.enqueue(line);
      },
      flush(controller) {
        if (rest !== "") controller.enqueue(rest);
      },
    });
  }
}
