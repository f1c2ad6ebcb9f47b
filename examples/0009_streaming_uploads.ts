// deno run --allow-net=localhost examples/0009_streaming_uploads.ts
// Uploading a stream without buffering, with a progress callback.
// 流式上传，不缓冲，带进度回调。
import { ClientSession, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.put("/upload", async (request) => {
    let size = 0;
    for await (const piece of request.content.iterAny()) size += piece.length;
    const length = request.headers.get("content-length") ?? "none";
    return web.jsonResponse({ size, length });
  }),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

// A file would be (await Deno.open(path)).readable; this one generates 10 MB on demand.
// 文件可直接传 await Deno.open(path)；这里按需生成 10 MB。
let left = 100;
const made = new ReadableStream<Uint8Array<ArrayBuffer>>({
  pull(controller) {
    if (left-- > 0) controller.enqueue(new Uint8Array(100_000));
    else controller.close();
  },
});
await using streamed = await session.put("/upload", { data: made });
console.log(await streamed.json());

// The response of one server is the body for the next one.
// 一个服务端的响应作为另一个请求的请求体。
let sent = 0;
await using source = await session.put("/upload", { data: "hello" });
await using piped = await session.put("/upload", {
  data: ReadableStream.from(source.content.iterAny()),
  onUploadProgress: ({ bytes }) => sent = bytes,
});
console.log(await piped.json(), sent);

// Prints:
// { size: 10000000, length: "none" }
// { size: 23, length: "none" } 23
