import { folder, hostname, port } from "./shared.mjs";

// Minimal server for a file with its length: no containment, conditions or ranges.
Deno.serve({ port, hostname, onListen() {} }, async (request) => {
  const file = await Deno.open(folder + new URL(request.url).pathname.slice("/static/".length));
  const { size } = await file.stat();
  return new Response(file.readable, { headers: { "content-length": String(size) } });
});
