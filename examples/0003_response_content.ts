// deno run --allow-net=localhost examples/0003_response_content.ts
// The body as text in the server's charset, in a given charset, and as bytes.
// 响应体：按服务端编码、按指定编码解码成文本，或取字节。
import { ClientSession, web } from "@roundtrip/http";

const GBK = new Uint8Array([0xc4, 0xe3, 0xba, 0xc3]); // "你好"

const app = new web.Application();
app.addRoutes([
  web.get("/utf-8", () => web.textResponse("你好")),
  web.get(
    "/gbk",
    () => new Response(GBK, { headers: { "content-type": "text/plain;charset=gbk" } }),
  ),
  web.get("/silent", () => new Response(GBK, { headers: { "content-type": "text/plain" } })),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

for (const path of ["/utf-8", "/gbk"]) {
  await using response = await session.get(path);
  console.log(path, await response.text());
}

// Without a charset in the header the text would be decoded as UTF-8.
// 响应头没有 charset 时，默认按 UTF-8 解码。
await using silent = await session.get("/silent");
console.log(silent.charset, await silent.text({ encoding: "gbk" }));
console.log(await silent.read());

// Prints:
// /utf-8 你好
// /gbk 你好
// null 你好
// Uint8Array(4) [ 196, 227, 186, 195 ]
