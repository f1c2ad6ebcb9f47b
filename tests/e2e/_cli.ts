/**
 * The command under test: `deno run`, or an executable that `ROUNDTRIP` names.
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Finished, ROOT, type Running, start } from "../_process.ts";

/** The command and its first words; a path counts from the project's folder. */
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

/** Whether the command is an executable of its own. */
export const COMPILED: boolean = Deno.env.has("ROUNDTRIP");

/** Environment without the proxies and the `.netrc` of whoever runs the tests. */
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
  DENO_NO_UPDATE_CHECK: "1", // `deno run` would ask through the proxy under test
};

/** How a command is run. */
export interface RunOptions {
  /** What standard input holds; `null` for nothing at all. @default {null} */
  readonly stdin?: string | Uint8Array | null;
  /** Folder it runs in. @default the project's */
  readonly cwd?: string;
  /** Further environment. */
  readonly env?: Readonly<Record<string, string>>;
}

const LIMIT = 60_000; // ms

/** Runs the command to its end; one that hangs is killed after 60 s, and its code is 137. */
export async function cli(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const [program = "", ...first] = ROUNDTRIP;
  const { stdin = null } = options;
  const child = new Deno.Command(
    program,
    {
      args: [...first, ...args],
      cwd: options.cwd ?? ROOT,
      // The runtime's own look for news would be seen by proxies that are tested.
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
    // The command has ended without reading it.
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

/** What a row of a table expects; a regular expression has to match, text has to be equal. */
export interface Expected {
  readonly code: number;
  readonly stdout?: string | RegExp;
  readonly stderr?: string | RegExp;
}

/** Compares what a command did with what a row expects. */
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

/** A folder that is removed in the end. */
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

/** Whether the command's Deno is at least a version, 206 for 2.6. */
export async function runtimeIs(version: number): Promise<boolean> {
  const { stdout } = await cli(["--version"]);
  const [, major = "0", minor = "0"] = /deno (\d+)\.(\d+)/.exec(stdout) ?? [];
  return Number(major) * 100 + Number(minor) >= version;
}

/** Whether the command is an executable of an older Deno, whose modules of Node lack a few things. */
export const OLD: boolean = COMPILED && !await runtimeIs(209);

/**
 * Names rows that an executable of an older Deno cannot run, each with the reason, which the output
 * tells there.
 *
 * @returns What leaves them out of the table there; a name that is no row's is an error everywhere.
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

/** A server that answers each path with bytes of its own, once for a connection. */
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
        // The command has had enough.
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
