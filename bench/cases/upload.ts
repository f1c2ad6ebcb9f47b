import type { BenchCase, Program, Row } from "../measure/case.ts";
import { FOLDER } from "./static_files.ts";
import { HELLO } from "../contenders/servers/replies.mjs";
import { type Load, overSockets, underLoad } from "../measure/server_case.ts";

const KEPT = ["--mode", "kept"];
const SIZE = 300 * 1024 * 1024;
const CHECK = { path: "/", expect: HELLO };

/** A form with one large file, read part by part. */
export const multipart: BenchCase = {
  name: "multipart",
  title: "read an uploaded file of 300 MB part by part",
  method: "curl -F, one upload after the other",
  unit: "MB/s",
  better: "higher",
  needs: ["curl"],
  open: underLoad(CHECK, () => upload("/multipart")),
  rows: [
    { id: "ours", label: "Roundtrip, multipart()", program: { ...ours(), args: KEPT } },
    { id: "ours_lent", label: "Roundtrip, multipart(), lentPieces()", program: ours() },
    {
      id: "ours_sockets",
      label: "Roundtrip, multipart(), over sockets",
      program: overSockets({ ...ours(), args: KEPT }),
    },
    { id: "byob", label: "raw body, BYOB reader", program: raw("byob") },
    { id: "default", label: "raw body, default reader", program: raw("default") },
    { id: "form_data", label: "request.formData()", program: raw("form_data") },
    {
      id: "aiohttp",
      label: "aiohttp, multipart(), read_chunk(65536)",
      program: aiohttp(),
      goal: 1.2,
    },
  ],
};

/** The same form, spooled to disk. */
export const post: BenchCase = {
  name: "post",
  title: "spool an uploaded file of 300 MB",
  method: "curl -F, one upload after the other",
  unit: "MB/s",
  better: "higher",
  needs: ["curl"],
  open: underLoad(CHECK, () => upload("/post")),
  rows: [
    { id: "ours", label: "Roundtrip, post()", program: ours() },
    { id: "ours_sockets", label: "Roundtrip, post(), over sockets", program: overSockets(ours()) },
    { id: "aiohttp", label: "aiohttp, post()", program: aiohttp(), goal: 1.3 },
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

/**
 * Megabytes per second that a server receives from `curl -F`, whose boundary is as long as a
 * browser's, one upload after the other.
 */
function upload(path: string): Load {
  return async (origin, seconds, bench) => {
    const file = await bench.shared("upload", makeFile);
    const start = performance.now();
    let count = 0;
    for (; count === 0 || performance.now() - start < seconds * 1000; count++) {
      await using curl = bench.spawn(
        ["curl", "--silent", "--form", `file=@${file}`, "--header", "Expect:", origin + path],
        "load",
      );
      const text = await curl.output();
      if (text.trim() !== `${SIZE}`) throw new Error(`${text} bytes arrived of ${SIZE}`);
    }
    return count * SIZE / 1024 / 1024 / ((performance.now() - start) / 1000);
  };
}

async function makeFile(): Promise<string> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const path = `${FOLDER}300m.bin`;
  const file = await Deno.open(path, { write: true, create: true, truncate: true });
  const piece = new Uint8Array(1024 * 1024);
  for (let i = 0; i < piece.length; i++) piece[i] = Math.imul(i, 2654435761) >>> 24;
  const writer = file.writable.getWriter();
  for (let size = 0; size < SIZE; size += piece.length) await writer.write(piece);
  await writer.close();
  return path;
}
