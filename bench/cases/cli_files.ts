import type { BenchCase, Row } from "../measure/case.ts";
import { wrk } from "../measure/server_case.ts";
import { CHECK, FOLDER, NGINX, transfer, withFiles } from "./static_files.ts";

const ROWS: readonly Row[] = [
  {
    id: "ours",
    label: "roundtrip files",
    // Parent folder, as nginx's paths are absolute.
    program: { runtime: "roundtrip", args: ["files", "-H", "127.0.0.1", FOLDER + ".."] },
  },
  NGINX,
];

/** A small file, by the executable. */
export const cliFiles10k: BenchCase = {
  name: "cli_files_10k",
  title: "`roundtrip files`: a file of 10 KB",
  method: "wrk, 50 connections",
  unit: "requests/s",
  better: "higher",
  needs: ["wrk", "roundtrip"],
  open: withFiles(() => wrk()({ ...CHECK, path: "/static/10k.bin" })),
  rows: ROWS,
};

/** A large file, by the executable. */
export const cliFiles100m: BenchCase = {
  name: "cli_files_100m",
  title: "`roundtrip files`: a file of 100 MB",
  method: "wrk, 2 connections",
  unit: "MB/s",
  better: "higher",
  needs: ["wrk", "roundtrip"],
  open: withFiles(() => transfer("/static/100m.bin")),
  rows: ROWS,
};
