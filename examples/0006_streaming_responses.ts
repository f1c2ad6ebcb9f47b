// deno run --allow-net=localhost --allow-read=tmp --allow-write=tmp examples/0006_streaming_responses.ts
// Streaming a response into a file: in pieces, by hand, and with all errors handled.
// 把响应流式写入文件：分块、手动、处理所有错误。
import { ClientSession, web } from "@roundtrip/http";

const BODY = new Uint8Array(1_000_000).fill(97);
const app = new web.Application();
app.addRoutes([web.get("/big", () => new Response(BODY))]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });
await Deno.mkdir("tmp", { recursive: true });
const folder = await Deno.makeTempDir({ dir: "tmp" });

// A piece is at most 64 KiB, so memory use stays small for any file.
// 每块至多 64 KiB，文件再大内存也小。
{
  await using response = await session.get("/big");
  using file = await Deno.open(`${folder}/pieces`, { write: true, create: true });
  let largest = 0;
  const writer = file.writable.getWriter();
  for await (const piece of response.content.iterChunked(64 * 1024)) {
    await writer.write(piece);
    largest = Math.max(largest, piece.length);
  }
  await writer.close();
  console.log(response.content.totalBytes, largest <= 64 * 1024);
}

// Only the first bytes; disposing of the response discards the rest.
// 只读开头；释放响应时丢弃其余部分。
{
  await using response = await session.get("/big");
  console.log(new TextDecoder().decode(await response.content.read(10)));
}

// Written to a temporary file, renamed when complete, resumed after an interruption.
// 先写临时文件，完整后改名，中断后可续传。
const saved = await session.downloadToFile("/big", `${folder}/whole`, { resume: true });
console.log(saved.size, (await Deno.stat(saved.path)).size);
await Deno.remove(folder, { recursive: true });

// Prints:
// 1000000 true
// aaaaaaaaaa
// 1000000 1000000
