// Server for downloads: GET /large returns a body of `LARGE` bytes.
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

Deno.serve({ port, hostname, onListen() {} }, (request) => {
  if (!request.url.endsWith("/large")) return new Response(HELLO);
  return new Response(large(), { headers: { "content-length": `${LARGE}` } });
});
