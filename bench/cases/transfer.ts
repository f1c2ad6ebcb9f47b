import type { BenchCase, Row } from "../measure/case.ts";
import { asClient } from "../measure/client_case.ts";
import { HELLO, LARGE } from "../contenders/servers/replies.mjs";

function rows(mode: string): Row[] {
  const args = ["--mode", mode, "--concurrency", "1"];
  return [
    {
      id: "ours",
      label: "Roundtrip, all defaults",
      program: { runtime: "deno", file: "clients/transfer_roundtrip.ts", args },
    },
    {
      id: "deno_fetch",
      label: mode === "upload" ? "Deno fetch, the file's stream" : "Deno fetch",
      program: { runtime: "deno", file: "clients/transfer_fetch.ts", args },
      goal: 0.85,
    },
  ];
}

function open(server: string): BenchCase["open"] {
  const program = { runtime: "deno", file: `servers/${server}` } as const;
  return asClient(program, { path: "/", expect: HELLO }, LARGE / 1e9);
}

/** A body of 1 GiB read into one buffer, with bounded memory. */
export const clientDownload: BenchCase = {
  name: "client_download",
  title: "client: download 1 GiB",
  method: "one at a time, read into one buffer, from a bare socket",
  unit: "GB/s",
  better: "higher",
  open: open("transfer.ts"),
  rows: rows("download"),
};

/** The same body in separate pieces, which are garbage-collected. */
export const clientIterate: BenchCase = {
  name: "client_iterate",
  title: "client: iterate over 1 GiB",
  method: "one at a time, `for await` over the pieces, from a bare socket",
  unit: "GB/s",
  better: "higher",
  open: open("transfer.ts"),
  rows: rows("iterate"),
};

/** A file of 1 GiB sent with bounded memory. */
export const clientUpload: BenchCase = {
  name: "client_upload",
  title: "client: upload 1 GiB",
  method: "one at a time, an open file, to a bare socket that counts",
  unit: "GB/s",
  better: "higher",
  open: open("upload_sink.ts"),
  rows: rows("upload"),
};
