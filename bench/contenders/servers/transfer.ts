// What clients download from and upload to: GET /large gives a body of `LARGE` bytes, POST takes one.
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

async function lengthOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<number> {
  const reader = body.getReader({ mode: "byob" });
  let length = 0;
  let buffer = new ArrayBuffer(1024 * 1024);
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    if (done) return length;
    length += value.length;
    buffer = value.buffer;
  }
}

Deno.serve({ port, hostname, onListen() {} }, async (request) => {
  if (request.body !== null) return new Response(`${await lengthOf(request.body)}`);
  if (!request.url.endsWith("/large")) return new Response(HELLO);
  return new Response(large(), { headers: { "content-length": `${LARGE}` } });
});
