// deno run --allow-net=localhost --allow-read=tmp --allow-write=tmp examples/0047_resumable_uploads.ts
// Uploads by tus 1.0 go on where they broke off: here the third request fails. Browsers use
// tus-js-client or Uppy with the same URL.
// tus 1.0 上传从中断处继续；这里第三个请求失败。
import { ClientSession, web } from "@roundtrip/http";

await Deno.mkdir("tmp", { recursive: true });
const folder = await Deno.makeTempDir({ dir: "tmp" });
const app = new web.Application();
let requests = 0;
app.middlewares.push((request, handler) => {
  console.log(request.method, request.headers.get("upload-offset") ?? "");
  if (++requests === 3) throw new web.HTTPServiceUnavailable();
  return handler(request);
});
app.addRoutes(web.tusUploads("/files", {
  folder,
  maxSize: 10 * 1024 ** 2,
  sha256: true,
  async onComplete({ path, metadata, size, sha256 }) {
    const name = web.safeFilename(metadata.get("filename") ?? null);
    await Deno.rename(path, `${folder}/${name}`);
    console.log(`${name}: ${size} bytes, SHA-256 ${sha256?.slice(0, 8)}`);
  },
}));
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });

await using session = new ClientSession({ baseUrl });
const { size } = await session.upload("/files", new File(["hello, world"], "hello.txt"), {
  resumable: true,
  chunkSize: 5,
  retryDelay: 10,
});
console.log(`uploaded ${size} bytes`);
await Deno.remove(folder, { recursive: true });

// Prints:
// POST
// PATCH 0
// PATCH 5
// HEAD
// PATCH 5
// PATCH 10
// hello.txt: 12 bytes, SHA-256 09ca7e4e
// uploaded 12 bytes
