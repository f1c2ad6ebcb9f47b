// deno run --allow-net=localhost --allow-read=/tmp --allow-write=/tmp examples/0027_large_uploads.ts
// A large file, part by part: without buffering, and without clientMaxSize.
import { BodyPartReader, ClientSession, FormBody, web } from "@roundtrip/http";

const folder = await Deno.makeTempDir({ dir: "/tmp" });
const app = new web.Application();
app.addRoutes([
  web.post("/store", async (request) => {
    const reader = await request.multipart();
    const lines: string[] = [];
    for await (const part of reader) {
      if (!(part instanceof BodyPartReader)) continue; // nested multipart
      if (part.filename === null) lines.push(`${part.name}=${await part.text()}`);
      else {
        const path = `${folder}/${web.safeFilename(part.filename)}`;
        const { size, sha256 } = await web.saveFile(part, path, { sha256: true });
        lines.push(`${part.filename}: ${size} bytes, ${sha256?.slice(0, 8)}`);
      }
    }
    return web.textResponse(lines.join("\n"));
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
await Deno.remove(folder, { recursive: true });

// Prints:
// 200
// title=twenty megabytes
// zeros.bin: 20000000 bytes, 9e21c619
// 20000000
