// deno run --allow-net=localhost --allow-read=/tmp --allow-write=/tmp examples/0026_small_uploads.ts
// A small file in a form: request.post() reads it all, up to the application's clientMaxSize.
import { ClientSession, FormBody, web } from "@roundtrip/http";

const folder = await Deno.makeTempDir({ dir: "/tmp" });
const app = new web.Application({ clientMaxSize: 1024 ** 2 }); // bytes; this is the default
app.addRoutes([
  web.post("/store/mp3", async (request) => {
    const file = (await request.post()).file("mp3");
    if (file === undefined) throw new web.HTTPBadRequest({ text: "no file named mp3" });
    // The client's filename can be "../../etc/passwd"; safeFilename() makes it a plain name.
    const path = `${folder}/${web.safeFilename(file.filename)}`;
    const saved = await file.saveTo(path, { onDuplicate: "rename" });
    return web.textResponse(
      `${file.contentType}, ${saved.size} bytes, ${saved.path.slice(folder.length)}`,
    );
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
await Deno.remove(folder, { recursive: true });

// Prints:
// 200 audio/mpeg, 5 bytes, /song.mp3
// 200 audio/mpeg, 5 bytes, /song-1.mp3
// 200 audio/mpeg, 11 bytes, /song-2.mp3
// 413 Maximum request body size 1048576 exceeded.
// 400 no file named mp3
