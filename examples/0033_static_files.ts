// deno run --allow-net=localhost --allow-read=examples examples/0033_static_files.ts
// A folder under a prefix: types, conditional requests and ranges.
// 前缀下的文件夹：类型、条件请求、范围。
import { ClientSession, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.static("/files", "examples", { name: "files", showIndex: true, charset: "utf-8" }),
  web.get("/one", () => new web.FileResponse("examples/0001_request.ts")),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

const url = `${app.router.named("files").urlFor({ filename: "0001_request.ts" })}`;
await using whole = await session.get(url);
const etag = whole.headers.get("etag") ?? "";
console.log(url, whole.status, whole.contentType, (await whole.read()).length > 1000);

const cases: [string, Record<string, string>][] = [
  [url, { "if-none-match": etag }],
  [url, { range: "bytes=3-10" }],
  ["/one", { range: "bytes=3-10" }],
  ["/files/", {}],
  ["/files/nothing.txt", {}],
  ["/files/%2e%2e/deno.json", {}],
];
for (const [path, headers] of cases) {
  await using response = await session.get(path, { headers });
  const text = await response.text();
  console.log(
    path,
    response.status,
    text.length < 20 ? JSON.stringify(text) : response.contentType,
  );
}

// Prints:
// /files/0001_request.ts 200 text/typescript true
// /files/0001_request.ts 304 ""
// /files/0001_request.ts 206 "deno run"
// /one 206 "deno run"
// /files/ 200 text/html
// /files/nothing.txt 404 "404: Not Found"
// /files/%2e%2e/deno.json 404 "404: Not Found"
