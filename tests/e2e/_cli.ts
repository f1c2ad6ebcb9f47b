/**
 * The command under test: `deno run`, or the executable in `ROUNDTRIP`.
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Finished, ROOT, type Running, start } from "../_process.ts";

/** The command and its first words; paths are relative to the project's folder. */
export const ROUNDTRIP: readonly string[] = commandOf(Deno.env.get("ROUNDTRIP"));

function commandOf(given: string | undefined): string[] {
  const [program = Deno.execPath(), ...words] = given?.split(" ") ??
    [Deno.execPath(), "run", "-q", "-A", "cli/main.ts"];
  const absolute = (path: string): string => new URL(path, ROOT).pathname;
  return [
    program.includes("/") ? absolute(program) : program,
    ...words.map((word) => word === "cli/main.ts" ? absolute(word) : word),
  ];
}

/** Whether the command is a compiled executable. */
export const COMPILED: boolean = Deno.env.has("ROUNDTRIP");

/** Environment without the user's proxies and `.netrc`. */
export const CLEAN: Readonly<Record<string, string>> = {
  http_proxy: "",
  https_proxy: "",
  all_proxy: "",
  no_proxy: "",
  HTTP_PROXY: "",
  HTTPS_PROXY: "",
  ALL_PROXY: "",
  NO_PROXY: "",
  NETRC: "/nowhere",
  DENO_NO_UPDATE_CHECK: "1", // `deno run` would use the proxy under test
};

/** Options for running a command. */
export interface RunOptions {
  /** Standard input, `null` for none. @default {null} */
  readonly stdin?: string | Uint8Array | null;
  /** Working directory. @default the project's */
  readonly cwd?: string;
  /** Additional environment variables. */
  readonly env?: Readonly<Record<string, string>>;
}

const LIMIT = 60_000; // ms

/** Runs the command to its end; after 60 s it is killed, with code 137. */
export async function cli(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [program = "", ...first] = ROUNDTRIP;
  const { stdin = null } = options;
  const child = new Deno.Command(
    program,
    {
      args: [...first, ...args],
      cwd: options.cwd ?? ROOT,
      // The runtime's update check would reach the proxies under test.
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...options.env },
      stdin: stdin === null ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    },
  ).spawn();
  const sending = stdin === null ? null : send(child, stdin);
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT);
  const output = await child.output();
  clearTimeout(timer);
  await sending;
  const decoder = new TextDecoder();
  return {
    code: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

async function send(child: Deno.ChildProcess, data: string | Uint8Array): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(typeof data === "string" ? new TextEncoder().encode(data) : data);
    await writer.close();
  } catch {
    // The command has exited without reading it.
  }
}

/** Starts the command. */
export function startCli(
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>> } = {},
): Running {
  return start([...ROUNDTRIP, ...args], options.env);
}

/** A server of the command on a free port. */
export interface Serving extends AsyncDisposable {
  readonly running: Running;
  readonly url: string;
  readonly port: number;
}

/** Starts a subcommand that listens. */
export async function serving(args: readonly string[]): Promise<Serving> {
  const running = startCli([...args, "-P", "0"]);
  const match = await running.waitFor(/Running on (http:\/\/[^ ,]*:(\d+))/);
  const [, url = "", port = ""] = match;
  return {
    running,
    url,
    port: Number(port),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

/** Expected result of a row; a regular expression must match, text must be equal. */
export interface Expected {
  readonly code: number;
  readonly stdout?: string | RegExp;
  readonly stderr?: string | RegExp;
}

/** Compares the result of a command with that expected by a row. */
export function assertRow(name: string, actual: Finished, expected: Expected): void {
  const shown = `${name}\nstdout: ${actual.stdout}\nstderr: ${actual.stderr}`;
  assertEquals(actual.code, expected.code, shown);
  for (const stream of ["stdout", "stderr"] as const) {
    const wanted = expected[stream] ?? "";
    if (typeof wanted === "string") assertEquals(actual[stream], wanted, shown);
    else assertMatch(actual[stream], wanted, shown);
  }
}

/** Runs a table of command lines. */
export async function assertTable(
  rows: readonly (readonly [name: string, args: readonly string[], Expected, RunOptions?])[],
): Promise<void> {
  assert(rows.length > 0);
  for (const [name, args, expected, options] of rows) {
    assertRow(name, await cli(args, options), expected);
  }
}

/** A temporary folder. */
export async function tempDir(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Whether a program is installed. */
export async function hasProgram(name: string): Promise<boolean> {
  try {
    return (await new Deno.Command("sh", { args: ["-c", `command -v ${name}`] }).output()).success;
  } catch {
    return false;
  }
}

/** Whether the command's Deno is at least a version, such as 206 for 2.6. */
export async function runtimeIs(version: number): Promise<boolean> {
  const { stdout } = await cli(["--version"]);
  const [, major = "0", minor = "0"] = /deno (\d+)\.(\d+)/.exec(stdout) ?? [];
  return Number(major) * 100 + Number(minor) >= version;
}

/**
 * Whether the command is an executable with an older Deno, whose Node modules lack some features.
 */
export const OLD: boolean = COMPILED && !await runtimeIs(209);

/**
 * Skips rows that an executable with an older Deno cannot run, printing the reasons.
 *
 * @returns A filter for the table; unknown row names are errors.
 */
export function notOnOld(
  test: string,
  reasons: Readonly<Record<string, string>>,
): <Row extends readonly [name: string, ...unknown[]]>(rows: readonly Row[]) => Row[] {
  return (rows) => {
    for (const [name, reason] of Object.entries(reasons)) {
      assert(rows.some(([own]) => own === name), `no row is named ${name}`);
      if (OLD) console.log(`not run on this executable: ${test}: ${name} (${reason})`);
    }
    return rows.filter(([name]) => !OLD || !Object.hasOwn(reasons, name));
  };
}

/** A server that answers each path with given bytes, once per connection. */
export function rawServer(
  replies: Readonly<Record<string, string>>,
): { url: string } & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(65_536);
      const count = await connection.read(buffer) ?? 0;
      const [, path = ""] = new TextDecoder().decode(buffer.subarray(0, count)).split(" ");
      const reply = Uint8Array.from(replies[path] ?? "", (each) => each.charCodeAt(0));
      try {
        for (let at = 0; at < reply.length;) at += await connection.write(reply.subarray(at));
      } catch {
        // The command has closed the connection.
      }
      connection.close();
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}
