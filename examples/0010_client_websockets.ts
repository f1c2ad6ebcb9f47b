// deno run --allow-net=localhost examples/0010_client_websockets.ts
// A WebSocket of the session: text, bytes, JSON, a heartbeat, and closing.
// 会话的 WebSocket：文本、字节、JSON、心跳、关闭。
import { ClientSession, web, WSMsgType } from "@roundtrip/http";

const app = new web.Application();
app.addRoutes([
  web.get(
    "/echo",
    web.webSocket(async (socket) => {
      for await (const message of socket) {
        if (message.type === WSMsgType.TEXT && message.data === "close") break;
        if (message.type === WSMsgType.TEXT) await socket.sendStr(`${message.data}/answer`);
        if (message.type === WSMsgType.BINARY) await socket.sendBytes(message.data);
      }
    }),
  ),
  web.get(
    "/json",
    web.webSocket(async (socket) => {
      const { name } = await socket.receiveJson() as { name: string };
      await socket.sendJson({ hello: name });
    }),
  ),
]);
await using runner = new web.AppRunner(app);
const baseUrl = await runner.listen({ hostname: "localhost", port: 0 });
await using session = new ClientSession({ baseUrl });

await using ws = await session.wsConnect("/echo", { heartbeat: 20_000 });
await ws.sendStr("hello");
console.log(await ws.receiveStr());
await ws.sendBytes(new Uint8Array([1, 2, 3]));
console.log(await ws.receiveBytes());

// Messages until the server closes.
// 读取消息，直到服务端关闭。
for (const text of ["one", "two", "close"]) await ws.sendStr(text);
for await (const message of ws) {
  if (message.type === WSMsgType.TEXT) console.log(message.data);
  else if (message.type === WSMsgType.ERROR) console.log("failed:", message.data.message);
}
console.log("closed with", ws.closeCode, ws.exception());

// A message above the limit is of type ERROR, and exception() keeps the reason.
// 超过上限的消息类型为 ERROR，exception() 保留原因。
await using small = await session.wsConnect("/echo", { maxMsgSize: 8 });
await small.sendStr("hello");
const last = await small.receive();
console.log(last.type === WSMsgType.ERROR && last.data === small.exception(), small.closeCode);

await using json = await session.wsConnect("/json");
await json.sendJson({ name: "ann" });
console.log(await json.receiveJson());

// Prints:
// hello/answer
// Uint8Array(3) [ 1, 2, 3 ]
// one/answer
// two/answer
// closed with 1000 null
// true 1009
// { hello: "ann" }
