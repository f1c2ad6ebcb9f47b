import type { BenchCase, Row } from "../case.ts";
import { asClient } from "../client_case.ts";
import { HELLO, LARGE } from "../contenders/servers/replies.mjs";

const open = asClient(
  { runtime: "deno", file: "servers/transfer.ts" },
  { path: "/", expect: HELLO },
  LARGE / 1e9,
);

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
      label: mode === "upload" ? "Deno fetch, bytes in memory" : "Deno fetch",
      program: { runtime: "deno", file: "clients/transfer_fetch.ts", args },
      goal: 0.85,
    },
  ];
}

/** A body of 1 GiB read piece by piece, with bounded memory. */
export const clientDownload: BenchCase = {
  name: "client_download",
  title: "client: download 1 GiB",
  method: "one at a time, read piece by piece, from a bare Deno.serve",
  unit: "GB/s",
  better: "higher",
  open,
  rows: rows("download"),
};

/** A file of 1 GiB sent with bounded memory. */
export const clientUpload: BenchCase = {
  name: "client_upload",
  title: "client: upload 1 GiB",
  method: "one at a time, an open file, to a bare Deno.serve",
  unit: "GB/s",
  better: "higher",
  open,
  rows: rows("upload"),
};
