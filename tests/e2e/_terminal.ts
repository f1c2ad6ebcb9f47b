/**
 * The command in a pseudo-terminal.
 * @module
 */
import { ROOT } from "../_process.ts";
import { hasProgram, ROUNDTRIP } from "./_cli.ts";

const LIMIT = 30_000; // ms, for each wait

// `deno run` clears the line of its unused progress bar.
// deno-lint-ignore no-control-regex -- control characters are what is looked for
const PREAMBLE = /^(?:\x1b\[(?:0G|2K|J))+/;

/** Copies between a terminal of 80 columns and standard input and output, as script(1) does. */
const PTY = `
import fcntl, os, pty, select, struct, sys, termios
pid, master = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execvp(sys.argv[1], sys.argv[1:])
sources = [master, 0]
while True:
    ready = select.select(sources, [], [])[0]
    if master in ready:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        os.write(1, data)
    if 0 in ready:
        data = os.read(0, 65536)
        if data:
            os.write(master, data)
        else:
            sources.remove(0)
status = os.waitpid(pid, 0)[1]
sys.exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
`;

/** Command that gives a program a terminal, `null` if none is available. */
const driver = await driverOf();

async function driverOf(): Promise<((command: readonly string[]) => string[]) | null> {
  if (Deno.build.os === "windows") return null;
  if (await hasProgram("python3")) return (command) => ["python3", "-c", PTY, ...command];
  // The one of util-linux; BSD's has other options.
  if (Deno.build.os !== "linux" || !await hasProgram("script")) return null;
  return (command) => {
    const line = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    return ["script", "--quiet", "--return", "--echo", "always", "--command", line, "/dev/null"];
  };
}

/** A command in a terminal. Disposing of it kills it and its children. */
export interface Terminal extends AsyncDisposable {
  /** Waits for a text in the output, after the match of an earlier call. */
  waitFor(text: string): Promise<void>;
  /** Output so far. */
  output(): string;
  /** Presses keys. */
  type(keys: string): Promise<void>;
  /** Waits for the end; returns the exit code, 128 plus the number of a signal, and all output. */
  end(): Promise<{ readonly code: number; readonly output: string }>;
}

/**
 * Starts the command in a terminal. Waits are limited to 30 s: then the error contains the output,
 * and the command is killed.
 */
export function inTerminal(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Terminal {
  if (driver === null) throw new Error("no terminal available");
  const [program = "", ...words] = driver([...ROUNDTRIP, ...args]);
  // The terminal decides on colours, not the environment of the tests.
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = Deno.env.toObject();
  const child = new Deno.Command(program, {
    args: words,
    cwd: options.cwd ?? ROOT,
    clearEnv: true,
    env: { ...env, TERM: "xterm", ...options.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    detached: true, // a group of its own, which can be killed as one
  }).spawn();
  const writer = child.stdin.getWriter();
  let output = "";
  let found = 0;
  let over = false;
  let changed = Promise.withResolvers<void>();
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const piece of child.stdout) {
      output += decoder.decode(piece, { stream: true });
      changed.resolve();
      changed = Promise.withResolvers();
    }
  })();
  const ended = Promise.all([child.status, reading]).then(([{ code }]) => {
    over = true;
    changed.resolve();
    return code;
  });
  const kill = (): void => {
    try {
      // The terminal closes with its driver, and the system sends SIGHUP to the processes in it.
      Deno.kill(-child.pid, "SIGKILL");
    } catch {
      // It has already exited.
    }
  };
  const within = async <T>(what: string, promise: Promise<T>): Promise<T> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), LIMIT);
    });
    const first = await Promise.race([promise.then((value) => ({ value })), late]);
    clearTimeout(timer);
    if (first !== "late") return first.value;
    kill();
    await ended;
    throw new Error(`${args.join(" ")}: no ${what} in 30 s, only:\n${JSON.stringify(output)}`);
  };
  return {
    async waitFor(text) {
      await within(
        JSON.stringify(text),
        (async () => {
          for (;;) {
            const at = output.indexOf(text, found);
            if (at !== -1) return void (found = at + text.length);
            if (over) {
              throw new Error(
                `${args.join(" ")}: ended without ${JSON.stringify(text)}:\n${
                  JSON.stringify(output)
                }`,
              );
            }
            await changed.promise;
          }
        })(),
      );
    },
    output: () => output,
    type: (keys) => within("reader of the keys", writer.write(new TextEncoder().encode(keys))),
    async end() {
      const code = await within("end", ended);
      return { code, output: output.replace(PREAMBLE, "").replaceAll("\r\n", "\n") };
    },
    async [Symbol.asyncDispose]() {
      kill();
      await ended;
      await writer.close().catch(() => {});
    },
  };
}

/** A test that needs a terminal; skipped without python3 and script(1) of util-linux. */
export function terminalTest(name: string, fn: () => Promise<void>): void {
  const ignore = driver === null;
  Deno.test({ name: ignore ? `${name} (needs python3 or script)` : name, ignore, fn });
}
