// deno run --allow-net=localhost examples/0002_parameters.ts
// Query parameters: an object, pairs for repeated names, and encoded text.
// 查询参数：对象、可重名的键值对、已编码的文本。
import { ClientSession, web } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get("/get", (request) =>
    web.jsonResponse({
      raw: request.queryString,
      pairs: [...request.query],
    })),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

const params = [
  { key1: "val1", key2: 2, on: true, left: undefined },
  [["key", "val1"], ["key", "val2"]],
  "key=a+b&other=%E4%BD%A0",
] as const;
for (const query of params) {
  await using response = await session.get("/get?first=1", { params: query });
  const { raw, pairs } = await response.json<{ raw: string; pairs: string[][] }>();
  console.log(raw, JSON.stringify(pairs));
}

// Prints:
// first=1&key1=val1&key2=2&on=true [["first","1"],["key1","val1"],["key2","2"],["on","true"]]
// first=1&key=val1&key=val2 [["first","1"],["key","val1"],["key","val2"]]
// first=1&key=a+b&other=%E4%BD%A0 [["first","1"],["key","a b"],["other","你"]]
