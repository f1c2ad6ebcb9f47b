import { HELLO, hostname, mode, port } from "./shared.mjs";

// Reads a body without parsing; the size of the form around the file is subtracted, so that all
// contenders return the same.
const FILE = 300 * 1024 * 1024;

async function readByob(body: ReadableStream<Uint8Array>): Promise<number> {
  const reader = body.getReader({ mode: "byob" });
  let buffer = new ArrayBuffer(1024 * 1024);
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    if (done || value === undefined) return size;
    size += value.length;
    buffer = value.buffer;
  }
}

async function readDefault(body: ReadableStream<Uint8Array>): Promise<number> {
  const reader = body.getReader();
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return size;
    size += value.length;
  }
}

Deno.serve({ port, hostname, onListen() {} }, async (request) => {
  if (request.body === null) return new Response(HELLO);
  if (mode === "form_data") {
    const file = (await request.formData()).get("file");
    return new Response(String(file instanceof File ? file.size : 0));
  }
  const size = mode === "byob" ? await readByob(request.body) : await readDefault(request.body);
  return new Response(String(size - Number(request.headers.get("content-length")) + FILE));
});
