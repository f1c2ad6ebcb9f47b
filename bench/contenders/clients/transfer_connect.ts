// A large body over a bare socket, nothing parsed: `--mode download`, `--mode chunked` and
// `--mode upload`, the lower limits for transfer_roundtrip.ts.
import { LARGE } from "../servers/replies.mjs";
import { mode, serveRounds, url } from "./worker.mjs";

const { hostname, port, host } = new URL(url);
const encoder = new TextEncoder();
const buffer = new Uint8Array((mode === "upload" ? 512 : 128) * 1024);

/** Sends a head on a new connection. */
async function open(start: string): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(encoder.encode(`${start} HTTP/1.1\r\nhost: ${host}\r\n`));
  return connection;
}

async function download(): Promise<void> {
  using connection = await open(mode === "chunked" ? "GET /chunked" : "GET /large");
  await connection.write(encoder.encode("\r\n"));
  for (let length = 0; length < LARGE;) {
    const count = await connection.read(buffer);
    if (count === null) throw new Error(`${length} bytes came`);
    length += count;
  }
}

async function upload(): Promise<void> {
  using connection = await open("POST /");
  await connection.write(encoder.encode(`content-length: ${LARGE}\r\n\r\n`));
  await file.seek(0, Deno.SeekMode.Start);
  for (let count; (count = await file.read(buffer)) !== null;) {
    for (let at = 0; at < count;) at += await connection.write(buffer.subarray(at, count));
  }
  await connection.read(buffer);
}

const path = await Deno.makeTempFile();
await Deno.truncate(path, LARGE); // without a block on the disk
using file = await Deno.open(path);
await Deno.remove(path);
await serveRounds(mode === "upload" ? upload : download);
Deno.exit();
