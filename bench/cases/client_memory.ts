import type { BenchCase, Row, Running } from "../measure/case.ts";
import { askWorker } from "../measure/client_case.ts";
import { HELLO } from "../contenders/servers/replies.mjs";
import { startServer } from "../measure/server_case.ts";

const CHECK = { path: "/", expect: HELLO };

function row(id: string, label: string, file: string, args: string, atMost?: number): Row {
  const program = { runtime: "deno", file: `clients/${file}`, args: args.split(" ") } as const;
  return { id, label, program, ...(atMost !== undefined && { atMost }) };
}

const idle: BenchCase = {
  name: "client_idle",
  title: "client: memory of an idle connection",
  method: "1,000 connections opened at once, a second after their responses",
  unit: "KiB",
  better: "lower",
  async open({ program }, bench): Promise<Running> {
    const server = { runtime: "deno", file: "servers/deno_serve.ts", args: ["--mode", "hello"] };
    const target = () => startServer(server as Row["program"], CHECK, bench);
    const { child, origin } = await bench.shared("target", target);
    return {
      child,
      async measure() {
        await using client = bench.spawn(await bench.command(program, ["--url", origin]), "load");
        return Number(await client.output());
      },
    };
  },
  rows: [
    row("ours", "Roundtrip, all defaults", "idle.ts", "--mode ours", 25),
    row("deno_fetch", "Deno fetch", "idle.ts", "--mode fetch"),
    row("connect", "Deno.connect, with a read into 512 bytes", "idle.ts", "--mode connect"),
  ],
};

/** Peak memory above that of the program before, by the way of a body; a goal for ours in MiB. */
function transfer(name: string, title: string, modes: Readonly<Record<string, number>>): BenchCase {
  const server = name === "upload" ? "upload_sink.ts" : "transfer.ts";
  return {
    name: `client_memory_${name}`,
    title: `client: memory that ${title} of 1 GiB takes`,
    method: "peak above the memory of the program before",
    unit: "MiB",
    better: "lower",
    async open({ program }, bench): Promise<Running> {
      const target = () =>
        startServer({ runtime: "deno", file: `servers/${server}` }, CHECK, bench);
      const { child, origin } = await bench.shared("target", target);
      return {
        child,
        async measure(seconds) {
          await using client = bench.spawn(
            await bench.command(program, ["--url", `${origin}/`, "--concurrency", "1"]),
            "load",
          );
          await new Promise((resolve) => setTimeout(resolve, 1000));
          const before = await client.memory("VmRSS");
          await askWorker(client, seconds);
          return (await client.memory("VmHWM") - before) / 1024 ** 2;
        },
      };
    },
    rows: Object.entries(modes).flatMap(([mode, atMost], at) => [
      row(
        at === 0 ? "ours" : `ours_${mode}`,
        `Roundtrip, ${mode}`,
        "transfer_roundtrip.ts",
        `--mode ${mode}`,
        atMost,
      ),
      row(`deno_fetch_${mode}`, `Deno fetch, ${mode}`, "transfer_fetch.ts", `--mode ${mode}`),
    ]),
  };
}

/** Memory of connections and of long bodies. */
export const clientMemory: readonly BenchCase[] = [
  idle,
  transfer("download", "a download", { file: 48, download: 48 }),
  transfer("upload", "an upload", { upload: 48 }),
];
