// deno run --allow-net=localhost examples/0004_json_requests.ts
// Sending JSON, with JSON.stringify and with a custom serializer.
// 发送 JSON：用 JSON.stringify，或自定义序列化。
import { ClientSession, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.post(
    "/json",
    async (request) => web.textResponse(`${request.contentType} ${await request.text()}`),
  ),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });

await using session = new ClientSession({ baseUrl });
await using plain = await session.post("/json", { json: { test: "object" } });
console.log(await plain.text());

// JSON.stringify writes a Map as {}; this serializer sends its entries.
// JSON.stringify 把 Map 写成 {}；这个序列化函数发送其条目。
await using mapping = new ClientSession({
  baseUrl,
  jsonSerialize: (value) =>
    JSON.stringify(value, (_, each) => each instanceof Map ? Object.fromEntries(each) : each),
});
await using mapped = await mapping.post("/json", { json: new Map([["test", "map"]]) });
console.log(await mapped.text());

// Prints:
// application/json {"test":"object"}
// application/json {"test":"map"}
