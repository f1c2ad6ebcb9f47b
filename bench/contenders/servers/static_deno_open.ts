import { folder, hostname, mode, port } from "./shared.mjs";

// Minimal server for a file with its length: no containment, conditions or ranges.
Deno.serve({ port, hostname, onListen() {} }, async (request) => {
  const path = folder + new URL(request.url).pathname.slice("/static/".length);
  if (mode === "whole") return new Response(await Deno.readFile(path));
  const file = await Deno.open(path);
  const { size } = await file.stat();
  return new Response(file.readable, { headers: { "content-length": String(size) } });
});
