/** Installed runtimes, packages and load generators, with their versions. */

import type { Program } from "./case.ts";
import { Child } from "./process.ts";

/** Runtime of a contender's program. */
export type Runtime = "deno" | "node" | "bun" | "python";

/** A contender that is a standalone program; `bare` is a compiled hello world. */
export type Command = "roundtrip" | "bare" | "curl" | "xh" | "http";

/** Tools for contenders and load generators. */
export type Tool =
  | Runtime
  | Command
  | "wrk"
  | "nginx"
  | "hono"
  | "published"
  | "undici"
  | "fastify"
  | "ws"
  | "elysia"
  | "redis-server"
  | "ioredis"
  | "socket.io"
  | "@socket.io/redis-adapter"
  | "rate-limiter-flexible";

/** An installed tool: the command to run it by (empty for packages) and its version. */
export interface Found {
  readonly command: string;
  readonly version: string;
}

const BENCH = new URL("../", import.meta.url);
const PUBLISHED = new URL("../build/jsr/deno.json", BENCH);
const PYTHON_PROBE = "import sys, aiohttp, uvloop; " +
  "print(aiohttp.__version__, '+ uvloop', uvloop.__version__, '+ Python', sys.version.split()[0])";

const find: Record<Tool, () => Promise<Found | null>> = {
  deno: () => Promise.resolve({ command: Deno.execPath(), version: Deno.version.deno }),
  node: () => probe(["node"], ["--version"]),
  bun: () => probe([local("node_modules/bun/bin/bun.exe"), "bun"], ["--version"]),
  python: () => probe([local("venv/bin/python"), "python3"], ["-c", PYTHON_PROBE]),
  // wrk prints its version with its usage and then exits with 1.
  wrk: () => probe(["wrk"], ["--version"], /wrk (?:debian\/)?([\d.]+)/),
  nginx: () => probe(["nginx", "/usr/sbin/nginx"], ["-v"], /nginx\/([\d.]+)/),
  hono: findHono,
  published: buildPublished,
  undici: () => findPackage("undici"),
  fastify: () => findPackage("fastify"),
  ws: () => findPackage("ws"),
  elysia: () => findPackage("elysia"),
  "redis-server": () => probe(["redis-server"], ["--version"], /v=([\d.]+)/),
  ioredis: () => findPackage("ioredis"),
  "socket.io": () => findPackage("socket.io"),
  "@socket.io/redis-adapter": () => findPackage("@socket.io/redis-adapter"),
  "rate-limiter-flexible": () => findPackage("rate-limiter-flexible"),
  roundtrip: () => probe([pathOf(new URL("../build/roundtrip", BENCH))], ["--version"]),
  bare: compileBare,
  curl: () => probe(["curl"], ["--version"], /^curl (\S+)/),
  xh: () => probe(["xh"], ["--version"], /^xh (\S+)/),
  http: () => probe(["http"], ["--version"]),
};

const found = new Map<Tool, Promise<Found | null>>();

/** The installed tool, or `null`; cached. */
export function findTool(tool: Tool): Promise<Found | null> {
  const known = found.get(tool) ?? find[tool]();
  found.set(tool, known);
  return known;
}

/** Those of `tools` that are not installed. */
export async function missingTools(tools: Iterable<Tool>): Promise<Tool[]> {
  const missing: Tool[] = [];
  for (const tool of new Set(tools)) if (await findTool(tool) === null) missing.push(tool);
  return missing;
}

const NAMES: Partial<Record<Tool, string>> = {
  python: "aiohttp and uvloop for Python",
  roundtrip: "build/roundtrip",
  bare: "what deno compile makes, which wants denort: DENORT_BIN names one",
  http: "HTTPie",
};

/** Note about missing tools in a table. */
export function howToInstall(tools: readonly Tool[]): string {
  const names = tools.map((tool) => NAMES[tool] ?? tool);
  if (tools.includes("roundtrip")) return `not compiled: ${names.join(", ")}; deno task compile`;
  const how = tools.includes("node") ? "install Node.js, then bench/setup" : "bench/setup";
  return `not installed: ${names.join(", ")}; to install: ${how}`;
}

/** Everything a program needs. */
export function toolsOf(program: Program): Tool[] {
  return [program.runtime, ...(program.needs ?? [])];
}

/** The command line that runs a program of `contenders/`. */
export async function commandOf(program: Program, extra: readonly string[] = []) {
  const runtime = await findTool(program.runtime);
  if (runtime === null) throw new Error(howToInstall([program.runtime]));
  const own = program.args ?? [];
  if (program.file === undefined) return [runtime.command, ...own, ...extra];
  const flags = program.runtime === "deno" ? ["run", "--allow-all", "--quiet"] : [];
  if (program.published === true) flags.push("--config", pathOf(PUBLISHED));
  const file = pathOf(new URL(`contenders/${program.file}`, BENCH));
  const command = [runtime.command, ...flags, file, ...own, ...extra];
  return program.silent === true
    ? ["sh", "-c", 'exec "$@" >/dev/null 2>&1', "", ...command]
    : command;
}

/** A path inside `bench/.contenders`, where `bench/setup` installs. */
function local(path: string): string {
  return pathOf(new URL(`.contenders/${path}`, BENCH));
}

function pathOf(url: URL): string {
  return decodeURIComponent(url.pathname);
}

/** The first of `commands` that can be run and prints a version. */
async function probe(
  commands: readonly string[],
  args: readonly string[],
  pattern = /^v?(\S.*)$/m,
): Promise<Found | null> {
  for (const command of commands) {
    try {
      const output = await new Deno.Command(command, { args: [...args], stdin: "null" }).output();
      const decoder = new TextDecoder();
      // nginx and wrk print their version on either stream and with either exit code.
      const text = decoder.decode(output.stdout) +
        (output.success ? decoder.decode(output.stderr) : "");
      const version = pattern.exec(text)?.[1];
      if (version !== undefined) return { command, version };
    } catch {
      // Not found: try the next one.
    }
  }
  return null;
}

async function findPackage(name: string): Promise<Found | null> {
  try {
    const manifest: unknown = JSON.parse(
      await Deno.readTextFile(local(`node_modules/${name}/package.json`)),
    );
    if (typeof manifest !== "object" || manifest === null || !("version" in manifest)) return null;
    return { command: "", version: String(manifest.version) };
  } catch {
    return null;
  }
}

/** A minimal executable with the same Deno as `build/roundtrip`. */
async function compileBare(): Promise<Found | null> {
  const target = local("bare");
  const denort = Deno.env.get("DENORT_BIN");
  const beside = denort?.replace(/[^/\\]*$/, "deno");
  const args = ["--quiet", "--no-config", "--no-check", "--allow-all", "--output", target];
  const file = pathOf(new URL("contenders/bare.js", BENCH));
  for (const deno of [...(beside === undefined ? [] : [beside]), Deno.execPath()]) {
    try {
      const { success } = await new Deno.Command(deno, { args: ["compile", ...args, file] })
        .output();
      const found = success ? await probe([target], ["--version"]) : null;
      if (found !== null) return found;
    } catch {
      // Not found or not executable: try the next one.
    }
  }
  return null;
}

/** The package as JSR gets it. */
function buildPublished(): Promise<Found | null> {
  const program = pathOf(new URL("../tests/jsr_build.ts", BENCH));
  return probe([Deno.execPath()], ["run", "--allow-all", program], /@roundtrip\/http (\S+)/);
}

/** Hono as resolved by Deno, the version used by Roundtrip. */
async function findHono(): Promise<Found | null> {
  const file = pathOf(new URL("contenders/servers/hono.ts", BENCH));
  try {
    await using child = new Child([Deno.execPath(), "info", "--json", file], null);
    const version = /"hono@([\d.]+)"/.exec(await child.output())?.[1];
    return version === undefined ? null : { command: "", version };
  } catch {
    return null;
  }
}
