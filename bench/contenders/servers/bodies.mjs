// Bun.serve with the two routes that take bodies: bun bodies.mjs --port PORT
import { HELLO, hostname, port } from "./shared.mjs";

Bun.serve({
  hostname,
  port,
  async fetch(request) {
    if (request.method === "GET") return new Response(HELLO);
    if (request.url.endsWith("/json")) return Response.json(await request.json());
    let size = 0;
    for await (const piece of request.body) size += piece.length;
    return new Response(String(size));
  },
});
