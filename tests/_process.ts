/**
 * Programs under test.
 * @module
 */

/** Root of the project, where commands run. */
export const ROOT = new URL("../", import.meta.url);

/** A free port of 127.0.0.1; no one listens there yet. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A running program. */
export interface Running extends AsyncDisposable {
  /** The process. */
  readonly child: Deno.ChildProcess;
  /** Waits until the output matches, and returns the match. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** Output so far, of both streams. */
  output(): string;
  /** Waits for its end and returns the exit code. */
  exitCode(): Promise<number>;
}

/** Result of a program. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const OPTIONS = { cwd: ROOT, env: { NO_COLOR: "1" }, stdin: "null" } as const;

/** Runs a program to its end. */
export async function run(command: readonly string[]): Promise<Finished> {
  const [program = "", ...args] = command;
  const result = await new Deno.Command(program, { ...OPTIONS, args }).output();
  const decoder = new TextDecoder();
  return {
    code: result.code,
    stdout: decoder.decode(result.stdout),
    stderr: decoder.decode(result.stderr),
  };
}

/** Starts a program; disposing of it kills it. */
export function start(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const [program = "", ...args] = command;
  const child = new Deno.Command(program, {
    ...OPTIONS,
    env: { ...OPTIONS.env, ...env },
    args,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  let changed = Promise.withResolvers<void>();
  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const piece of stream) {
      output += decoder.decode(piece, { stream: true });
      changed.resolve();
      changed = Promise.withResolvers();
    }
  };
  const ended = Promise.all([collect(child.stdout), collect(child.stderr), child.status]);
  return {
    child,
    output: () => output,
    async waitFor(pattern) {
      const timer = AbortSignal.timeout(30_000);
      for (;;) {
        const match = pattern.exec(output);
        if (match !== null) return match;
        const over = await Promise.race([
          changed.promise,
          ended,
          new Promise<"late">((resolve) =>
            timer.addEventListener("abort", () => resolve("late"), { once: true })
          ),
        ]);
        if (over === "late" || (Array.isArray(over) && !pattern.test(output))) {
          throw new Error(`${command.join(" ")}: no ${pattern} in:\n${output}`);
        }
      }
    },
    async exitCode() {
      const [, , status] = await ended;
      return status.code;
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has already exited.
      }
      await ended;
    },
  };
}
