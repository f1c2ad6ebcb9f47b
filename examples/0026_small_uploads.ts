// deno run --allow-net=localhost --allow-read=tmp --allow-write=tmp examples/0026_small_uploads.ts
// A small file in a form: request.post() reads it all, up to the application's clientMaxSize.
// 表单里的小文件：request.post() 全部读入，上限 clientMaxSize。
import { ClientSession, FormBody, web } from "@roundtrip/http";

await Deno.mkdir("tmp", { recursive: true });
const folder = await Deno.makeTempDir({ dir: "tmp" });
const app = new web.Application({ clientMaxSize: 1024 ** 2 }); // bytes; this is the default 字节，默认值
app.addRoutes([
  web.post("/store/mp3", async (request) => {
    const file = (await request.post()).file("mp3");
    if (file === undefined) throw new web.HTTPBadRequest({ text: "no file named mp3" });
    // The client's filename can be "../../etc/passwd"; safeFilename() makes it a plain name.
    // 客户端的文件名可能是 "../../etc/passwd"；safeFilename() 只留普通名字。
    const path = `${folder}/${web.safeFilename(file.filename)}`;
    const saved = await file.saveTo(path, { onDuplicate: "rename" });
    return web.textResponse(
      `${file.contentType}, ${saved.size} bytes, ${saved.path.slice(folder.length)}`,
    );
  }),
  // The answer is the file itself.
  // 回复就是上传的文件。
  web.post("/echo", async (request) => {
    const file = (await request.post()).file("mp3");
    if (file === undefined) throw new web.HTTPBadRequest();
    const name = web.safeFilename(file.filename);
    const headers = { "content-disposition": `attachment; filename="${name}"` };
    return new Response(file.file, { headers });
  }),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

const bodies: [string, string][] = [
  ["song.mp3", "la la"],
  ["song.mp3", "again"],
  ["../../song.mp3", "out of here"],
  ["big.mp3", "x".repeat(2 * 1024 ** 2)],
];
for (const [filename, content] of bodies) {
  const form = new FormBody().addField("mp3", content, { filename, contentType: "audio/mpeg" });
  await using response = await session.post("/store/mp3", { data: form });
  console.log(response.status, await response.text());
}
await using none = await session.post("/store/mp3", { data: { mp3: "text" } });
console.log(none.status, await none.text());
const form = new FormBody().addField("mp3", "la la", { filename: "song.mp3" });
await using echo = await session.post("/echo", { data: form });
console.log(echo.headers.get("content-disposition"), await echo.text());
await Deno.remove(folder, { recursive: true });

// Prints:
// 200 audio/mpeg, 5 bytes, /song.mp3
// 200 audio/mpeg, 5 bytes, /song-1.mp3
// 200 audio/mpeg, 11 bytes, /song-2.mp3
// 413 Maximum request body size 1048576 exceeded.
// 400 no file named mp3
// attachment; filename="song.mp3" la la
