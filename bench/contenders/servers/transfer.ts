// Server for downloads: GET /large returns a body of `LARGE` bytes, GET /chunked the same in chunks.
// GET /tls returns the port that serves the same over TLS.
// It uses sockets, as Deno.serve sends a stream slower than a client reads it: each client would
// wake up for every piece, which would be measured instead of its reading.
import { CERT, KEY } from "../../../tests/server/_tls.ts";
import { HELLO, hostname, LARGE, port } from "./shared.mjs";

const encoder = new TextEncoder();
const PIECE = new Uint8Array(256 * 1024);
const CHUNK = 64 * 1024;
const CHUNKS = new Uint8Array(
  await new Blob(
    Array(4).fill([`${CHUNK.toString(16)}\r\n`, new Uint8Array(CHUNK), "\r\n"]).flat(),
  ).arrayBuffer(),
);

async function write(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

async function answer(connection: Deno.Conn, path: string): Promise<void> {
  const body = path === "/tls" ? `${secure.addr.port}` : HELLO;
  const [framing, piece, text] = path === "/large"
    ? [`content-length: ${LARGE}`, PIECE, ""]
    : path === "/chunked"
    ? ["transfer-encoding: chunked", CHUNKS, ""]
    : [`content-length: ${body.length}`, null, body];
  await write(connection, encoder.encode(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n${text}`));
  if (piece === null) return;
  for (let left = LARGE; left > 0; left -= PIECE.length) await write(connection, piece);
  if (piece === CHUNKS) await write(connection, encoder.encode("0\r\n\r\n"));
}

async function serve(connection: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  const decoder = new TextDecoder("latin1");
  try {
    for (let head = "", count; (count = await connection.read(buffer)) !== null;) {
      head += decoder.decode(buffer.subarray(0, count));
      if (!head.endsWith("\r\n\r\n")) continue;
      await answer(connection, head.split(" ")[1] ?? "");
      head = "";
    }
  } catch {
    // The client has disconnected.
  }
  connection.close();
}

async function accept(listener: Deno.Listener): Promise<void> {
  for await (const connection of listener) serve(connection);
}

const secure = Deno.listenTls({ hostname, port: 0, cert: CERT, key: KEY });
accept(secure);
accept(Deno.listen({ hostname, port }));
