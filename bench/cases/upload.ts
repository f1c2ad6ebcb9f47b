import type { BenchCase, Program, Row } from "../measure/case.ts";
import { HELLO } from "../contenders/servers/replies.mjs";
import { type Load, overSockets, reportedRate, underLoad } from "../measure/server_case.ts";

const CHECK = { path: "/", expect: HELLO };

/** A form with one large file, read part by part. */
export const multipart: BenchCase = {
  name: "multipart",
  title: "read an uploaded file of 300 MB part by part",
  method: "one connection, one upload after the other",
  unit: "MB/s",
  better: "higher",
  open: underLoad(CHECK, () => upload("/multipart")),
  rows: [
    { id: "ours", label: "Roundtrip, multipart({ reuseBuffers: true })", program: ours() },
    {
      id: "ours_sockets",
      label: "the same over sockets",
      program: overSockets(ours()),
    },
    {
      id: "ours_kept",
      label: "Roundtrip, multipart()",
      program: { ...ours(), args: ["--mode", "kept"] },
    },
    { id: "byob", label: "raw body, BYOB reader", program: raw("byob"), goal: 0.8 },
    { id: "default", label: "raw body, default reader", program: raw("default") },
    { id: "form_data", label: "request.formData()", program: raw("form_data") },
    { id: "aiohttp", label: "aiohttp, multipart()", program: aiohttp(), goal: 0.9 },
  ],
};

/** The same form, spooled to disk. */
export const post: BenchCase = {
  name: "post",
  title: "spool an uploaded file of 300 MB",
  method: "one connection, one upload after the other",
  unit: "MB/s",
  better: "higher",
  open: underLoad(CHECK, () => upload("/post")),
  rows: [
    { id: "ours", label: "Roundtrip, post()", program: ours() },
    { id: "ours_sockets", label: "Roundtrip, post(), over sockets", program: overSockets(ours()) },
    { id: "aiohttp", label: "aiohttp, post()", program: aiohttp(), goal: 1 },
  ],
};

function ours(): Program {
  return { runtime: "deno", file: "servers/upload_roundtrip.ts" };
}

function raw(mode: string): Row["program"] {
  return { runtime: "deno", file: "servers/upload_raw.ts", args: ["--mode", mode] };
}

function aiohttp(): Row["program"] {
  return { runtime: "python", file: "servers/upload_aiohttp.py" };
}

/** Megabytes per second received by a server. */
function upload(path: string): Load {
  return (origin, seconds, bench) => {
    const args = [new URL(origin).port, path, `${seconds}`];
    return reportedRate("clients/upload_load.ts", args, "MB", bench);
  };
}
