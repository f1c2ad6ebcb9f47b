import type { Bench, BenchCase, Program, Row } from "../measure/case.ts";
import { findTool, howToInstall } from "../measure/contenders.ts";
import { HELLO } from "../contenders/servers/replies.mjs";
import { type Check, type Load, overSockets, underLoad, wrk } from "../measure/server_case.ts";

/** Ignored by git, like all files made by `bench/setup`. */
export const FOLDER = decodeURIComponent(
  new URL("../.contenders/static/", import.meta.url).pathname,
);
const SIZES = { "10k.bin": 10 * 1024, "100m.bin": 100 * 1024 * 1024 };
export const CHECK = { path: "/static/hello.txt", expect: HELLO };

export const NGINX: Row = {
  id: "nginx",
  label: "nginx, one worker",
  program: {
    runtime: "python",
    file: "servers/static_nginx.py",
    args: ["--folder", FOLDER],
    needs: ["nginx"],
  },
};

/** A small file: measures the cost per request. */
export const static10k: BenchCase = {
  name: "static_10k",
  title: "GET a static file of 10 KB",
  method: "wrk, 50 connections",
  unit: "requests/s",
  better: "higher",
  needs: ["wrk"],
  open: withFiles(() => wrk()({ ...CHECK, path: "/static/10k.bin" })),
  rows: rows(),
};

/** A large file: measures the cost per byte. */
export const static100m: BenchCase = {
  name: "static_100m",
  title: "GET a static file of 100 MB",
  method: "wrk, 2 connections",
  unit: "MB/s",
  better: "higher",
  needs: ["wrk"],
  open: withFiles(() => transfer("/static/100m.bin")),
  rows: rows(),
};

export function withFiles(
  load: () => Load,
  by: (check: Check, load: () => Load) => BenchCase["open"] = underLoad,
): BenchCase["open"] {
  const open = by(CHECK, load);
  return async (row, bench) => {
    await bench.shared("static files", makeFiles);
    return await open(row, bench);
  };
}

async function makeFiles(): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  await Deno.writeTextFile(`${FOLDER}hello.txt`, HELLO);
  for (const [name, size] of Object.entries(SIZES)) {
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i++) bytes[i] = Math.imul(i, 2654435761) >>> 24;
    await Deno.writeFile(`${FOLDER}${name}`, bytes);
  }
}

/** Megabytes per second that wrk reads; one download is longer than wrk's own timeout. */
export function transfer(path: string): Load {
  return async (origin: string, seconds: number, bench: Bench) => {
    const program = await findTool("wrk");
    if (program === null) throw new Error(howToInstall(["wrk"]));
    const options = ["--threads=1", "--connections=2", "--timeout=30s", `--duration=${seconds}s`];
    await using child = bench.spawn([program.command, ...options, origin + path], "load");
    const report = await child.output();
    const [, amount, unit] = /^Transfer\/sec:\s*([\d.]+)([KMG])B$/m.exec(report) ?? [];
    const rate = Number(amount) * (unit === "G" ? 1024 : unit === "K" ? 1 / 1024 : 1);
    if (!(rate > 0)) throw new Error(`Cannot read the report of wrk: ${report}`);
    return rate;
  };
}

function rows(): Row[] {
  const program = (file: string): Program => ({
    runtime: "deno",
    file,
    args: ["--folder", FOLDER],
  });
  return [
    { id: "ours", label: "Roundtrip web.static", program: program("servers/static_roundtrip.ts") },
    {
      id: "ours_sockets",
      label: "Roundtrip web.static, over sockets",
      program: overSockets(program("servers/static_roundtrip.ts")),
    },
    {
      id: "deno_open",
      label: "Deno.open().readable",
      program: program("servers/static_deno_open.ts"),
      goal: 0.9,
    },
    {
      id: "deno_read",
      label: "Response(await Deno.readFile())",
      program: {
        ...program("servers/static_deno_open.ts"),
        args: ["--folder", FOLDER, "--mode", "whole"],
      },
      goal: 1.2,
    },
    NGINX,
    {
      id: "aiohttp",
      label: "aiohttp + uvloop",
      program: {
        runtime: "python",
        file: "servers/static_aiohttp.py",
        args: ["--folder", FOLDER],
      },
    },
  ];
}
