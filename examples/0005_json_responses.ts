// deno run --allow-net=localhost examples/0005_json_responses.ts
// Reading JSON: the error for another mime type, how to accept it, and a custom parser.
// 读取 JSON：mimetype 不符的错误、如何接受它、自定义解析。
import { ClientSession, ContentTypeError, web } from "@roundtrip/http";

const app = new web.Application();
const typed = (text: string, type: string) => () =>
  new Response(text, { headers: { "content-type": type } });
app.addRoutes([
  web.get("/right", () => web.jsonResponse({ status: "ok" })),
  web.get("/odd", typed('{"status": "ok"}', "text/json;charset=utf-8")),
  web.get("/big", typed('{"id": 12345678901234567890}', "application/json")),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

await using right = await session.get("/right");
console.log(await right.json());

await using odd = await session.get("/odd");
try {
  await odd.json();
} catch (error) {
  if (!(error instanceof ContentTypeError)) throw error;
  console.log(error.name, error.status, error.headers.get("content-type"));
}
console.log(await odd.json({ contentType: "text/json" })); // or null, for any type null 表示任意类型

// A number too big for JavaScript becomes a bigint, parsed from the source text.
// 超出 JavaScript 范围的数按原文解析成 bigint。
await using big = await session.get("/big");
const loads = (text: string) =>
  JSON.parse(
    text,
    (_, value, context?: { source?: string }) =>
      typeof value === "number" && !Number.isSafeInteger(value)
        ? BigInt(context?.source ?? value)
        : value,
  );
console.log(await big.json({ loads }));

// Prints:
// { status: "ok" }
// ContentTypeError 200 text/json;charset=utf-8
// { status: "ok" }
// { id: 12345678901234567890n }
