// deno run examples/0046_debug.ts
// With debug an error of the program is told to the client: a page in a browser, JSON or text where
// that is asked for. Without it, as in production, nothing is told. `roundtrip serve --watch` has it.
// debug 时把程序错误告诉客户端：浏览器得到页面，其他得到 JSON 或文本。
import { web } from "@roundtrip/http";

const logger = { error: () => {} }; // console by default 默认 console

for (const debug of [false, true]) {
  const app = new web.Application({ debug, logger });
  app.addRoutes([
    web.get("/stock/{item}", ({ matchInfo }) => {
      const stock: Record<string, bigint> = { tea: 7n };
      return web.jsonResponse({ left: stock[matchInfo.item] });
    }),
  ]);
  const response = await app.request("/stock/tea", { headers: { accept: "application/json" } });
  const text = await response.text();
  if (!debug) console.log(response.status, text);
  else {
    const { detail, remedy, route } = JSON.parse(text); // and its stack, and the causes 还有堆栈和原因
    console.log(response.status, detail);
    console.log(remedy);
    console.log(route);
  }
}

// Prints:
// 500 500 Internal Server Error
//
// Server got itself in trouble
// 500 TypeError: Do not know how to serialize a BigInt
// jsonResponse(value, { dumps }) takes a serializer of yours.
// { path: "/stock/{item}", params: { item: "tea" } }
