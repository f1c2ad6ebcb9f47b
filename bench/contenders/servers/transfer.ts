// Server for downloads: GET /large returns a body of `LARGE` bytes, GET /chunked the same in chunks.
// GET /tls returns the port that serves the same over TLS.
import { CERT, KEY } from "../../../tests/server/_tls.ts";
import { HELLO, hostname, LARGE, port } from "./shared.mjs";

const PIECE = new Uint8Array(64 * 1024);

function large(): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = LARGE;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(PIECE.slice());
      left -= PIECE.length;
      if (left === 0) controller.close();
    },
  });
}

function answer({ url }: Request): Response {
  if (url.endsWith("/chunked")) return new Response(large());
  if (url.endsWith("/tls")) return new Response(String(secure.addr.port));
  if (!url.endsWith("/large")) return new Response(HELLO);
  return new Response(large(), { headers: { "content-length": `${LARGE}` } });
}

const options = { hostname, onListen() {} };
const secure = Deno.serve({ ...options, port: 0, cert: CERT, key: KEY }, answer);
Deno.serve({ ...options, port }, answer);
