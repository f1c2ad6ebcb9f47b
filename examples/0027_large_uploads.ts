// deno run --allow-net=localhost --allow-read=tmp --allow-write=tmp examples/0027_large_uploads.ts
// A large file, part by part: without buffering, and without clientMaxSize.
// 大文件逐部分读取：不缓冲，不受 clientMaxSize 限制。
import { BodyPartReader, ClientSession, FormBody, web } from "@roundtrip/http";

await Deno.mkdir("tmp", { recursive: true });
const folder = await Deno.makeTempDir({ dir: "tmp" });
const app = new web.Application();
app.addRoutes([
  web.post("/store", async (request) => {
    const reader = await request.multipart();
    const lines: string[] = [];
    for await (const part of reader) {
      if (!(part instanceof BodyPartReader)) continue; // nested multipart 嵌套的 multipart
      if (part.filename === null) lines.push(`${part.name}=${await part.text()}`);
      else {
        const path = `${folder}/${web.safeFilename(part.filename)}`;
        const { size, sha256 } = await web.saveFile(part, path, { sha256: true });
        lines.push(`${part.filename}: ${size} bytes, ${sha256?.slice(0, 8)}`);
      }
    }
    return web.textResponse(lines.join("\n"));
  }),
  web.post("/by-hand", async (request) => {
    const reader = await request.multipart();
    const sizes: number[] = [];
    for (let part = await reader.next(); part !== null; part = await reader.next()) {
      if (!(part instanceof BodyPartReader)) continue;
      if (part.filename === null) sizes.push((await part.read({ decode: true })).length);
      for (let chunk; (chunk = await part.readChunk(8)).length > 0;) sizes.push(chunk.length);
    }
    return web.textResponse(sizes.join(" "));
  }),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

let left = 200;
const content = new ReadableStream<Uint8Array<ArrayBuffer>>({
  pull(controller) {
    if (left-- > 0) controller.enqueue(new Uint8Array(100_000));
    else controller.close();
  },
});
const form = new FormBody({ title: "twenty megabytes" })
  .addField("file", content, { filename: "zeros.bin" });
await using response = await session.post("/store", { data: form });
console.log(response.status);
console.log(await response.text());
console.log((await Deno.stat(`${folder}/zeros.bin`)).size);

// By hand: one part after the other, decoded or in chunks.
// 手动：一个部分接一个部分，解码读取或分块读取。
await using manual = await session.post("/by-hand", {
  data: new FormBody({ title: "a title" }).addField("file", "x".repeat(20), { filename: "x" }),
});
console.log(await manual.text());
await Deno.remove(folder, { recursive: true });

// Prints:
// 200
// title=twenty megabytes
// zeros.bin: 20000000 bytes, 9e21c619
// 20000000
// 7 8 8 4
