import type { BenchCase } from "../measure/case.ts";
import { cpuOfClient } from "../measure/client_case.ts";
import { HELLO } from "../contenders/servers/replies.mjs";

const MIB = 1024;

/** CPU time of a long body, ours against fetch; a goal is a share of fetch's time. */
function transferCase(mode: string, title: string, goal: number): BenchCase {
  const server = mode.endsWith("upload") ? "upload_sink.ts" : "transfer.ts";
  const args = ["--mode", mode, "--concurrency", "1"];
  return {
    name: `client_transfer_${mode}`,
    title: `client: CPU time of ${title}`,
    method: "bodies of 1 GiB, one at a time; all threads",
    unit: "ms/MiB",
    better: "lower",
    open: cpuOfClient(
      { runtime: "deno", file: `servers/${server}` },
      { path: "/", expect: HELLO },
      1000 * MIB,
    ),
    rows: [
      {
        id: "ours",
        label: "Roundtrip, all defaults",
        program: { runtime: "deno", file: "clients/transfer_roundtrip.ts", args },
      },
      {
        id: "deno_fetch",
        label: "Deno fetch",
        program: { runtime: "deno", file: "clients/transfer_fetch.ts", args },
        goal,
      },
      ...(/^(?:download|upload|chunked)$/.test(mode)
        ? [
          {
            id: "connect",
            label: "Deno.connect, nothing parsed",
            program: { runtime: "deno", file: "clients/transfer_connect.ts", args },
          } as const,
        ]
        : []),
    ],
  };
}

/** Long bodies by direction, destination and framing. */
export const clientTransfer: readonly BenchCase[] = [
  transferCase("download", "a download into one buffer", 1 / 1.3),
  transferCase("iterate", "a download in pieces", 1 / 1.1),
  transferCase("file", "a download to a file", 1),
  transferCase("chunked", "a chunked download into one buffer", 1 / 1.3),
  transferCase("tls_download", "a download over TLS into one buffer", 1 / 1.4),
  transferCase("tls_iterate", "a download over TLS in pieces", 1),
  transferCase("upload", "an upload from a file", 1 / 1.2),
];
